/** Whether a view is on the screen, so that heavy quantities are computed only for what the visitor sees. */
import { useSignal, type ReadonlySignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Views this close to the window count as on the screen: their numbers are there when they scroll in. */
const MARGIN = "300px";

export interface OnScreen<E extends HTMLElement> {
  ref: RefObject<E | null>;
  visible: ReadonlySignal<boolean>;
}

/** Follow the element that gets `ref`. Everything counts as on the screen while the page is printed. */
export function useOnScreen<E extends HTMLElement = HTMLDivElement>(): OnScreen<E> {
  const ref = useRef<E>(null);
  const visible = useSignal(false);
  useEffect(() => {
    const watch = new IntersectionObserver((entries) => (visible.value = entries[entries.length - 1]!.isIntersecting), { rootMargin: MARGIN });
    watch.observe(ref.current!);
    const print = () => (visible.value = true);
    addEventListener("beforeprint", print);
    return () => {
      watch.disconnect();
      removeEventListener("beforeprint", print);
    };
  }, []);
  return { ref, visible };
}
