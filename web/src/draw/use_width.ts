/** The width of an element in CSS pixels, kept up to date. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";

export function useWidth<E extends HTMLElement>(start: number): [{ current: E | null }, number] {
  const place = useRef<E>(null);
  const [width, setWidth] = useState(start);
  useLayoutEffect(() => {
    const measure = (): void => setWidth(Math.round(place.current!.clientWidth) || start);
    const watch = new ResizeObserver(measure);
    watch.observe(place.current!);
    measure();
    return () => watch.disconnect();
  }, []);
  return [place, width];
}
