/** The place on the page: which view stands at the top of the window, and the way to another one. */
import { useEffect } from "preact/hooks";
import { place } from "../state";
import { prefersCalm } from "./play";

/** Share of the window's height at which a view counts as the one in view. */
const LINE = 0.35;

export function viewElement(name: string): HTMLElement | null {
  return document.getElementById(`view-${name}`);
}

/** Milliseconds that a smooth jump may take, and for which its target is kept in place after the last view above it grew. */
const JUMP = 700;
const CALM = 5_000;

let stopAligning = (): void => undefined;

/**
 * Keep an element at the top of the window while the page around it grows. A smooth scroll that is under way overrides any
 * other and ends where the element was when it began, so the element is aligned again when the first scroll ends.
 */
function keepAligned(element: HTMLElement): void {
  let arrived = false;
  let calm = 0;
  const align = (): void => {
    if (!arrived) return;
    element.scrollIntoView({ block: "start" });
    clearTimeout(calm);
    calm = setTimeout(() => stopAligning(), CALM);
  };
  const arrive = (): void => {
    arrived = true;
    align();
  };
  const watch = new ResizeObserver(align);
  watch.observe(document.body);
  document.addEventListener("scrollend", arrive, { once: true });
  const jump = setTimeout(arrive, JUMP);
  stopAligning = () => {
    watch.disconnect();
    document.removeEventListener("scrollend", arrive);
    clearTimeout(jump);
    clearTimeout(calm);
  };
}

/** Bring a view to the top of the window, and the keyboard with it if `focus`. */
export function goToView(name: string, { focus = false, smooth = true } = {}): void {
  const element = viewElement(name);
  if (element === null) return;
  stopAligning();
  element.scrollIntoView({ behavior: smooth && !prefersCalm() ? "smooth" : "auto", block: "start" });
  keepAligned(element);
  if (focus) element.focus({ preventScroll: true });
}

/** Keep `place` true while the visitor scrolls, and go to the place that the address names. */
export function useFollowPlace(): void {
  useEffect(() => {
    const onScroll = (): void => {
      place.value = viewInSight();
    };
    const restore = (): void => goToView(place.peek(), { smooth: false });
    restore();
    addEventListener("scroll", onScroll, { passive: true });
    addEventListener("popstate", restore);
    const takeOver = (): void => stopAligning();
    for (const name of HANDS) addEventListener(name, takeOver, { passive: true, capture: true });
    return () => {
      removeEventListener("scroll", onScroll);
      removeEventListener("popstate", restore);
      for (const name of HANDS) removeEventListener(name, takeOver, { capture: true });
    };
  }, []);
}

/** Events by which the visitor takes over. */
const HANDS = ["wheel", "touchstart", "pointerdown", "keydown"];

function viewInSight(): string {
  const line = innerHeight * LINE;
  for (const card of document.querySelectorAll<HTMLElement>(".card")) {
    const box = card.getBoundingClientRect();
    if (box.top <= line && box.bottom > line) return scrollY > 0 ? card.id.slice("view-".length) : "";
  }
  return scrollY > 0 ? place.peek() : "";
}
