/** The frame of a view: title, help, captions, and the menu that saves it. */
import { useComputed, useSignal, type ReadonlySignal } from "@preact/signals";
import { Component, type ComponentChildren, type JSX, type RefObject } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { save, Shelf, ShelfContext, toPng } from "./draw/export";
import { whole } from "./draw/numbers";
import { InSight } from "./engine/client";
import { LagsContext, type Lags } from "./engine/on_paper";
import { Menu } from "./frame/menu";
import { withCode } from "./frame/with_code";
import { page } from "./page";
import { highlighted, step } from "./state";
import type { View } from "./registry";

export function Card({ view }: { view: View }): JSX.Element {
  const shelf = useMemo(() => new Shelf(), []);
  const captions = page().captions[view.name] ?? [];
  const card = useRef<HTMLElement>(null);
  const inSight = useInSight(card);
  const lags: Lags = useSignal([]);
  const lit = highlighted.value === view.name ? "lit" : "";
  return (
    <article class={`card ${view.size ?? "normal"} ${lit}`} id={`view-${view.name}`} aria-labelledby={`title-${view.name}`} tabIndex={-1} ref={card}>
      <header>
        <h3 id={`title-${view.name}`}>{view.title}</h3>
        <SaveMenu name={view.name} title={view.title} shelf={shelf} />
      </header>
      {view.help && <p class="help">{typeof view.help === "string" ? view.help : view.help(page())}</p>}
      <Guard>
        <ShelfContext.Provider value={shelf}>
          <InSight.Provider value={inSight}>
            <LagsContext.Provider value={lags}>
              <view.Body />
            </LagsContext.Provider>
          </InSight.Provider>
        </ShelfContext.Provider>
      </Guard>
      <OnPaper lags={lags} />
      {captions.length > 0 && (
        <div class="captions">
          {captions.map((sentence) => (
            <p class="caption" key={sentence}>
              {withCode(sentence)}
            </p>
          ))}
        </div>
      )}
    </article>
  );
}

/** Seen in print alone: what the browser's own print command found that was not of the step in view. */
function OnPaper({ lags }: { lags: Lags }): JSX.Element | null {
  const lag = useComputed(() => lags.value.map((one) => one.value).find((one) => one !== null) ?? null).value;
  if (lag === null) return null;
  const what = lag === "unseen" ? "This view was not drawn before the page was printed" : `This view shows step ${whole(lag)}`;
  return <p class="on-paper">{what}. The button “Print” at the top draws every view at the step in view first.</p>;
}

/** Pixels around the window in which a view counts as in sight. */
const MARGIN = 200;

function useInSight(card: RefObject<HTMLElement | null>): ReadonlySignal<boolean> {
  const inSight = useSignal(false);
  useEffect(() => {
    const watch = new IntersectionObserver(([entry]) => (inSight.value = entry!.isIntersecting), { rootMargin: `${MARGIN}px` });
    watch.observe(card.current!);
    return () => watch.disconnect();
  }, []);
  return inSight;
}

/** Keeps the fault of one view from taking the page with it. */
class Guard extends Component<{ children: ComponentChildren }, { fault: string | null }> {
  override state = { fault: null };

  override componentDidCatch(error: Error): void {
    this.setState({ fault: error.message });
  }

  override render(): ComponentChildren {
    if (this.state.fault === null) return this.props.children;
    return <p class="error">This view could not be drawn: {this.state.fault}</p>;
  }
}

function SaveMenu({ name, title, shelf }: { name: string; title: string; shelf: Shelf }): JSX.Element | null {
  if (shelf.count.value === 0) return null;
  const each = (write: (index: number, file: string) => void) => () => shelf.drawings.forEach((_, index) => write(index, fileName(name, index, shelf.drawings.length)));
  const svg = each((index, file) => save(`${file}.svg`, shelf.drawings[index]!.current.svg(), "image/svg+xml"));
  const csv = each((index, file) => save(`${file}.csv`, shelf.drawings[index]!.current.csv(), "text/csv"));
  const png = each((index, file) => void toPng(shelf.drawings[index]!.current.svg()).then((blob) => save(`${file}.png`, blob, "image/png")));
  return (
    <Menu label="Save" name={`Save ${title}`}>
      <button type="button" onClick={png}>
        Picture <span class="soft">PNG</span>
      </button>
      <button type="button" onClick={svg}>
        Drawing <span class="soft">SVG</span>
      </button>
      <button type="button" onClick={csv}>
        Numbers <span class="soft">CSV</span>
      </button>
    </Menu>
  );
}

/** Run, view, step and, of several drawings, the number. */
function fileName(view: string, index: number, drawings: number): string {
  const parts = [page().run.name, view, step.value === null ? null : `step-${step.value}`, drawings > 1 ? index + 1 : null];
  return parts.filter((part) => part !== null).join("-");
}
