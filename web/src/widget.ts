/**
 * The module of the notebook widget (`latebloom.explorer.widget`). The page stands in a frame of its own, since its style
 * sheet, its keys and its address are those of a whole page; it gets its data from the frame.
 */
import type { Given } from "./load";
import type { RunPage } from "./page";

/** What the kernel answers, with the packed weights as a buffer where the run has some; `shell` is the page without data. */
interface Answer {
  page: RunPage;
  shell: string;
}

/** `height` is in pixels. */
interface Model {
  get(name: "height"): number;
  send(question: object): void;
  on(event: "msg:custom", heard: (answer: Answer, buffers: DataView[]) => void): void;
  off(event: "msg:custom", heard: (answer: Answer, buffers: DataView[]) => void): void;
}

function render({ model, el }: { model: Model; el: HTMLElement }): void {
  const heard = ({ page, shell }: Answer, [weights]: DataView[]): void => {
    model.off("msg:custom", heard);
    const frame = document.createElement("iframe");
    frame.title = `latebloom: ${page.run.name}`;
    frame.style.cssText = `width: 100%; height: ${model.get("height")}px; border: 0`;
    frame.latebloom = { page, weights: weights === undefined ? null : new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength) } satisfies Given;
    frame.srcdoc = shell;
    el.append(frame);
  };
  model.on("msg:custom", heard);
  model.send({});
}

export default { render };
