/** The frame of a served page that is not the page of a run. */
import type { ComponentChildren, JSX } from "preact";
import { isDark } from "../draw/palette";
import { connection } from "../live/server";
import { theme } from "../state";
import "./index_page.css";

export function Frame({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="frame-head">
        {location.pathname !== "/" && <a href={homeAddress()}>All runs</a>}
        <h1>{title}</h1>
        <button type="button" onClick={() => (theme.value = isDark() ? "light" : "dark")}>
          {isDark() ? "Light" : "Dark"}
        </button>
      </header>
      <main id="main" class="frame">
        {connection.value === "lost" && <p role="alert">The server does not answer, so nothing here is updated.</p>}
        {children}
      </main>
    </>
  );
}

/** Address of a page of this server; the theme goes with the visitor. */
export function address(path: string): string {
  return theme.value ? `${path}#theme=${theme.value}` : path;
}

export function homeAddress(): string {
  return address("/");
}
