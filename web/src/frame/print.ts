/** Printing the whole page: views that have not come into the window yet are drawn first. */
import { signal } from "@preact/signals";
import { whenIdle } from "../engine/client";

export const preparing = signal(false);

/** Draw everything, then open the browser's print dialog. */
export async function printAll(): Promise<void> {
  preparing.value = true;
  // Views that wait for the window to reach them listen for this event. Some ask again once a first answer is there.
  dispatchEvent(new Event("beforeprint"));
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    await whenIdle();
  }
  preparing.value = false;
  print();
}
