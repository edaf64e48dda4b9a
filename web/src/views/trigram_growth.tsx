/** How the ten skip trigrams grew, and the loss with and without them. */
import type { JSX } from "preact";
import { recorded, recordedUnder, type Curve } from "../draw/curves";
import { StepLines } from "../draw/step_lines";
import { registerView({
  name: "trigram-growth",
  title: "The ten trigrams through training",
  chapter: "growth",
  order: 10,
  isFor: () => recordedUnder("trigram_strength").length > 0,
  Body: TrigramGrowth,
  size: "wide",
  help: "Each of the task's ten rules needs both halves: a score that draws the attention of END to its token, and a value that raises the right answer. The loss with only these ten rules left, beside ten others chosen at random, shows whether they are enough; the loss without them, whether they are needed.",
});
