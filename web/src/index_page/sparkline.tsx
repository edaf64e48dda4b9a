/** A small curve of the losses on a logarithmic scale, without axes. */
import type { JSX } from "preact";
import { shown } from "../draw/numbers";
import type { Row } from "../live/server";

const WIDTH = 240;
const HEIGHT = 56;
const MARGIN = 3;

/** The last value that is defined; null where none is. */
export function lastValue(values: (number | null)[]): number | null {
  return values.filter((value) => value !== null).at(-1) ?? null;
}

export function Sparkline({ curves }: { curves: NonNullable<Row["curves"]> }): JSX.Element {
  const { step, train_loss: train = [], test_loss: test = [] } = curves;
  const logs = [...train, ...test].filter((value): value is number => value !== null && value > 0).map(Math.log);
  const low = Math.min(...logs);
  const high = Math.max(...logs);
  const x = (index: number) => MARGIN + ((WIDTH - 2 * MARGIN) * (step[index]! - step[0]!)) / (step.at(-1)! - step[0]! || 1);
  const y = (value: number) => MARGIN + ((HEIGHT - 2 * MARGIN) * (high - Math.log(value))) / (high - low || 1);
  const points = (values: (number | null)[]) =>
    values.flatMap((value, i) => (value !== null && value > 0 ? [`${x(i).toFixed(1)},${y(value).toFixed(1)}`] : [])).join(" ");
  const last = (values: (number | null)[]) => shown(lastValue(values));
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`Train loss ${last(train)} nats, test loss ${last(test)} nats at step ${step.at(-1)}`}>
      <polyline class="train" points={points(train)} />
      <polyline class="test" points={points(test)} />
    </svg>
  );
}
