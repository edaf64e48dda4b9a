/** Inputs for the two operands. */
import type { JSX } from "preact";
import { page } from "../page";
import { inWords, randomPair, showPair, trainPairsAreKnown } from "../operands";
import { pair } from "../state";

export function ChoosePair(): JSX.Element {
  const [x = 0, y = 0] = pair.value;
  const choose = (values: [number, number]): void => {
    if (values.every((value) => Number.isInteger(value) && value >= 0 && value < page().task.p!)) pair.value = values;
  };
  return (
    <div class="choose">
      <p class="question">{inWords(x, y)}</p>
      <div class="choice">
        <Operand name="x" value={x} onChange={(value) => choose([value, y])} />
        <Operand name="y" value={y} onChange={(value) => choose([x, value])} />
      </div>
      <div class="choice">
        <button type="button" onClick={() => showPair(...randomPair(false))}>
          Random pair
        </button>
        {trainPairsAreKnown() && (
          <button type="button" onClick={() => showPair(...randomPair(true))}>
            Random pair not trained on
          </button>
        )}
      </div>
    </div>
  );
}

function Operand({ name, value, onChange }: { name: string; value: number; onChange(value: number): void }): JSX.Element {
  const p = page().task.p!;
  const turned = (by: number) => onChange((value + by + p) % p);
  return (
    <span class="operand">
      <button type="button" aria-label={`${name} one less`} onClick={() => turned(-1)}>
        ‹
      </button>
      <label>
        {name} <input type="number" min={0} max={p - 1} value={value} onInput={(event) => onChange(event.currentTarget.valueAsNumber)} />
      </label>
      <button type="button" aria-label={`${name} one more`} onClick={() => turned(1)}>
        ›
      </button>
    </span>
  );
}
