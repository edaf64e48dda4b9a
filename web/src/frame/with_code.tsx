/** Sentences whose commands and symbols stand between backticks, as in Markdown. */
import type { ComponentChildren } from "preact";

export function withCode(sentence: string): ComponentChildren {
  return sentence.split("`").map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}
