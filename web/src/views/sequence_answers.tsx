/** What the model answers on one sequence, position by position. */
import type { JSX } from "preact";
import { useComputed } from "@preact/signals";
import { HeatMap } from "../draw/heatmap";
import { positionTicks } from "../draw/ticks";
import { percent, shown as written, whole } from "../draw/numbers";
import { useQuantity } from "../engine/client";
import type { Result } from "../engine/quantity";
import { page, type ExampleSequence, type RunPage } from "../page";
import { registerView } from "../registry";
import { sequence } from "../sequence_state";
import { SequencePicker } from "./sequence_picker";
import "./sequence.css";

function SequenceAnswers(): JSX.Element {
  const args = useComputed(() => ({ tokens: sequence.value.tokens, read: sequence.value.read }));
  const { value, error, step } = useQuantity("sequence-answers", args).value;
  if (error) return <p class="error">{error}</p>;
  const one = sequence.value;
  const isCurrent = value && value.logits.length === one.read.length * value.answers;
  return (
    <>
      <SequencePicker />
      {isCurrent ? <Answers one={one} step={step!} {...value} /> : <p class="waiting">Computing …</p>}
    </>
  );
}

function Answers({ one, step, answers, probabilities }: Result<"sequence-answers"> & { one: ExampleSequence; step: number }): JSX.Element {
  const { vocabulary, answers: names } = page().examples!;
  const given = one.read.map((_, i) => largest(probabilities.subarray(i * answers, (i + 1) * answers)));
  const known = one.right.every((answer) => answer >= 0);
  const of = (i: number, answer: number) => probabilities[i * answers + answer]!;
  return (
    <>
      <ol class="answers">
        {one.read.map((position, i) => {
          const isRight = given[i] === one.right[i];
          return (
            <li key={position} class={known ? (isRight ? "right" : "wrong") : ""}>
              <small>{place(one, i)}</small>
              <b>{names[given[i]!]}</b>
              <small>{percent(of(i, given[i]!))}</small>
              {known && <small>{isRight ? "✓ right" : `✗ ${names[one.right[i]!]}: ${percent(of(i, one.right[i]!))}`}</small>}
            </li>
          );
        })}
      </ol>
      <output class="read">
        {`Step ${whole(step)}: `}
        {known
          ? `${given.filter((answer, i) => answer === one.right[i]).length} of ${given.length} answers are right; the loss on this sequence is ${written(loss(one, of))} nats.`
          : "the right answers of this sequence are not defined by the task."}
      </output>
      <HeatMap
        label="Probability of each answer"
        rows={one.read.length}
        columns={answers}
        values={probabilities}
        map="sequential"
        range={[0, 1]}
        rowName="read after"
        columnName="answer"
        rowLabel={(row) => `${vocabulary[one.tokens[one.read[row]!]!]} (position ${one.read[row]})`}
        columnLabel={(column) => names[column]!}
        rowTick={(row) => place(one, row)}
        rowTicks={positionTicks(one.read.length, MOST_TICKS)}
        columnTicks={positionTicks(answers, MOST_TICKS)}
        unit="probability"
        width={560}
      />
    </>
  );
}

const MOST_TICKS = 16;

/** Where an answer stands: the digit of the sum, or the token after which it is read. */
function place(one: ExampleSequence, i: number): string {
  if (page().task.family === "digits") return `digit ${one.part[i]}`;
  return `after ${page().examples!.vocabulary[one.tokens[one.read[i]!]!]}`;
}

function largest(values: Float64Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}

function loss(one: ExampleSequence, of: (i: number, answer: number) => number): number {
  return one.right.reduce((sum, answer, i) => sum - Math.log(of(i, answer)), 0) / one.right.length;
}

function isFor(shown: RunPage): boolean {
  return shown.examples !== null && shown.run.model.kind === "transformer";
}

registerView({
  name: "sequence-answers",
  title: "Ask the model",
  chapter: "answer",
  order: 10,
  isFor,
  Body: SequenceAnswers,
  size: "wide",
  help: "The model reads the sequence and gives every possible answer a probability at each position where the task asks for one. Choose an example or type your own; as in training, each answer is read with the right tokens before it, whatever the model answered there.",
});
