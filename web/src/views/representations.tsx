/** What each irreducible representation of a group has of the model: of its logits, its embedding and its neurons. */
import type { JSX } from "preact";
import { type Curve, recorded, type Series, useCurves } from "../draw/curves";
import { NumberTable, type NumberRow } from "../draw/number_table";
import { percent, shown, whole } from "../draw/numbers";
import { StepLines } from "../draw/step_lines";
import { useStepInSight } from "../draw/step_in_sight";
import { nearestRow, valueAt } from "../frame/moments";
import { type Irrep, irrepColour, representations, toggleIrrep } from "../irreps";
import { page } from "../page";
import { registerView } from "../registry";
import { irrep } from "../state";
import "./circuit.css";
import { irrepCurves } from "./irrep_curves";
import { MissingMeasure } from "./missing_measure";
import "./sequence.css";

/** Representations that the table lists. */
const MOST_ROWS = 16;

function Representations(): JSX.Element {
  const found = representations(page())!;
  const lit = irrep.value;
  const names = found.irreps.map(({ name }) => name);
  const similarity = useCurves(() => irrepCurves("character_similarity", names), [lit, found]);
  const embedding = useCurves(() => irrepCurves("embedding_fraction", names), [lit, found]);
  const neurons = useCurves(() => neuronCurves(names), [lit, found]);
  if (similarity.length + embedding.length === 0) return <MissingMeasure what="The share of each representation" />;
  const charts: [string, string, Curve[], (value: number | null | undefined) => string][] = [
    ["In the logits", "similarity with the character", similarity, shown],
    ["In the embedding", "share of its energy", embedding, percent],
    ["In the neurons", "share of the live neurons", neurons, percent],
  ];
  return (
    <>
      <div class="maps">
        {charts.map(
          ([title, yName, curves, format]) =>
            curves.length > 0 && (
              <div key={title}>
                <h4>{title}</h4>
                <StepLines label={`Representations ${title.toLowerCase()} by step`} yName={yName} curves={curves} format={format} />
              </div>
            ),
        )}
      </div>
      <AtStep irreps={found.irreps} />
    </>
  );
}

/** The cluster of each key representation, as a share of the neurons that are live at that step. */
function neuronCurves(names: string[]): Curve[] {
  const live = recorded("live_neurons");
  if (live === null) return [];
  const shareOf = ({ x, values }: Series): Series => ({ x, values: values.map((value, i) => (value === null || !live.values[i] ? null : value / live.values[i]!)) });
  return irrepCurves("cluster_size", names, (name) => name, shareOf);
}

/** The measures at the checkpoint that is nearest to the step in view; key representations first, then by similarity. */
function AtStep({ irreps }: { irreps: Irrep[] }): JSX.Element {
  const { measures } = page();
  const at = useStepInSight() ?? measures.step.at(-1) ?? 0;
  const last = (name: string) => measures.columns[`character_similarity.${name}`]?.at(-1) ?? 0;
  const listed = [...irreps].sort((a, b) => Number(b.key) - Number(a.key) || last(b.name) - last(a.name)).slice(0, MOST_ROWS);
  const live = valueAt(measures, "live_neurons", at);
  const rows = listed.map(({ name, dimension, type, key }): NumberRow => {
    const size = valueAt(measures, `cluster_size.${name}`, at);
    const written = (column: string, format: (value: number | null) => string) => format(valueAt(measures, `${column}.${name}`, at));
    return {
      name: { text: name, shown: <Name name={name} /> },
      cells: [`${dimension}, ${type}`, key ? "yes" : "no", written("character_similarity", shown), written("embedding_fraction", percent), size === null || !live ? "–" : percent(size / live)],
      lead: irrep.value === name,
      onPick: () => toggleIrrep(name),
    };
  });
  const rest = irreps.length - listed.length;
  const step = measures.step[nearestRow(measures, at)] ?? 0;
  return (
    <NumberTable
      caption={`Representations at step ${whole(step)}${rest > 0 ? `; ${rest} with smaller similarities are not listed` : ""}. A name lights its lines up.`}
      columns={["representation", "dimension, type", "key", "similarity with the logits", "share of the embedding", "share of the neurons"]}
      rows={rows}
    />
  );
}

function Name({ name }: { name: string }): JSX.Element {
  return (
    <>
      <span class="swatch" style={{ background: irrepColour(name) }} /> {name}
    </>
  );
}

registerView({
  name: "representations",
  title: "Which representations the model uses",
  chapter: "circuit",
  order: 0,
  size: "wide",
  isFor: (shown) => representations(shown) !== null,
  Body: Representations,
  help:
    "A group can be written as matrices in a few essentially different ways, its irreducible representations: to finite groups they are what waves are to numbers on a circle. A name gives the dimension, with a letter to tell those of one dimension apart. " +
    "A representation is key if the scores of the answers resemble its character (a similarity over 0.005). A model that looks its answers up has a part of each; one that uses the group's structure keeps a few, and the same ones in embedding, neurons and logits.",
});
