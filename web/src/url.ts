/** Signals whose values stand in the address (after `#`), so that a link shows what its sender saw. */
import { batch, effect, signal, type Signal } from "@preact/signals";

export interface Codec<T> {
  write(value: T): string;
  read(text: string): T | undefined;
}

export const asText: Codec<string> = { write: (value) => value, read: (text) => text };
export const asNumber: Codec<number> = {
  write: String,
  read: (text) => (Number.isFinite(Number(text)) && text !== "" ? Number(text) : undefined),
};
export const asOptionalNumber: Codec<number | null> = {
  write: (value) => (value === null ? "" : String(value)),
  read: (text) => (text === "" ? null : asNumber.read(text)),
};
export const asFlag: Codec<boolean> = { write: (value) => (value ? "1" : "0"), read: (text) => text === "1" };
export const asNumbers: Codec<number[]> = {
  write: (values) => values.join("."),
  read: (text) => {
    const values = text === "" ? [] : text.split(".").map(Number);
    return values.every(Number.isFinite) ? values : undefined;
  },
};
/** Texts, which may hold any character. */
export const asTexts: Codec<string[]> = {
  write: (values) => values.map(encodeURIComponent).join("|"),
  read: (text) => {
    try {
      return text === "" ? [] : text.split("|").map(decodeURIComponent);
    } catch {
      return undefined;
    }
  },
};

interface Entry {
  apply(text: string | null): void;
  text(): string | null;
  passing: boolean;
}

const entries = new Map<string, Entry>();

/** Changes that follow each other within this many milliseconds are one entry of the history: one drag of the slider. */
const ONE_MOVE = 1000;

/**
 * A signal kept in the address under `key`; a value equal to `start` is left out of it. A change can be undone with the
 * browser's back button, unless the signal is `passing`: one that follows the visitor, such as the place on the page.
 */
export function inAddress<T>(key: string, start: T, codec: Codec<T>, { passing = false } = {}): Signal<T> {
  const value = signal(start);
  entries.set(key, {
    apply: (text) => {
      const read = text === null ? start : codec.read(text);
      if (read !== undefined && codec.write(read) !== codec.write(value.value)) value.value = read;
    },
    text: () => (codec.write(value.value) === codec.write(start) ? null : codec.write(value.value)),
    passing,
  });
  return value;
}

/** Read the address, and keep it true from now on. Returns a function that stops. */
export function followAddress(): () => void {
  let reading = false;
  let moved = -Infinity;
  let chosen = "";
  const read = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    reading = true;
    batch(() => {
      for (const [key, entry] of entries) entry.apply(given.get(key));
    });
    reading = false;
  };
  const write = () => {
    const all = new URLSearchParams();
    const choices = new URLSearchParams();
    for (const [key, entry] of entries) {
      const text = entry.text();
      if (text === null) continue;
      all.set(key, text);
      if (!entry.passing) choices.set(key, text);
    }
    const isChoice = choices.toString() !== chosen;
    chosen = choices.toString();
    const now = performance.now();
    const isNewMove = isChoice && !reading && now - moved > ONE_MOVE;
    if (isChoice) moved = now;
    rewrite(all.toString(), isNewMove);
  };
  read();
  addEventListener("hashchange", read);
  reading = true;
  const stop = effect(write);
  reading = false;
  return () => {
    removeEventListener("hashchange", read);
    stop();
  };
}

function rewrite(hash: string, isNewMove: boolean): void {
  if (hash === location.hash.slice(1)) return;
  const address = hash ? `#${hash}` : location.pathname + location.search;
  try {
    history[isNewMove ? "pushState" : "replaceState"](history.state, "", address);
  } catch {
    // A page inside another one, as in a saved notebook, has no address of its own; it works without.
  }
}
