/** The page of a run: head, time axis, contents, the views by chapter, foot, and the guided tour. */
import type { JSX } from "preact";
import { Card } from "./card";
import { Contents, type ChapterOfPage } from "./frame/contents";
import { Footer } from "./frame/footer";
import { Header } from "./frame/header";
import { Help } from "./frame/help";
import { useKeys } from "./frame/keys";
import { useFollowPlace } from "./frame/place";
import { page } from "./page";
import { viewsFor, type Chapter } from "./registry";
import { StepBar } from "./step_bar";
import { dark } from "./state";
import { Story } from "./story/story";
import "./views";

const CHAPTERS: Record<Chapter, string> = {
  training: "How it learned",
  circuit: "What it learned",
  answer: "Try it",
  parts: "Take it apart",
  growth: "How the circuit grew",
  train: "Train one yourself",
  claims: "Claims and verdicts",
};

export function App(): JSX.Element {
  document.documentElement.dataset.theme = dark.value ? "dark" : "light";
  useKeys();
  useFollowPlace();
  const shown = page();
  const chapters: ChapterOfPage[] = (Object.keys(CHAPTERS) as Chapter[])
    .map((name) => ({ name, title: CHAPTERS[name], views: viewsFor(shown, name) }))
    .filter(({ views }) => views.length > 0);
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the views
      </a>
      <Header />
      <StepBar />
      <div class="body">
        <Contents chapters={chapters} />
        <main id="main" tabIndex={-1} key={shown.run.name}>
          {chapters.map((chapter) => (
            <section class="chapter" key={chapter.name} aria-labelledby={`chapter-${chapter.name}`}>
              <h2 id={`chapter-${chapter.name}`}>{chapter.title}</h2>
              <div class="cards">
                {chapter.views.map((view) => (
                  <Card key={view.name} view={view} />
                ))}
              </div>
            </section>
          ))}
        </main>
        <Story />
      </div>
      <Footer />
      <Help />
    </>
  );
}

/** The address after `#` is the page's state, so the link moves the focus by itself. */
function skip(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
