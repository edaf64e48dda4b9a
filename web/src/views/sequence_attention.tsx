/** Attention of each head over one sequence. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { useComputed } from "@preact/signals";
import { ShelfContext } from "../draw/export";
import { HeatMap } from "../draw/heatmap";
import { shown as written } from "../draw/numbers";
import { positionTicks } from "../draw/ticks";
import { useQuantity } from "../engine/client";
import type { HeadScores } from "../engine/quantities/head_scores";
import { page, type RunPage } from "../page";
import { registerView } from "../registry";
import { inductionCircuit } from "../extra";
import { head, query, sequence, shownQuery } from "../sequence_state";
import { SequencePicker } from "./sequence_picker";
import "./sequence.css";

function SequenceAttention(): JSX.Element {
  const args = useComputed(() => ({ tokens: sequence.value.tokens }));
  const { value, error } = useQuantity("sequence-attention", args).value;
  if (error) return <p class="error">{error}</p>;
  return (
    <>
      <SequencePicker />
      {value && value.length === sequence.value.tokens.length ? <Heads {...value} /> : <p class="waiting">Computing …</p>}
    </>
  );
}

/** Tokens that are named on an axis of the map: every one of a short sequence. */
const MOST_TICKS = 22;

/** A name that fits under its column. */
function short(name: string): string {
  return name.length > 3 ? `${name[0]}…` : name;
}

interface Patterns {
  layers: number;
  heads: number;
  length: number;
  patterns: Float32Array[];
}

function Heads({ layers, heads, length, patterns }: Patterns): JSX.Element {
  const [wantedLayer, wantedHead] = head.value.length ? head.value : usualHead();
  const [layer, number] = [Math.min(layers - 1, wantedLayer ?? 0), Math.min(heads - 1, wantedHead ?? 0)];
  const all = useMemo(() => patterns.flatMap((values, i) => Array.from({ length: heads }, (_, h) => ({ layer: i, number: h, values: ofHead(values, h, length) }))), [patterns]);
  const chosen = all[layer * heads + number]!;
  const name = tokenNames();
  const ticks = positionTicks(length, MOST_TICKS);
  const token = (position: number) => page().examples!.vocabulary[sequence.value.tokens[position]!]!;
  return (
    <div class="attention">
      <div>
        <HeadPicker all={all} length={length} chosen={chosen} />
        <TokenStrip values={chosen.values} />
      </div>
      <HeatMap
        label={`Attention of head ${layer}.${number}`}
        rows={length}
        columns={length}
        values={chosen.values}
        map="sequential"
        range={[0, 1]}
        unit="of the attention"
        rowName="from"
        columnName="to"
        rowLabel={name}
        columnLabel={name}
        rowTick={token}
        rowTicks={ticks}
        columnTick={(position) => short(token(position))}
        columnTicks={ticks}
        marked={[shownQuery.value, strongest(chosen.values, shownQuery.value)]}
        onPick={(row) => (query.value = row)}
        width={560}
      />
    </div>
  );
}

/** The induction head where Python found one, else the first head. */
function usualHead(): number[] {
  return inductionCircuit(page())?.pair?.[1] ?? [0, 0];
}

interface HeadPattern {
  layer: number;
  number: number;
  /** query × key. */
  values: Float32Array;
}

function ofHead(values: Float32Array, number: number, length: number): Float32Array {
  // A key after the query is left blank: causal attention cannot see it.
  return values.slice(number * length * length, (number + 1) * length * length).map((value, i) => (i % length > Math.floor(i / length) ? NaN : value));
}

function tokenNames(): (position: number) => string {
  const { tokens } = sequence.value;
  const { vocabulary } = page().examples!;
  return (position) => `${vocabulary[tokens[position]!]} (position ${position})`;
}

function strongest(values: Float32Array, row: number): number {
  const length = Math.sqrt(values.length);
  let best = 0;
  for (let key = 1; key <= row; key++) if (values[row * length + key]! > values[row * length + best]!) best = key;
  return best;
}

/** A small map of each head; a press shows it. Heads of repeated subsequences have their scores below. */
function HeadPicker({ all, length, chosen }: { all: HeadPattern[]; length: number; chosen: HeadPattern }): JSX.Element {
  const repeats = page().task.family === "induction";
  return (
    <ShelfContext.Provider value={null}>
      <div class="head-picker" role="group" aria-label="Heads">
        {all.map((one, index) => (
          <button
            type="button"
            key={index}
            aria-pressed={one === chosen}
            onClick={() => (head.value = [one.layer, one.number])}
          >
            <span aria-hidden="true">
              <HeatMap bare label={`Head ${one.layer}.${one.number}`} rows={length} columns={length} values={one.values} map="sequential" range={[0, 1]} />
            </span>
            <span>
              head {one.layer}.{one.number}
            </span>
            {repeats && <Scores index={index} />}
          </button>
        ))}
      </div>
    </ShelfContext.Provider>
  );
}

function Scores({ index }: { index: number }): JSX.Element {
  const { value } = useQuantity("head-scores", {}).value;
  return <small>{value ? scoreText(value, index) : " "}</small>;
}

function scoreText(scores: HeadScores, index: number): string {
  return `before ${scores.previous[index]!.toFixed(2)} · induction ${scores.induction[index]!.toFixed(2)}`;
}

/** The sequence as text, each token shaded by the attention that the chosen position pays to it. */
function TokenStrip({ values }: { values: Float32Array }): JSX.Element {
  const { tokens, copies } = sequence.value;
  const { vocabulary } = page().examples!;
  const row = shownQuery.value;
  const share = (key: number) => (key <= row ? values[row * tokens.length + key]! : 0);
  const best = strongest(values, row);
  const size = Number(page().task.settings.subsequence ?? 0);
  const inCopy = (position: number) => copies?.some((start) => position >= start && position < start + size) ?? false;
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    query.value = Math.max(0, Math.min(tokens.length - 1, row + step));
  };
  const name = tokenNames();
  return (
    <>
      <div
        class="token-strip"
        role="slider"
        tabIndex={0}
        aria-label="Position whose attention is shown"
        aria-valuemin={0}
        aria-valuemax={tokens.length - 1}
        aria-valuenow={row}
        aria-valuetext={`from ${name(row)}, most to ${name(best)}: ${written(share(best))}`}
        onKeyDown={move}
      >
        {tokens.map((token, position) => (
          <span
            key={position}
            class={`token${position === row ? " from" : ""}${inCopy(position) ? " copied" : ""}${position > row ? " later" : ""}`}
            style={{ "--share": `${(100 * share(position)).toFixed(1)}%` }}
            title={position > row ? "later, not visible" : `${written(share(position))} of the attention`}
            onClick={() => (query.value = position)}
          >
            {vocabulary[token]}
          </span>
        ))}
      </div>
      <output class="read">
        From {name(row)}: {written(share(best))} of the attention goes to {name(best)}.
      </output>
    </>
  );
}

function isFor(shown: RunPage): boolean {
  return shown.examples !== null && shown.run.model.kind === "transformer";
}

registerView({
  name: "attention-patterns",
  title: "Attention over a sequence",
  chapter: "circuit",
  order: 10,
  isFor,
  Body: SequenceAttention,
  size: "wide",
  help: "Each head of each layer looks back over the tokens so far and divides its attention among them. Choose a head, then a token: the tokens that it attends to are shaded, and the map shows all positions at once, from the row to the column.",
});
