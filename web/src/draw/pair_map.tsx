/** A heat map over all pairs, x to the right and y up, as in the figures; a click looks at that pair everywhere. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { axisName, pairInView, positions, showPair } from "../operands";
import { HeatMap, type HeatMapProps } from "./heatmap";
import { positionTicks } from "./ticks";

type PairMapProps = Pick<HeatMapProps, "label" | "map" | "range" | "unit" | "width" | "bare"> & {
  /** n × n, x·n + y. */
  values: ArrayLike<number>;
};

export function PairMap({ values, ...rest }: PairMapProps): JSX.Element {
  const n = positions();
  const upwards = useMemo(() => Float32Array.from({ length: n * n }, (_, i) => values[(i % n) * n + (n - 1 - Math.floor(i / n))]!), [values, n]);
  const at = pairInView();
  return (
    <HeatMap
      {...rest}
      rows={n}
      columns={n}
      values={upwards}
      rowName={axisName("y")}
      columnName={axisName("x")}
      rowLabel={(row) => String(n - 1 - row)}
      rowTicks={positionTicks(n, 6).map((y) => n - 1 - y)}
      marked={at && [n - 1 - at[1], at[0]]}
      onPick={(row, column) => showPair(column, n - 1 - row)}
    />
  );
}
