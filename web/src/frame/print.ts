/** Printing the whole page: views that have not come into the window yet are drawn first. */
import { signal } from "@preact/signals";
import { whenIdle } from "../engine/client";

/** Times that the page looks for views which still wait. */
const ROUNDS = 30;

export const preparing = signal(false);

/** Draw everything, then open the browser's print dialog. */
export async function printAll(): Promise<void> {
  preparing.value = true;
  for (let round = 0; round < ROUNDS && (round === 0 || document.querySelector(".waiting") !== null); round++) {
    // Views that wait for the window to reach them listen for this event, and so do the parts that they show then.
    dispatchEvent(new Event("beforeprint"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await whenIdle();
  }
  preparing.value = false;
  // The button changes back before the page is frozen on paper.
  await new Promise(requestAnimationFrame);
  print();
}
