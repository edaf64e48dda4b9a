/** Loss and accuracy of the whole model, of what is left of it, and after a random cut of the same size. */
import type { JSX } from "preact";
import { csvLine, useSaveable } from "../draw/export";
import { NOT_DEFINED, percent, shown } from "../draw/numbers";
import { document, PAPER, text } from "../draw/svg";
import type { CutResult } from "../engine/cut";
import type { Losses, Parted } from "../engine/losses";

/** A column of the table: its numbers, or why there are none; null while they are computed. */
export interface Outcome {
  name: string;
  found: CutResult | Losses | null;
  /** Whether these are the numbers of an earlier step or cut, and new ones are being computed. */
  isOutdated: boolean;
}

const MEASURES = [
  { measure: "loss", name: "Loss (nats)", show: shown },
  { measure: "accuracy", name: "Right answers", show: percent },
] as const;

const PAIRS: { part: keyof Parted; name: string }[] = [
  { part: "train", name: "train set" },
  { part: "test", name: "test set" },
  { part: "all", name: "all pairs" },
];

/** Size of a saved picture, and its columns, in pixels. */
const SAVED = { width: 760, row: 28, first: 220, column: 180 };

export function CutOutcome({ outcomes }: { outcomes: Outcome[] }): JSX.Element {
  const rows = MEASURES.flatMap(({ measure, name, show }) => PAIRS.map(({ part, name: pairs }) => ({ name: `${name}, ${pairs}`, value: (found: Outcome["found"]) => numberOf(found, measure, part), show })));
  useSaveable({
    csv: () => [csvLine(["", ...outcomes.map(({ name }) => name)]), ...rows.map(({ name, value }) => csvLine([name, ...outcomes.map(({ found }) => value(found))]))].join("\n"),
    svg: () =>
      document(
        SAVED.width,
        SAVED.row * (rows.length + 1),
        "The model taken apart",
        [["", ...outcomes.map(({ name }) => name)], ...rows.map(({ name, value, show }) => [name, ...outcomes.map(({ found }) => show(value(found)))])]
          .flatMap((cells, i) => cells.map((cell, j) => text(j === 0 ? 12 : SAVED.first + (j - 1) * SAVED.column, SAVED.row * (i + 0.7), cell, { fill: PAPER.ink, "font-weight": i === 0 ? 600 : 400 })))
          .join(""),
      ),
  });
  return (
    <div class="cut-outcome" aria-live="polite" aria-busy={outcomes.some(({ isOutdated }) => isOutdated)}>
      {MEASURES.map(({ measure, name, show }) => (
        <table key={measure}>
          <caption>{name}</caption>
          <thead>
            <tr>
              <td />
              {outcomes.map((outcome) => (
                <th scope="col" key={outcome.name}>
                  {outcome.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {PAIRS.map(({ part, name: pairs }) => (
              <tr key={part} class={part}>
                <th scope="row">{pairs}</th>
                {outcomes.map(({ name: column, found, isOutdated }) => (
                  <td key={column} class={isOutdated ? "outdated" : undefined}>{found === null ? "…" : show(numberOf(found, measure, part))}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ))}
      {outcomes.map(({ name, found }) => found !== null && "undefinedBecause" in found && <p class="note" key={name}>{`${name}: ${NOT_DEFINED}, because ${found.undefinedBecause}.`}</p>)}
    </div>
  );
}

function numberOf(found: Outcome["found"], measure: keyof Losses, part: keyof Parted): number | null {
  return found === null || "undefinedBecause" in found ? null : found[measure][part];
}
