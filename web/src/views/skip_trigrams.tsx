/** The skip trigrams in the weights: what END attends to, and what it then answers. */
import type { JSX } from "preact";
import { Computed } from "../draw/computed";
import { HeatMap } from "../draw/heatmap";
import { NumberTable } from "../draw/number_table";
import { useQuantity } from "../engine/client";
import type { TrigramTables } from "../engine/quantities/trigram_tables";
import { page, type RunPage } from "../page";
import { registerView } from "../registry";
import "./sequence.css";

function SkipTrigrams(): JSX.Element {
  return (
    <Computed answer={useQuantity("trigram-tables", {}).value}>
      {(value) => (
        <>
          <div class="maps">
            <Map title="QK: score" values={value.scores} columns={value.heads} columnName="head" unit="" tokens={value.tokens} />
            <Map title="OV: if attended to" values={value.written} columns={value.answers} columnName="answer" unit="nats" tokens={value.tokens} />
            <Map title="Attention × OV" values={value.arrives} columns={value.answers} columnName="answer" unit="nats" tokens={value.tokens} />
          </div>
          <Strongest tables={value} />
        </>
      )}
    </Computed>
  );
}

interface MapProps {
  title: string;
  values: Float64Array;
  columns: number;
  columnName: string;
  unit: string;
  tokens: number;
}

function Map({ title, values, columns, columnName, unit, tokens }: MapProps): JSX.Element {
  const { vocabulary, answers } = page().examples!;
  return (
    <div>
      <h4>{title}</h4>
      <HeatMap
        label={title}
        rows={tokens}
        columns={columns}
        values={values}
        unit={unit}
        rowName="token before END"
        columnName={columnName}
        rowLabel={(row) => vocabulary[row]!}
        columnLabel={(column) => (columnName === "answer" ? answers[column]! : String(column))}
        {...(columnName === "head" ? { width: 210, aspect: 0.33 } : { width: 380, aspect: 0.7 })}
      />
    </div>
  );
}

function Strongest({ tables }: { tables: TrigramTables }): JSX.Element {
  const { vocabulary, answers } = page().examples!;
  const rows = tables.trigrams.slice(0, tables.answers).map((one) => ({
    name: `${vocabulary[one.token]} … END ${answers[one.answer]}`,
    lead: vocabulary[one.token] === answers[one.answer],
    cells: [one.qk, one.ov, one.strength].map((value) => value.toFixed(2)),
  }));
  return (
    <NumberTable
      caption="The strongest trigrams at this step, one for each token, with those of the task in bold: leads of their answers in nats, and scores without a unit"
      columns={["trigram", "QK: score", "OV", "attention × OV"]}
      rows={rows}
    />
  );
}

/** Fields of a transformer that the tables describe completely: one layer of attention alone. A field with its default may be left out. */
const DESCRIBED = { kind: "transformer", n_layers: 1, d_mlp: 0, attention_mix: 1, norm: "none", attention_bias: false, unembed_bias: false, tied: false, positions: true };

function isFor(shown: RunPage): boolean {
  return shown.task.family === "trigrams" && shown.examples !== null && Object.entries(DESCRIBED).every(([field, value]) => (shown.run.model[field] ?? value) === value);
}

registerView({
  name: "trigrams",
  title: "Skip trigrams in the weights",
  chapter: "circuit",
  order: 20,
  isFor,
  Body: SkipTrigrams,
  size: "wide",
  help: "One layer of attention adds up what each token contributes at END, so its rules “token … END answer” follow from the weights: the score that decides how much END attends to the token (less the mean over the tokens 0 … 9), and the lead of each answer over the others that attending to it brings. A model that solves the task this way has a diagonal at the tokens 10 … 19.",
});
