/** Every claim of the write-up about such a run, with its verdict on this run, its rule, and the views that show it. */
import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { csvLine, useSaveable } from "../draw/export";
import { escaped } from "../draw/svg";
import { whole } from "../draw/numbers";
import { boundaries, phasesAreSeparate } from "../frame/moments";
import { goToView } from "../frame/place";
import { withCode } from "../frame/with_code";
import { page, type Verdict } from "../page";
import { registerView, titleOf } from "../registry";
import { highlighted } from "../state";
import { asText, inAddress } from "../url";
import "./claims.css";

const STATES = ["holds", "fails", "undecided", "not measured"] as const;
/** A state has a symbol beside its word, so that no state is told by colour alone. */
const SYMBOLS: Record<Verdict["state"], string> = { holds: "✓", fails: "✗", undecided: "?", "not measured": "–" };

/** The state of the claims that are listed; "" for all. */
const listed = inAddress("claims", "", asText);
const rows = computed(() => page().verdicts.filter((row) => listed.value === "" || row.state === listed.value));

/** Milliseconds for which a view that a claim points to is marked. */
const MARKED = 2000;

function Claims(): JSX.Element {
  useSaveable({ svg: () => asDrawing(rows.value), csv: () => asCsv(rows.value) });
  return (
    <>
      <p class="help">
        Each sentence is judged on this run by a rule that was fixed before. “Holds” and “fails” are results about this model: it upholds the sentence, or it does
        not. “Fails” does not mean that a command or the training failed. “Undecided” means that the rule does not apply to this run, and why. One run decides
        nothing about other runs; <code>latebloom reproduce</code> judges a sentence on five runs or more. W is the write-up, P the paper that followed it.
      </p>
      {stableStandsFor() && <p class="help">{stableStandsFor()}</p>}
      <div class="claim-filter" role="group" aria-label="Show claims that">
        <Filter state="" label="all" count={page().verdicts.length} />
        {STATES.map((state) => (
          <Filter key={state} state={state} label={`${SYMBOLS[state]} ${state}`} count={page().verdicts.filter((row) => row.state === state).length} />
        ))}
      </div>
      <table class="claims" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">Verdict</th>
            <th scope="col" role="columnheader">Claim</th>
            <th scope="col" role="columnheader">On this run</th>
            <th scope="col" role="columnheader">Picture</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.value.map((row) => (
            <Row key={row.id} row={row} />
          ))}
        </tbody>
      </table>
      {rows.value.length === 0 && <p>No claim is {listed.value} on this run.</p>}
    </>
  );
}

/** What "the stable phase" of a rule or a finding means on a run without separate phases; null where the words need no comment. */
function stableStandsFor(): string | null {
  const settles = boundaries().find(({ name }) => name === "test loss settles");
  const named = page().verdicts.some(({ rule, finding }) => `${rule} ${finding}`.includes("stable phase"));
  if (!named || phasesAreSeparate() || settles === undefined) return null;
  return `The phases of this run are not separate: where a claim names the stable phase, it means the steps after test loss settles, ${whole(settles.step)} and later.`;
}

function Filter({ state, label, count }: { state: string; label: string; count: number }): JSX.Element {
  return (
    <button type="button" class="chip" aria-pressed={listed.value === state} disabled={count === 0} onClick={() => (listed.value = state)}>
      {label} ({count})
    </button>
  );
}

function Row({ row }: { row: Verdict }): JSX.Element {
  const pictures = row.views.flatMap((name) => {
    const title = titleOf(page(), name);
    return title === null ? [] : [{ name, title }];
  });
  return (
    <tr role="row">
      <td role="cell" class={`claim-state ${row.state.replace(" ", "-")}`}>
        <span aria-hidden="true">{SYMBOLS[row.state]}</span> {row.state}
      </td>
      <td role="cell">
        {withCode(row.sentence)}
        <details>
          <summary>
            {row.place}
            <span class="unseen">: rule and published result</span>
          </summary>
          <p>Rule: {withCode(row.rule)}</p>
          <p>Published: {withCode(row.published)}</p>
        </details>
      </td>
      <td role="cell">{withCode(row.finding)}</td>
      <td role="cell">
        {pictures.map(({ name, title }) => (
          <button type="button" class="picture-link" key={name} onClick={() => point(name)}>
            {title}
          </button>
        ))}
      </td>
    </tr>
  );
}

/** Move to a view and mark it for a moment. */
function point(name: string): void {
  goToView(name, { focus: true });
  highlighted.value = name;
  setTimeout(() => {
    if (highlighted.value === name) highlighted.value = "";
  }, MARKED);
}

function asCsv(verdicts: Verdict[]): string {
  const lines = verdicts.map((row) => [row.id, row.state, row.sentence, row.finding, row.rule, row.place, row.published]);
  return [["claim", "verdict on this run", "sentence", "finding", "rule", "place", "published"], ...lines].map(csvLine).join("\n");
}

/** Size of the text of the drawing, and about the width of one letter, in pixels. */
const LETTER = { height: 14, width: 7 };

/** One line for each claim. */
function asDrawing(verdicts: Verdict[]): string {
  const lines = verdicts.map((row) => `${SYMBOLS[row.state]} ${row.state}: ${row.sentence} ${row.finding}`);
  const width = LETTER.width * Math.max(0, ...lines.map((line) => line.length));
  const height = 1.5 * LETTER.height * (lines.length + 1);
  const texts = lines.map((line, i) => `<text x="0" y="${1.5 * LETTER.height * (i + 1)}">${escaped(line)}</text>`).join("");
  const style = `font-family="system-ui, sans-serif" font-size="${LETTER.height}" fill="black"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ${style}><rect width="100%" height="100%" fill="white"/>${texts}</svg>`;
}

registerView({
  name: "claims",
  title: "The write-up's claims, on this run",
  chapter: "claims",
  order: 0,
  isFor: (shown) => shown.verdicts.length > 0,
  Body: Claims,
  size: "wide",
});
