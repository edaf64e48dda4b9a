/** A table of numbers that a card can save. It scrolls sideways in a narrow window. */
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import "./number_table.css";
import { csvLine, useSaveable } from "./export";
import { document, element, PAPER, text } from "./svg";

/** A text, and what the page shows for it where that is more than the text. */
export type Cell = string | { text: string; shown: ComponentChildren };

export interface NumberRow {
  name: Cell;
  /** Texts as they are written; their numbers have the unit of the column. */
  cells: Cell[];
  /** Stands out. */
  lead?: boolean;
  /** Called when the visitor presses the row's name. */
  onPick?(): void;
}

interface NumberTableProps {
  caption: string;
  /** Names of the columns, that of the rows' names first. */
  columns: string[];
  rows: NumberRow[];
}

export function NumberTable({ caption, columns, rows }: NumberTableProps): JSX.Element {
  const id = useId();
  useSaveable({ svg: () => asSvg(caption, columns, rows), csv: () => [columns, ...rows.map(textsOf)].map(csvLine).join("\n") });
  return (
    <>
      <p class="table-caption" id={id}>
        {caption}
      </p>
      <div class="number-table" role="region" aria-labelledby={id} tabIndex={0}>
        <table aria-labelledby={id}>
          <thead>
            <tr>
              {columns.map((name) =>
                name === "" ? (
                  <td key={name} />
                ) : (
                  <th scope="col" key={name}>
                    {name}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={textOf(row.name)} class={row.lead ? "lead" : ""}>
                <th scope="row">
                  {row.onPick ? (
                    <button type="button" onClick={row.onPick}>
                      {shownOf(row.name)}
                    </button>
                  ) : (
                    shownOf(row.name)
                  )}
                </th>
                {row.cells.map((cell, i) => (
                  <td key={i}>{shownOf(cell)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}

function shownOf(cell: Cell): ComponentChildren {
  return typeof cell === "string" ? cell : cell.shown;
}

function textsOf({ name, cells }: NumberRow): string[] {
  return [name, ...cells].map(textOf);
}

/** Sizes of a saved table in pixels. */
const SAVED = { row: 22, letter: 7.2, gap: 24, left: 12 };

function asSvg(caption: string, columns: string[], rows: NumberRow[]): string {
  const lines = [columns, ...rows.map(textsOf)];
  const widths = columns.map((_, i) => SAVED.letter * Math.max(...lines.map((line) => line[i]?.length ?? 0)) + SAVED.gap);
  const right = (column: number) => SAVED.left + widths.slice(0, column + 1).reduce((sum, width) => sum + width, 0) - SAVED.gap / 2;
  const width = right(columns.length - 1) + SAVED.left;
  const body = lines.flatMap((line, i) => [
    ...line.map((cell, column) =>
      text(right(column), SAVED.row * (i + 0.7), cell, { "text-anchor": "end", fill: i ? PAPER.ink : PAPER.soft, "font-weight": i && rows[i - 1]!.lead ? 600 : undefined }),
    ),
    element("line", { x1: SAVED.left, x2: width - SAVED.left, y1: SAVED.row * (i + 1), y2: SAVED.row * (i + 1), stroke: PAPER.line }),
  ]);
  return document(Math.max(width, 420), SAVED.row * lines.length + SAVED.left, caption, body.join(""));
}
