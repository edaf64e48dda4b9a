/** Lines that the visitor hid by a click on their names, chart by chart; they stand in the address. */
import { useComputed, type ReadonlySignal } from "@preact/signals";
import { asTexts, inAddress } from "../url";

/** "chart: line", by the charts' labels. */
const hiddenLines = inAddress("hidden", [], asTexts);

export interface Hidden {
  /** Names of the chart's hidden lines. */
  names: ReadonlySignal<ReadonlySet<string>>;
  toggle(line: string): void;
}

export function useHiddenLines(chart: string): Hidden {
  const start = `${chart}: `;
  return {
    names: useComputed(() => new Set(hiddenLines.value.filter((name) => name.startsWith(start)).map((name) => name.slice(start.length)))),
    toggle: (line) => {
      const name = start + line;
      const all = hiddenLines.value;
      hiddenLines.value = all.includes(name) ? all.filter((other) => other !== name) : [...all, name];
    },
  };
}
