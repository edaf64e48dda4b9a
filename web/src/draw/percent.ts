/** A share as a percentage of three digits, as "85.3 %"; a share below 1 never reads as 100 %. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || Number.isNaN(share)) return "not defined";
  const rounded = Number((100 * share).toPrecision(3));
  if (rounded === 100 && share < 1) return "> 99.9 %";
  if (rounded < 0.001) return share === 0 ? "0 %" : "< 0.001 %";
  return `${rounded} %`;
}
