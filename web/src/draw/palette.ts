/** Colours, safe for the colour-blind: key frequencies by Okabe and Ito, values by two perceptually even maps. */
import { dark } from "../state";
import { page } from "../page";

/** Okabe and Ito 2008, without black and yellow, which vanish on dark and light paper. */
const KEYS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];
const OTHER = "#8a8f98";

/** The colour of a frequency wherever it appears: a key frequency has one of its own, all others are grey. */
export function colourOf(k: number): string {
  const at = page().modular?.key_frequencies.indexOf(k) ?? -1;
  return at < 0 ? OTHER : KEYS[at % KEYS.length]!;
}

/** Colours of series that are not frequencies, by position. */
export function seriesColour(index: number): string {
  return KEYS[index % KEYS.length]!;
}

export function isDark(): boolean {
  return dark.value;
}

export type Map = "diverging" | "sequential";

/** 256 colours as RGBA bytes: "diverging" for values round zero (blue, paper, red), "sequential" from paper upwards. */
export function colourTable(map: Map, dark: boolean): Uint8ClampedArray {
  const paper: Rgb = dark ? [24, 26, 31] : [250, 250, 248];
  const stops: Rgb[] =
    map === "diverging"
      ? [dark ? [120, 180, 255] : [5, 60, 130], [60, 130, 200], paper, [220, 120, 60], dark ? [255, 190, 140] : [130, 40, 5]]
      : [paper, dark ? [40, 90, 130] : [150, 200, 215], dark ? [70, 170, 170] : [40, 120, 160], dark ? [250, 240, 170] : [15, 40, 90]];
  const table = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (stops.length - 1);
    const low = Math.min(stops.length - 2, Math.floor(place));
    for (let c = 0; c < 3; c++) table[4 * i + c] = stops[low]![c]! + (place - low) * (stops[low + 1]![c]! - stops[low]![c]!);
    table[4 * i + 3] = 255;
  }
  return table;
}

type Rgb = [number, number, number];
