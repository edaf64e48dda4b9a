/** A card of a served page, with the menu that saves the drawings in it. */
import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import { save, Shelf, ShelfContext, toPng, type Saveable } from "../draw/export";

/** name: of the saved files, without their endings. */
export function Panel({ title, name, children }: { title: string; name: string; children: ComponentChildren }): JSX.Element {
  const shelf = useMemo(() => new Shelf(), []);
  const each = (write: (drawing: Saveable) => void) => () => shelf.drawings.forEach((drawing) => write(drawing.current));
  return (
    <section class="card wide" aria-labelledby={`panel-${name}`}>
      <header>
        <h2 id={`panel-${name}`}>{title}</h2>
        <div class="save" role="group" aria-label={`Save ${title}`}>
          <button type="button" onClick={each((drawing) => void toPng(drawing.svg()).then((blob) => save(`${name}.png`, blob, "image/png")))}>
            PNG
          </button>
          <button type="button" onClick={each((drawing) => save(`${name}.svg`, drawing.svg(), "image/svg+xml"))}>
            SVG
          </button>
          <button type="button" onClick={each((drawing) => save(`${name}.csv`, drawing.csv(), "text/csv"))}>
            CSV
          </button>
        </div>
      </header>
      <ShelfContext.Provider value={shelf}>{children}</ShelfContext.Provider>
    </section>
  );
}
