/** Buttons for the frequencies of the solution built by hand. */
import type { JSX } from "preact";
import { colourOf } from "../draw/palette";
import { positions } from "../operands";
import { page } from "../page";
import { handFrequencies } from "../state";

export function ChooseFrequencies({ chosen }: { chosen: number[] }): JSX.Element {
  const all = Array.from({ length: positions() >> 1 }, (_, index) => index + 1);
  const keys = page().modular!.key_frequencies;
  const toggle = (k: number) => {
    const others = chosen.filter((other) => other !== k);
    // One wave has to stay: without any there is no answer.
    handFrequencies.value = others.length < chosen.length ? (others.length > 0 ? others : chosen) : [...chosen, k];
  };
  const typed = (text: string) => {
    const wanted = (text.match(/\d+/g) ?? []).map(Number).filter((k) => all.includes(k));
    if (wanted.length > 0) handFrequencies.value = [...new Set(wanted)];
  };
  return (
    <>
      <div class="choice">
        <label>
          Frequencies <input class="typed" value={chosen.join(" ")} onChange={(event) => typed(event.currentTarget.value)} />
        </label>
        {keys.length > 0 && (
          <button type="button" onClick={() => (handFrequencies.value = [])}>
            The key frequencies
          </button>
        )}
        {[1, 2, 5].map((count) => (
          <button type="button" key={count} onClick={() => (handFrequencies.value = drawn(all, count))}>
            {count} at random
          </button>
        ))}
      </div>
      <div class="frequencies" role="group" aria-label="Frequencies of the waves">
        {all.map((k) => (
          <button type="button" key={k} aria-pressed={chosen.includes(k)} style={{ "--wave": colourOf(k) }} onClick={() => toggle(k)}>
            {k}
          </button>
        ))}
      </div>
    </>
  );
}

function drawn(all: number[], count: number): number[] {
  const left = [...all];
  const picked = Array.from({ length: Math.min(count, all.length) }, () => left.splice(Math.floor(Math.random() * left.length), 1)[0]!);
  return picked.sort((a, b) => a - b);
}
