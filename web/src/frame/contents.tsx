/** The table of contents: chapters and, where there is room, their views. */
import type { JSX } from "preact";
import type { View } from "../registry";
import { place } from "../state";
import { goToView } from "./place";

export interface ChapterOfPage {
  name: string;
  title: string;
  views: View[];
}

export function Contents({ chapters }: { chapters: ChapterOfPage[] }): JSX.Element {
  return (
    <nav class="contents" aria-label="Contents">
      <ul>
        {chapters.map((chapter) => (
          <li key={chapter.name}>
            <Jump view={chapter.views[0]!.name} title={chapter.title} current={chapter.views.some((view) => view.name === place.value)} />
            <ul>
              {chapter.views.map((view) => (
                <li key={view.name}>
                  <Jump view={view.name} title={view.title} current={view.name === place.value} />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** A link that scrolls: the address after `#` is the page's state, so the browser must not follow the link itself. */
function Jump({ view, title, current }: { view: string; title: string; current: boolean }): JSX.Element {
  return (
    <a
      href={`#view=${view}`}
      aria-current={current ? "location" : undefined}
      onClick={(event) => {
        event.preventDefault();
        goToView(view, { focus: true });
      }}
    >
      {title}
    </a>
  );
}
