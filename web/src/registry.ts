/** The views of a page. A new view is one file in `views/` that registers itself here. */
import type { ComponentType } from "preact";
import type { RunPage } from "./page";

export type Chapter = "training" | "circuit" | "answer" | "parts" | "growth" | "train" | "claims";

export interface View {
  name: string;
  title: string;
  chapter: Chapter;
  /** Place within its chapter, ascending. */
  order: number;
  /** Whether the page has what the view shows. */
  isFor(page: RunPage): boolean;
  Body: ComponentType;
  /** "wide": the whole width of the page. */
  size?: "normal" | "wide";
  /** What the view shows and how to read it, in general, or for runs such as this one; sentences about the run are captions. */
  help?: string | ((page: RunPage) => string);
}

const views = new Map<string, View>();

export function registerView(view: View): void {
  if (views.has(view.name)) throw new Error(`two views are named ${view.name}`);
  views.set(view.name, view);
}

export function viewsFor(page: RunPage, chapter: Chapter): View[] {
  return [...views.values()].filter((view) => view.chapter === chapter && view.isFor(page)).sort((a, b) => a.order - b.order);
}

/** The title of the view with this name; null where the page does not show it. */
export function titleOf(page: RunPage, name: string): string | null {
  return viewIsShown(page, name) ? views.get(name)!.title : null;
}

/** Whether the page shows the view with this name. */
export function viewIsShown(page: RunPage, name: string): boolean {
  return views.get(name)?.isFor(page) ?? false;
}
