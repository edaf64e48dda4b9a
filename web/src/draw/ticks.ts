/** Where the ticks of an axis stand, and what they say. */
import { scientific, whole } from "./numbers";

export interface Tick {
  value: number;
  text: string;
}

/** At most about `most` round values from `low` to `high`, at distances of 1, 2 or 5 times a power of ten. */
export function linearTicks(low: number, high: number, most: number): Tick[] {
  if (!(high > low)) return [{ value: low, text: linearText(low, Math.abs(low) || 1) }];
  const distance = roundedUp((high - low) / Math.max(1, most));
  const ticks: Tick[] = [];
  for (let i = Math.ceil(low / distance - 1e-9); i * distance <= high + distance * 1e-9; i++) ticks.push({ value: i * distance, text: linearText(i * distance, distance) });
  return ticks;
}

/** Powers of ten at whole distances, at most `most` of them; within two decades also 2 and 5 times a power, within one round values. */
export function logTicks(low: number, high: number, most: number): Tick[] {
  const from = Math.log10(low);
  const decades = Math.log10(high) - from;
  if (!(decades > 0)) return [];
  if (decades < 1) return linearTicks(low, high, most).map(({ value }) => ({ value, text: logText(value) }));
  const first = Math.ceil(from - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const apart = Math.max(1, Math.ceil((last - first) / Math.max(1, most)));
  const parts = decades < 2 && 3 * decades <= most ? [1, 2, 5] : [1];
  const ticks: Tick[] = [];
  for (let power = first - 1; power <= last; power++)
    for (const part of parts) {
      const value = part * 10 ** power;
      if (power % apart === 0 && value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) ticks.push({ value, text: logText(value) });
    }
  return ticks;
}

/** Positions 0 … count − 1 at which a heat map's axis has a label. */
export function positionTicks(count: number, most: number): number[] {
  if (count < 2) return Array.from({ length: count }, (_, i) => i);
  const distance = Math.max(1, roundedUp((count - 1) / Math.max(1, most)));
  return Array.from({ length: Math.floor((count - 1) / distance) + 1 }, (_, i) => i * distance);
}

function roundedUp(distance: number): number {
  const power = 10 ** Math.floor(Math.log10(distance));
  const factor = [1, 2, 5, 10].find((each) => each * power >= distance * (1 - 1e-9))!;
  return factor * power;
}

function linearText(value: number, distance: number): string {
  const size = Math.max(Math.abs(value), distance);
  if (Math.abs(value) < distance * 1e-6) return "0";
  if (size >= 1e6 || distance < 1e-4) return scientific(value, 3);
  const digits = Math.max(0, -Math.floor(Math.log10(distance) + 1e-9));
  return size >= 1000 ? whole(value) : value.toFixed(digits).replace("-", "−");
}

function logText(value: number): string {
  return value >= 0.01 && value < 1e4 ? String(Number(value.toPrecision(3))) : scientific(value, 3);
}
