/** Whether a view is on the screen, so that heavy quantities are computed only for what the visitor sees. */
import { effect, useSignal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { engineState, isBusy, whenIdle } from "./client";

/** Views this close to the window count as on the screen: their numbers are there when they scroll in. */
const MARGIN = "300px";

/** Milliseconds in which an answer is drawn. */
const DRAWN = 50;

export interface OnScreen<E extends HTMLElement> {
  ref: RefObject<E | null>;
  visible: ReadonlySignal<boolean>;
}

/**
 * Follow the element that gets `ref`. Everything counts as on the screen while the page is printed. A print from the
 * browser's menu does not wait for the worker, so a view that has not been seen is drawn once when there is nothing else
 * to do. `drawUnseen` false: not so.
 */
export function useOnScreen<E extends HTMLElement = HTMLDivElement>({ drawUnseen = true } = {}): OnScreen<E> {
  const ref = useRef<E>(null);
  const visible = useSignal(false);
  useEffect(() => {
    const view: Watched = { visible, isOnScreen: false };
    const watch = new IntersectionObserver((entries) => (visible.value = view.isOnScreen = entries[entries.length - 1]!.isIntersecting), { rootMargin: MARGIN });
    watch.observe(ref.current!);
    const print = () => (visible.value = true);
    addEventListener("beforeprint", print);
    if (drawUnseen) drawLater(view);
    return () => {
      watch.disconnect();
      removeEventListener("beforeprint", print);
      unseen.delete(view);
    };
  }, []);
  return { ref, visible };
}

interface Watched {
  visible: Signal<boolean>;
  isOnScreen: boolean;
}

/**
 * Views that are still to be drawn once, in the order in which they were made. Those on the screen are among them: before
 * there are weights all cards are short, and views are on the screen that soon no longer are.
 */
const unseen = new Set<Watched>();
let isDrawing = false;

async function drawLater(view: Watched): Promise<void> {
  unseen.add(view);
  if (isDrawing) return;
  isDrawing = true;
  // Views that are made meanwhile, as parts of the ones drawn, come last.
  for (const next of unseen) {
    await rest();
    if (!unseen.delete(next)) continue; // it was removed meanwhile
    next.visible.value = true;
    await rest();
    next.visible.value = next.isOnScreen;
  }
  isDrawing = false;
}

/** Resolves when the worker has answered everything and the page has time. */
async function rest(): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = effect(() => void (engineState.value === "ready" && queueMicrotask(() => (stop(), resolve()))));
  });
  // A view that has drawn one answer may then ask for another.
  do {
    await whenIdle();
    await new Promise((resolve) => setTimeout(resolve, DRAWN));
    await new Promise((resolve) => ("requestIdleCallback" in window ? requestIdleCallback(resolve) : setTimeout(resolve)));
  } while (isBusy());
}
