/** Signals whose values stand in the address (after `#`), so that a link shows what its sender saw. */
import { effect, signal, type Signal } from "@preact/signals";

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

interface Entry {
  apply(text: string | null): void;
  text(): string | null;
}

const entries = new Map<string, Entry>();

/** A signal kept in the address under `key`; a value equal to `start` is left out of it. */
export function inAddress<T>(key: string, start: T, codec: Codec<T>): Signal<T> {
  const value = signal(start);
  entries.set(key, {
    apply: (text) => {
      const read = text === null ? start : codec.read(text);
      if (read !== undefined && codec.write(read) !== codec.write(value.value)) value.value = read;
    },
    text: () => (codec.write(value.value) === codec.write(start) ? null : codec.write(value.value)),
  });
  return value;
}

/** Read the address, and keep it true from now on. Returns a function that stops. */
export function followAddress(): () => void {
  const read = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    for (const [key, entry] of entries) entry.apply(given.get(key));
  };
  read();
  addEventListener("hashchange", read);
  const stop = effect(() => {
    const written = new URLSearchParams();
    for (const [key, entry] of entries) {
      const text = entry.text();
      if (text !== null) written.set(key, text);
    }
    const hash = written.toString();
    if (hash !== location.hash.slice(1)) history.replaceState(history.state, "", hash ? `#${hash}` : location.pathname + location.search);
  });
  return () => {
    removeEventListener("hashchange", read);
    stop();
  };
}
