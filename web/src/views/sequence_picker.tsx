/** Choice of the sequence in view: one of the page's examples, or what the visitor types. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { page, type ExampleSequence } from "../page";
import { example, sequence, showExample, typed } from "../sequence_state";
import { edited, operands, sumTokens } from "../sequence_tasks";

export function SequencePicker(): JSX.Element {
  const { sequences } = page().examples!;
  const shown = typed.value.length ? "typed" : String(example.value);
  return (
    <div class="sequence-picker">
      <label>
        Example{" "}
        <select value={shown} onChange={(event) => showExample(Number(event.currentTarget.value))}>
          {sequences.map((one, index) => (
            <option key={index} value={index}>
              {index + 1}
              {named(one)}
            </option>
          ))}
          {shown === "typed" && <option value="typed">typed by you</option>}
        </select>
      </label>
      {page().task.family === "digits" ? <SumInput /> : <TokenInput />}
    </div>
  );
}

function named(one: ExampleSequence): string {
  if (one.note) return `: ${one.note}`;
  const { vocabulary } = page().examples!;
  if (page().task.family === "digits") return `: ${operands(one.tokens, digits()).join(" + ")}`;
  const start = one.tokens.slice(0, 6).map((token) => vocabulary[token]);
  return `: ${start.join(" ")}${one.tokens.length > 6 ? " …" : ""}`;
}

function digits(): number {
  return Number(page().task.settings.digits);
}

/** Two numbers with as many digits as the task has. */
function SumInput(): JSX.Element {
  const values = operands(sequence.value.tokens, digits());
  const write = (place: 0 | 1, text: string): void => {
    const next: [string, string] = [...values];
    next[place] = text;
    typed.value = sumTokens(...next, digits());
  };
  return (
    <>
      <NumberInput name="First number" value={values[0]} onWrite={(text) => write(0, text)} />
      <span aria-hidden="true">+</span>
      <NumberInput name="Second number" value={values[1]} onWrite={(text) => write(1, text)} />
    </>
  );
}

function NumberInput({ name, value, onWrite }: { name: string; value: string; onWrite(text: string): void }): JSX.Element {
  return (
    <input
      type="text"
      inputMode="numeric"
      aria-label={`${name}, up to ${digits()} digits`}
      size={digits() + 1}
      maxLength={digits()}
      value={value}
      onChange={(event) => {
        const text = event.currentTarget.value.trim();
        if (/^\d+$/.test(text) && text.length <= digits()) onWrite(text);
        else event.currentTarget.value = value;
      }}
    />
  );
}

/** All tokens by their names, with spaces between. */
function TokenInput(): JSX.Element {
  const { vocabulary } = page().examples!;
  const [error, setError] = useState("");
  const { tokens } = sequence.value;
  const write = (text: string): void => {
    const names = text.trim().split(/\s+/);
    const unknown = names.find((name) => !vocabulary.includes(name));
    const next = names.map((name) => vocabulary.indexOf(name));
    if (unknown !== undefined) setError(`${unknown} is not a token; the first is ${vocabulary[0]}, the last ${vocabulary.at(-1)}.`);
    else if (edited(page(), sequence.value, next) === null) setError(`A sequence has ${tokens.length} tokens; this one has ${next.length}.`);
    else {
      setError("");
      typed.value = next;
    }
  };
  return (
    <details class="token-input">
      <summary>Edit the tokens</summary>
      <textarea
        rows={3}
        aria-label={`The ${tokens.length} tokens, with spaces between`}
        aria-invalid={error !== ""}
        value={tokens.map((token) => vocabulary[token]).join(" ")}
        onChange={(event) => write(event.currentTarget.value)}
      />
      <p class="error" role="alert">
        {error}
      </p>
    </details>
  );
}
