/** The page of a run: header, time axis, and the views by chapter. */
import type { JSX } from "preact";
import { Card } from "./card";
import { page } from "./page";
import { viewsFor, type Chapter } from "./registry";
import { StepBar } from "./step_bar";
import { theme } from "./state";
import { isDark } from "./draw/palette";
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
  const shown = page();
  document.documentElement.dataset.theme = theme.value;
  return (
    <>
      <a class="skip" href="#main">
        Skip to the views
      </a>
      <header class="top">
        <h1>{shown.run.name}</h1>
        <p class="what">
          {shown.task.summary}, seed {shown.run.seed}, step {shown.run.step.toLocaleString("en")}: {shown.run.outcome}
        </p>
        <button type="button" onClick={() => (theme.value = isDark() ? "light" : "dark")}>
          {isDark() ? "Light" : "Dark"}
        </button>
      </header>
      <StepBar />
      <main id="main">
        {(Object.keys(CHAPTERS) as Chapter[]).map((chapter) => {
          const views = viewsFor(shown, chapter);
          return (
            views.length > 0 && (
              <section class="chapter" key={chapter} aria-labelledby={`chapter-${chapter}`}>
                <h2 id={`chapter-${chapter}`}>{CHAPTERS[chapter]}</h2>
                <div class="cards">
                  {views.map((view) => (
                    <Card key={view.name} view={view} />
                  ))}
                </div>
              </section>
            )
          );
        })}
      </main>
    </>
  );
}
