/** The place on the page: which view stands at the top of the window, and the way to another one. */
import { useEffect } from "preact/hooks";
import { place } from "../state";
import { prefersCalm } from "./play";

/** Share of the window's height at which a view counts as the one in view. */
const LINE = 0.35;

export function viewElement(name: string): HTMLElement | null {
  return document.getElementById(`view-${name}`);
}

/** Bring a view to the top of the window, and the keyboard with it if `focus`. */
export function goToView(name: string, { focus = false } = {}): void {
  const element = viewElement(name);
  if (element === null) return;
  element.scrollIntoView({ behavior: prefersCalm() ? "auto" : "smooth", block: "start" });
  if (focus) element.focus({ preventScroll: true });
}

/** Keep `place` true while the visitor scrolls, and go to the place that the address names. */
export function useFollowPlace(): void {
  useEffect(() => {
    const onScroll = (): void => {
      place.value = viewInSight();
    };
    const restore = (): void => {
      if (place.peek()) viewElement(place.peek())?.scrollIntoView({ block: "start" });
    };
    restore();
    addEventListener("scroll", onScroll, { passive: true });
    addEventListener("popstate", restore);
    return () => {
      removeEventListener("scroll", onScroll);
      removeEventListener("popstate", restore);
    };
  }, []);
}

function viewInSight(): string {
  const line = innerHeight * LINE;
  for (const card of document.querySelectorAll<HTMLElement>(".card")) {
    const box = card.getBoundingClientRect();
    if (box.top <= line && box.bottom > line) return scrollY > 0 ? card.id.slice("view-".length) : "";
  }
  return scrollY > 0 ? place.peek() : "";
}
