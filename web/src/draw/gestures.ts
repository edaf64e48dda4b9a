/** Mouse, touch and keyboard of a chart: read, pick, drag the marker, brush, zoom. */
import { useSignal, type ReadonlySignal, type Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type uPlot from "uplot";
import type { LinesProps } from "./lines";

/** Distances in CSS pixels: within which the marker is caught, and from which a press is a drag. */
const CATCH = 9;
const DRAG = 4;
/** Samples that Shift and an arrow pass over. */
const STRIDE = 10;
/** Part of the range that is left after one key press of +. */
const CLOSER = 0.5;

interface Chart {
  latest: { current: LinesProps };
  plot: { current: uPlot | null };
  pointed: Signal<number | null>;
  /** Say the values at this x. */
  speak(x: number): void;
}

interface Handlers {
  onPointerDown(event: PointerEvent): void;
  onPointerMove(event: PointerEvent): void;
  onPointerUp(event: PointerEvent): void;
  onPointerCancel(event: PointerEvent): void;
  onPointerLeave(event: PointerEvent): void;
  onDblClick(): void;
  onKeyDown(event: KeyboardEvent): void;
  onBlur(): void;
}

export function useGestures({ latest, plot, pointed, speak }: Chart): { handlers: Handlers; brush: ReadonlySignal<[number, number] | null> } {
  const brush = useSignal<[number, number] | null>(null);
  const press = useRef<{ x: number; kind: "press" | "brush" | "scrub" } | null>(null);

  /** CSS pixels from the left end of the plot. */
  const across = (event: PointerEvent): number => event.clientX - plot.current!.over.getBoundingClientRect().left;
  const valueAt = (pixels: number): number => {
    const width = plot.current!.over.clientWidth;
    return plot.current!.posToVal(Math.max(0, Math.min(width, pixels)), "x");
  };
  const isOnButton = (event: Event): boolean => (event.target as Element).closest("button") !== null;
  const showAll = (): void => latest.current.onZoom?.(null);

  const moved = (event: PointerEvent): void => {
    const held = press.current;
    const at = across(event);
    if (held?.kind === "press" && Math.abs(at - held.x) > DRAG) {
      if (event.pointerType === "touch") held.kind = "scrub";
      else if (latest.current.onZoom) held.kind = "brush";
    }
    if (held?.kind === "brush") brush.value = [valueAt(held.x), valueAt(at)];
    if (held?.kind === "scrub") latest.current.onPick?.(valueAt(at));
    pointed.value = sample(latest.current, valueAt(at));
  };
  const released = (event: PointerEvent): void => {
    const held = press.current;
    press.current = null;
    if (held?.kind === "press") latest.current.onPick?.(valueAt(across(event)));
    if (held?.kind === "brush" && brush.value) latest.current.onZoom?.([Math.min(...brush.value), Math.max(...brush.value)]);
    brush.value = null;
  };
  const dropped = (): void => {
    press.current = null;
    brush.value = null;
    pointed.value = null;
  };

  const moveTo = (index: number): void => {
    const { x } = latest.current;
    const to = x[Math.max(0, Math.min(x.length - 1, index))];
    if (to === undefined) return;
    pointed.value = to;
    speak(to);
  };
  const closer = (factor: number): void => {
    const { min, max } = plot.current!.scales.x!;
    const { x, onZoom, marker } = latest.current;
    const centre = pointed.value ?? marker ?? (min! + max!) / 2;
    const [first, last] = [x[0] ?? 0, x[x.length - 1] ?? 1];
    const low = Math.max(first, centre - (centre - min!) * factor);
    const high = Math.min(last, centre + (max! - centre) * factor);
    onZoom?.(low <= first && high >= last ? null : [low, high]);
  };
  const keys = (event: KeyboardEvent): (() => void) | undefined => {
    const { x, marker, onPick, onZoom } = latest.current;
    const index = indexOf(x, pointed.value ?? marker ?? x[x.length - 1] ?? 0);
    const stride = event.shiftKey ? STRIDE : 1;
    const actions: Record<string, (() => void) | undefined> = {
      ArrowLeft: () => moveTo(index - stride),
      ArrowRight: () => moveTo(index + stride),
      PageUp: () => moveTo(index - STRIDE),
      PageDown: () => moveTo(index + STRIDE),
      Home: () => moveTo(0),
      End: () => moveTo(x.length - 1),
      Enter: onPick && (() => onPick(pointed.value ?? x[index]!)),
      "+": onZoom && (() => closer(CLOSER)),
      "=": onZoom && (() => closer(CLOSER)),
      "-": onZoom && (() => closer(1 / CLOSER)),
      Escape: () => {
        pointed.value = null;
        showAll();
      },
    };
    return actions[event.key];
  };

  return {
    brush,
    handlers: {
      onPointerDown: (event) => {
        if (event.button !== 0 || isOnButton(event)) return;
        const at = across(event);
        const { marker, onPick } = latest.current;
        const caught = onPick !== undefined && marker !== null && marker !== undefined && Math.abs(plot.current!.valToPos(marker, "x") - at) <= CATCH;
        press.current = { x: at, kind: caught ? "scrub" : "press" };
        (event.currentTarget as Element).setPointerCapture(event.pointerId);
      },
      onPointerMove: moved,
      onPointerUp: released,
      onPointerCancel: dropped,
      onPointerLeave: () => press.current || dropped(),
      onDblClick: showAll,
      onKeyDown: (event) => {
        const action = isOnButton(event) || event.ctrlKey || event.metaKey || event.altKey ? undefined : keys(event);
        if (action === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        action();
      },
      onBlur: () => (pointed.value = null),
    },
  };
}

/** The x of the data that is nearest. */
function sample(props: LinesProps, x: number): number | null {
  return props.x[indexOf(props.x, x)] ?? null;
}

/** Index of the nearest of ascending numbers. */
function indexOf(all: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = all.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (all[middle]! <= x) low = middle;
    else high = middle;
  }
  return high >= 0 && Math.abs(all[high]! - x) < Math.abs(all[Math.max(0, low)]! - x) ? high : Math.max(0, low);
}
