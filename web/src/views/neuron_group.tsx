/** The maps of a group of neurons: one canvas for all, with a button over each. They are computed when they come in sight. */
import { useComputed, useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { csvLine, useSaveable } from "../draw/export";
import { colourTable, isDark } from "../draw/palette";
import { document as svgDocument, element } from "../draw/svg";
import { useQuantity } from "../engine/client";
import { useOnScreen } from "../engine/on_screen";
import type { NeuronMaps } from "../engine/quantities/neuron_maps";
import { positions } from "../operands";
import { neuron, openGroups } from "../state";

/** Distance between maps, and the least width of one, in CSS pixels. */
const GAP = 6;
const LEAST = 56;
/** Rows of maps of a group that has not been opened. */
const CLOSED_ROWS = 2;

export interface NeuronGroupProps {
  name: string;
  neurons: number[];
  /** The neuron that is shown enlarged. */
  enlarged: number;
  describe(neuron: number): string;
  /** The heading. */
  children: ComponentChildren;
}

export function NeuronGroup({ name, neurons, enlarged, describe, children }: NeuronGroupProps): JSX.Element {
  const { ref, visible } = useOnScreen();
  const open = openGroups.value.includes(name);
  const toggle = () => (openGroups.value = open ? openGroups.value.filter((other) => other !== name) : [...openGroups.value, name]);
  const [width, setWidth] = useState(0);
  // One pixel of the screen for each pair: a map that is shrunk would show waves that are not there.
  const cell = Math.max(LEAST, Math.ceil(positions() / devicePixelRatio));
  const columns = Math.max(1, Math.floor((width + GAP) / (cell + GAP)));
  const shown = open ? neurons : neurons.slice(0, CLOSED_ROWS * columns);
  const wanted = useSignal<number[]>([]);
  useEffect(() => void (wanted.value = width > 0 ? shown : []), [shown.join(), width]);
  const answer = useQuantity("neuron-maps", useComputed(() => ({ neurons: wanted.value })), visible).value;
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(entry!.contentRect.width));
    watch.observe(ref.current!);
    return () => watch.disconnect();
  }, []);
  return (
    <section class="neurons" ref={ref} aria-label={name}>
      <h4>
        {children}
        {neurons.length > CLOSED_ROWS * columns && (
          <button type="button" class="quiet" aria-expanded={open} onClick={toggle}>
            {open ? "Show fewer" : "Show all"}
          </button>
        )}
      </h4>
      <Atlas name={name} neurons={shown} answer={answer.value} columns={columns} cell={cell} enlarged={enlarged} describe={describe} />
    </section>
  );
}

interface AtlasProps {
  name: string;
  neurons: number[];
  answer: NeuronMaps | null;
  columns: number;
  cell: number;
  enlarged: number;
  describe(neuron: number): string;
}

function Atlas({ name, neurons, answer, columns, cell, enlarged, describe }: AtlasProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const dark = isDark();
  const rows = Math.ceil(neurons.length / columns);
  const size = { width: columns * (cell + GAP) - GAP, height: rows * (cell + GAP) - GAP };
  useEffect(() => {
    if (answer !== null) drawMaps(canvas.current!, answer, columns, cell, colourTable("sequential", dark));
  }, [answer, columns, cell, dark, rows]);
  useSaveable({
    svg: () => asSvg(`Neurons: ${name}`, canvas.current!, size),
    csv: () => [csvLine(["neuron", "description"]), ...neurons.map((one) => csvLine([one, describe(one)]))].join("\n"),
  });
  // One stop for the Tab key; arrows move inside, as in a grid.
  const stop = neurons.includes(enlarged) ? enlarged : neurons[0];
  const move = (event: KeyboardEvent, from: number): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    const to = by === undefined ? undefined : neurons[from + by];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    neuron.value = to;
    list.current!.querySelectorAll("button")[from + by!]?.focus();
  };
  return (
    <div class="atlas" ref={list} style={{ width: `${size.width}px`, height: `${size.height}px` }}>
      <canvas ref={canvas} width={size.width * devicePixelRatio} height={size.height * devicePixelRatio} aria-hidden="true" />
      <div class="atlas-buttons" style={{ gridTemplateColumns: `repeat(${columns}, ${cell}px)`, gridAutoRows: `${cell}px`, gap: `${GAP}px` }}>
        {neurons.map((one, i) => (
          <button
            type="button"
            key={one}
            tabIndex={one === stop ? 0 : -1}
            aria-pressed={one === enlarged}
            aria-label={describe(one)}
            title={describe(one)}
            onClick={() => (neuron.value = one)}
            onKeyDown={(event) => move(event, i)}
          />
        ))}
      </div>
    </div>
  );
}

function asSvg(title: string, canvas: HTMLCanvasElement, { width, height }: { width: number; height: number }): string {
  const picture = element("image", { x: 12, y: 0, width, height, href: canvas.toDataURL(), style: "image-rendering:pixelated" });
  return svgDocument(width + 24, height + 12, title, picture);
}

function drawMaps(canvas: HTMLCanvasElement, { n, maps }: NeuronMaps, columns: number, cell: number, table: Uint8ClampedArray): void {
  const context = canvas.getContext("2d")!;
  const colours = new Uint32Array(table.buffer);
  const one = new OffscreenCanvas(n, n);
  const drawn = one.getContext("2d")!;
  const image = drawn.createImageData(n, n);
  const pixels = new Uint32Array(image.data.buffer);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  const side = cell * devicePixelRatio;
  const step = (cell + GAP) * devicePixelRatio;
  maps.forEach((map, at) => {
    for (let x = 0; x < n; x++) for (let y = 0; y < n; y++) pixels[(n - 1 - y) * n + x] = colours[map[x * n + y]!]!;
    drawn.putImageData(image, 0, 0);
    context.drawImage(one, (at % columns) * step, Math.floor(at / columns) * step, side, side);
  });
}
