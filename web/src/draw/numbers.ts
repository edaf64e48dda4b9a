/** Numbers as read-outs and axes show them. */

export const NOT_DEFINED = "not defined";

/** Three significant digits: 0.0123, 4.76, 12,500, 1.2e-6. */
export function shown(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NOT_DEFINED;
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return scientific(value, 3);
  return size >= 1000 ? whole(value) : String(Number(value.toPrecision(3)));
}

/** One for all: it takes long to make. */
const INTEGERS = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A count or a step: 12,500. */
export function whole(value: number): string {
  return INTEGERS.format(value);
}

/** A share as a percentage: 46 %, 98.6 %; what is not quite all does not become 100, and what is not nothing not 0. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || Number.isNaN(share)) return NOT_DEFINED;
  const rounded = Number((100 * share).toPrecision(3));
  if (rounded === 100 && share < 1) return "> 99.9 %";
  if (rounded !== 0 && Math.abs(rounded) < 0.001) return "< 0.001 %";
  return `${rounded} %`;
}

/** An accuracy as a percentage, rounded down as in the sentence on the outcome: 98.96 % is not yet 99 %. */
export function accuracy(share: number | null | undefined): string {
  if (share === null || share === undefined || Number.isNaN(share)) return NOT_DEFINED;
  return `${Math.floor(1000 * share + 1e-9) / 10} %`;
}

/** 1.2e-6, without zeros at the end. */
export function scientific(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  return `${Number(mantissa)}e${Number(exponent)}`;
}
