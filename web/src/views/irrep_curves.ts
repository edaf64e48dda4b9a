/** Curves of a group's representations: the key ones in their colours, the others grey. The lit one stands out. */
import { type Curve, recorded, type Series } from "../draw/curves";
import { irrepColour, keyIrreps } from "../irreps";
import { irrep } from "../state";

/** `PREFIX.IRREP` for these representations, as far as it was measured. */
export function irrepCurves(prefix: string, names: string[], label: (name: string) => string = (name) => name, change: (series: Series) => Series = (series) => series): Curve[] {
  const keys = keyIrreps();
  const lit = names.includes(irrep.value) ? irrep.value : null;
  return names.flatMap((name): Curve[] => {
    const series = recorded(`${prefix}.${name}`);
    const isKey = keys.includes(name);
    if (series === null) return [];
    return [{ label: label(name), ...change(series), colour: irrepColour(name), width: lit === name ? 3.5 : isKey ? 2 : 1, faint: lit !== name && (!isKey || lit !== null), unnamed: !isKey && lit !== name }];
  });
}

/** A measure or metric as one curve; none where it was not recorded. */
export function curve(name: string, line: Omit<Curve, "x" | "values">): Curve[] {
  const series = recorded(name);
  return series === null ? [] : [{ ...line, ...series }];
}
