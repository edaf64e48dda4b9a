/**
 * Colours of both themes. Each can be told apart with the common kinds of colour blindness and has a contrast of at
 * least 4.5 : 1 on the card, so that it serves for text too. No information depends on colour alone.
 */
import { dark } from "../state";
import { page } from "../page";

const LIGHT = ["#0b6aa6", "#c24e05", "#0b7d5f", "#7b2363", "#7a6200", "#1a2766", "#5a2e0c", "#0f595a"];
const DARK = ["#7cc6f5", "#ee8a45", "#2bd39b", "#e389b8", "#f5c02c", "#a9a3fb", "#cb9468", "#8fe3ea"];

export function isDark(): boolean {
  return dark.value;
}

/** The colour of a frequency wherever it appears: a key frequency has one of its own, all others are grey. */
export function colourOf(k: number): string {
  const at = page().modular?.key_frequencies.indexOf(k) ?? -1;
  return at < 0 ? grey() : seriesColour(at);
}

/** Numbers of colours of series; further ones repeat them. */
export const COLOURS = LIGHT.length;

/** Colours of series that are not frequencies, by position. */
export function seriesColour(index: number): string {
  const colours = isDark() ? DARK : LIGHT;
  return colours[index % colours.length]!;
}

/** [light, dark]: for controls and for what is not key. */
const GREY = ["#6b727d", "#8a8f98"] as const;
/** [light, dark]: the strongest colour of text, for the line that matters most. */
const INK = ["#1c1f24", "#e7e9ed"] as const;

export function grey(): string {
  return GREY[isDark() ? 1 : 0];
}

export function ink(): string {
  return INK[isDark() ? 1 : 0];
}

/** The same colour for white paper, on which pictures are saved. */
export function onPaper(colour: string): string {
  const pairs = [GREY, INK, ...DARK.map((dark, index) => [LIGHT[index]!, dark] as const)];
  return pairs.find(([, dark]) => dark === colour)?.[0] ?? colour;
}

/** Background of a phase of training, the same hues as in the figures that Python draws. */
export function phaseColour(name: string): string {
  const hues: Record<string, string> = { memorisation: "200, 150, 40", "circuit formation": "40, 120, 200", "clean-up": "200, 80, 60", stable: "40, 150, 90" };
  return `rgba(${hues[name] ?? "128, 128, 128"}, ${isDark() ? 0.13 : 0.085})`;
}

export type Map = "diverging" | "sequential" | "cyclic";

/**
 * 256 colours as RGBA bytes: "diverging" for values round zero (blue, paper, orange), "sequential" from paper upwards,
 * "cyclic" for angles (blue and orange, light and dark, so that the colour-blind see the whole turn).
 */
export function colourTable(map: Map, dark: boolean): Uint8ClampedArray {
  const stops = STOPS[map](dark);
  const table = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (stops.length - 1);
    const low = Math.min(stops.length - 2, Math.floor(place));
    for (let c = 0; c < 3; c++) table[4 * i + c] = stops[low]![c]! + (place - low) * (stops[low + 1]![c]! - stops[low]![c]!);
    table[4 * i + 3] = 255;
  }
  return table;
}

/** One colour of a table, at a share from 0 to 1 of its range. */
export function colourAt(table: Uint8ClampedArray, share: number): string {
  const i = 4 * Math.max(0, Math.min(255, Math.round(share * 255)));
  return `rgb(${table[i]}, ${table[i + 1]}, ${table[i + 2]})`;
}

type Rgb = [number, number, number];

const paper = (dark: boolean): Rgb => (dark ? [24, 26, 31] : [250, 250, 248]);

const STOPS: Record<Map, (dark: boolean) => Rgb[]> = {
  diverging: (dark) => [
    dark ? [150, 200, 255] : [6, 40, 100],
    [52, 122, 196],
    dark ? [36, 62, 96] : [168, 204, 232],
    paper(dark),
    dark ? [92, 56, 32] : [242, 200, 156],
    [206, 112, 40],
    dark ? [255, 206, 150] : [110, 46, 4],
  ],
  sequential: (dark) =>
    dark
      ? [paper(true), [30, 62, 100], [38, 112, 150], [84, 176, 172], [186, 224, 160], [252, 250, 190]]
      : [paper(false), [200, 222, 236], [134, 185, 218], [62, 132, 190], [26, 79, 139], [10, 37, 80]],
  cyclic: (dark) =>
    dark
      ? [[96, 164, 244], [128, 98, 150], [238, 136, 66], [246, 228, 190], [96, 164, 244]]
      : [[52, 112, 192], [62, 42, 92], [200, 92, 28], [206, 180, 138], [52, 112, 192]],
};
