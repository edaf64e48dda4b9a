/** The frame of a view: title, help, captions, and the menu that saves it. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { save, Shelf, ShelfContext, toPng } from "./draw/export";
import { page } from "./page";
import { step } from "./state";
import type { View } from "./registry";

export function Card({ view }: { view: View }): JSX.Element {
  const shelf = useMemo(() => new Shelf(), []);
  const captions = page().captions[view.name] ?? [];
  return (
    <section class={`card ${view.size ?? "normal"}`} id={`view-${view.name}`} aria-labelledby={`title-${view.name}`}>
      <header>
        <h3 id={`title-${view.name}`}>{view.title}</h3>
        <SaveMenu name={view.name} title={view.title} shelf={shelf} />
      </header>
      {view.help && <p class="help">{view.help}</p>}
      <ShelfContext.Provider value={shelf}>
        <view.Body />
      </ShelfContext.Provider>
      {captions.map((sentence) => (
        <p class="caption" key={sentence}>
          {sentence}
        </p>
      ))}
    </section>
  );
}

function SaveMenu({ name, title, shelf }: { name: string; title: string; shelf: Shelf }): JSX.Element {
  const each = (write: (index: number, file: string) => void) => () =>
    shelf.drawings.forEach((_, index) => write(index, [page().run.name, name, step.value === null ? null : `step-${step.value}`, shelf.drawings.length > 1 ? index + 1 : null].filter((part) => part !== null).join("-")));
  const svg = each((index, file) => save(`${file}.svg`, shelf.drawings[index]!.current.svg(), "image/svg+xml"));
  const csv = each((index, file) => save(`${file}.csv`, shelf.drawings[index]!.current.csv(), "text/csv"));
  const png = each((index, file) => void toPng(shelf.drawings[index]!.current.svg()).then((blob) => save(`${file}.png`, blob, "image/png")));
  return (
    <div class="save" role="group" aria-label={`Save ${title}`}>
      <button type="button" onClick={png}>
        PNG
      </button>
      <button type="button" onClick={svg}>
        SVG
      </button>
      <button type="button" onClick={csv}>
        CSV
      </button>
    </div>
  );
}
