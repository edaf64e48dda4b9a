/**
 * The module of the notebook widget (`latebloom.explorer.widget`). The page stands in a frame of its own, since its style
 * sheet, its keys and its address are those of a whole page; it gets its data from the frame.
 */
import type { Given } from "./load";
import type { RunPage } from "./page";

/** The traits of the widget: `shell` is the page without data, `height` is in pixels. */
interface Model {
  get(name: "page"): RunPage;
  get(name: "weights"): DataView | null;
  get(name: "shell"): string;
  get(name: "height"): number;
}

function render({ model, el }: { model: Model; el: HTMLElement }): void {
  const weights = model.get("weights");
  const page = model.get("page");
  const frame = document.createElement("iframe");
  frame.title = `latebloom: ${page.run.name}`;
  frame.style.cssText = `width: 100%; height: ${model.get("height")}px; border: 0`;
  frame.latebloom = { page, weights: weights === null ? null : new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength) } satisfies Given;
  frame.srcdoc = model.get("shell");
  el.append(frame);
}

export default { render };
