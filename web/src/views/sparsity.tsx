/** Shares that grow with the circuit: the embedding's sparsity, neurons in clusters, attention to `=`. */
import type { JSX } from "preact";
import { type Curve, recorded, recordedUnder, useCurves } from "../draw/curves";
import { percent } from "../draw/numbers";
import { grey, ink, seriesColour } from "../draw/palette";
import { StepLines } from "../draw/step_lines";
import { hasWaves } from "../operands";
import { page } from "../page";
import { registerView } from "../registry";

function Sparsity(): JSX.Element {
  const curves = useCurves(curvesOf);
  return <StepLines label="Sparsity, clusters and attention by step" yName="share" curves={curves} yRange={[-0.02, 1.02]} format={percent} />;
}

/** Energy of the key frequencies in the embedding: the sum of their shares where all were recorded. */
function keyShare(): Curve[] {
  const keys = page().modular?.key_frequencies ?? [];
  const series = keys.map((k) => recorded(`embedding_fraction.k${k}`));
  const first = series[0];
  if (!first || series.includes(null)) return [];
  const values = first.x.map((_, i) => series.reduce<number | null>((sum, each) => (sum === null || each!.values[i] == null ? null : sum + each!.values[i]!), 0));
  return [{ label: "key frequencies", x: first.x, values, colour: ink(), width: 2.5 }];
}

function curvesOf(): Curve[] {
  const curve = (name: string, label: string, colour: string, dashed = false): Curve[] => {
    const series = recorded(name);
    return series === null ? [] : [{ label, ...series, colour, dashed }];
  };
  const heads = recordedUnder("attention_to_self").map(([head, series]): Curve => ({ label: `${head.replace("head", "head ")} to =`, ...series, colour: grey(), faint: true, width: 1 }));
  return [
    ...keyShare(),
    ...curve("embedding_gini", "Gini, embedding", seriesColour(0), true),
    ...curve("clustered_fraction", "neurons in clusters", seriesColour(1)),
    ...curve("attention_to_self", "attention to =", seriesColour(2), true),
    ...heads,
  ];
}

registerView({
  name: "sparsity",
  title: "Fewer waves, tidier neurons",
  chapter: "growth",
  order: 7,
  isFor: (shown) => hasWaves(shown) && ["embedding_gini", "clustered_fraction", "attention_to_self"].some((name) => recorded(name) !== null),
  Body: Sparsity,
  help: "Share of the embedding's energy on the key frequencies, and its Gini coefficient (100 %: one frequency holds everything); share of the live neurons that belong to one frequency; and how much the token = attends to itself instead of to x and y.",
});
