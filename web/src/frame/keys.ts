/** The keys of the page. The list is also what the help dialog shows, so that it cannot be out of date. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { page } from "../page";
import { checkpoint, frequency, showCheckpoint, steps, storyStop, theme, toggleFrequency } from "../state";
import { closeStory, moveStory, openStory, storyIsOffered } from "../story/tour";
import { nextBoundary } from "./jump";
import { printAll } from "./print";
import { togglePlay } from "./play";

interface Key {
  /** As `KeyboardEvent.key` names it. */
  keys: string[];
  /** As the help writes it. */
  shown: string;
  does: string;
  /** `key`: which of `keys` it was. */
  act(key: string): void;
  /** Where it does something; everywhere by default. */
  isFor?(): boolean;
}

export const helpIsOpen = signal(false);

const THEMES = ["", "light", "dark"];

/** The next of system, light and dark. */
export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]!;
}

const hasSteps = () => steps.value.length > 0;
const hasKeys = () => (page().modular?.key_frequencies.length ?? 0) > 0;
const inStory = () => storyStop.value !== null;

export const KEYS: Key[] = [
  { keys: ["ArrowLeft"], shown: "←", does: "The checkpoint before", act: () => showCheckpoint(checkpoint.value - 1), isFor: hasSteps },
  { keys: ["ArrowRight"], shown: "→", does: "The next checkpoint", act: () => showCheckpoint(checkpoint.value + 1), isFor: hasSteps },
  { keys: ["Home"], shown: "Home", does: "The first checkpoint", act: () => showCheckpoint(0), isFor: hasSteps },
  { keys: ["End"], shown: "End", does: "The last checkpoint", act: () => showCheckpoint(steps.value.length - 1), isFor: hasSteps },
  { keys: ["["], shown: "[", does: "The phase boundary before", act: () => showCheckpoint(nextBoundary(-1)), isFor: hasSteps },
  { keys: ["]"], shown: "]", does: "The next phase boundary", act: () => showCheckpoint(nextBoundary(1)), isFor: hasSteps },
  { keys: [" "], shown: "Space", does: "Play through training, or stop", act: togglePlay, isFor: hasSteps },
  { keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], shown: "1 to 9", does: "Light up a key frequency, in the order of the chips", act: toggleKey, isFor: hasKeys },
  { keys: ["0"], shown: "0", does: "Light up no frequency", act: () => (frequency.value = null), isFor: hasKeys },
  { keys: ["s"], shown: "s", does: "Open the guided tour, or close it", act: () => (inStory() ? closeStory() : openStory()), isFor: storyIsOffered },
  { keys: ["n"], shown: "n", does: "The tour's next stop", act: () => moveStory(1), isFor: inStory },
  { keys: ["b"], shown: "b", does: "The tour's stop before", act: () => moveStory(-1), isFor: inStory },
  { keys: ["Escape"], shown: "Esc", does: "Close the tour, a menu or this list", act: closeStory, isFor: inStory },
  { keys: ["t"], shown: "t", does: "Theme: the system's, light, dark", act: nextTheme },
  { keys: ["?"], shown: "?", does: "Show this list", act: () => (helpIsOpen.value = true) },
];

function toggleKey(key: string): void {
  const k = page().modular!.key_frequencies[Number(key) - 1];
  if (k !== undefined) toggleFrequency(k);
}

/** Listen for the keys for as long as the page is shown. */
export function useKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key === "p") {
        event.preventDefault();
        return void printAll();
      }
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
      const found = KEYS.find((key) => key.keys.includes(event.key) && (key.isFor?.() ?? true));
      if (found === undefined) return;
      event.preventDefault();
      found.act(event.key);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
}

/** Keys that a slider has a use for itself. */
const OF_SLIDERS = /^(Arrow|Home$|End$|Page)/;

/** Whether the element that has the focus needs the key itself. */
function isTaken(event: KeyboardEvent): boolean {
  const element = event.target as HTMLElement;
  if (document.querySelector("dialog[open]") !== null || element.isContentEditable) return true;
  if (element instanceof HTMLInputElement && element.type === "range") return OF_SLIDERS.test(event.key);
  if (event.key === " " && element.closest("button, summary, a, input") !== null) return true;
  return element.closest("input:not([type=checkbox]), select, textarea") !== null && event.key !== "Escape";
}
