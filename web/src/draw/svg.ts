/** Parts of SVG documents, for saving. They are drawn for white paper, whatever the theme of the page. */
import { page } from "../page";
import { step } from "../state";
import { whole } from "./numbers";

export const PAPER = { ink: "#1c1f24", soft: "#5a606b", line: "#dcdcd6" };

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

type Attributes = Record<string, string | number | undefined>;

/** One element; numbers are rounded to a tenth of a pixel. */
export function element(name: string, attributes: Attributes, content = ""): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? Number(value.toFixed(2)) : escaped(value!)}"`);
  return `<${name}${written.join("")}${content ? `>${content}</${name}>` : "/>"}`;
}

export function text(x: number, y: number, words: string, attributes: Attributes = {}): string {
  return element("text", { x, y, ...attributes }, escaped(words));
}

/** A document with a title, the run's name and the step in view on top, and the body below. Height of the body in pixels. */
export function document(width: number, height: number, title: string, body: string): string {
  const head = [
    text(12, 24, title, { "font-size": 16, "font-weight": 600, fill: PAPER.ink }),
    text(12, 43, origin(), { "font-size": 12, fill: PAPER.soft }),
  ];
  const total = height + HEAD;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${total}" viewBox="0 0 ${width} ${total}" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="12">
${element("title", {}, escaped(title))}${element("rect", { width, height: total, fill: "#ffffff" })}
${head.join("")}<g transform="translate(0 ${HEAD})">${body}</g></svg>`;
}

/** Height of the title in pixels. */
const HEAD = 54;

function origin(): string {
  const { run } = page();
  return [`run ${run.name}`, step.value === null ? null : `step ${whole(step.value)} in view`].filter((part) => part !== null).join(", ");
}

/** Colours of text and axes: those of the page, or PAPER where a picture is saved. */
export type Ink = typeof PAPER;

export const PAGE: Ink = { ink: "var(--ink)", soft: "var(--soft)", line: "var(--line)" };
