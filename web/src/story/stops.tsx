/**
 * The stops of the guided tour, in the order of the write-up's argument. Steps and numbers are those of the run in view; a
 * stop for which the page lacks a number is left out.
 */
import type { ComponentChildren, JSX } from "preact";
import { percent, shown, whole } from "../draw/numbers";
import { isRecorded, phasesAreSeparate } from "../frame/moments";
import { nats } from "../frame/words";
import { page } from "../page";
import { cutFrequencies, frequency, logLoss, showCheckpoint, showStep, steps } from "../state";
import * as facts from "./facts";

export interface Stop {
  title: string;
  /** Name of the view that the stop points at. */
  view: string;
  /** Two or three sentences. */
  text: ComponentChildren;
  /** Words that are new at this stop. */
  words: [string, ComponentChildren][];
  /** Sets the page; what it leaves alone was reset before. */
  set(): void;
}

type Make = (run: facts.Operation) => Stop | null;

const showLast = () => showCheckpoint(steps.value.length - 1);

/** The key frequency that holds most of the embedding at the end. */
function strongest(): number | null {
  const span = facts.measuredSpan();
  if (span === null) return null;
  const shares = facts.keyFrequencies().map((k) => ({ k, share: facts.shareOf([k], span[1]) ?? 0 }));
  return shares.sort((a, b) => b.share - a.share)[0]?.k ?? null;
}

/** A frequency on one line. */
function named(k: number | string): string {
  return `k\u00a0=\u00a0${k}`;
}

function list(numbers: number[]): string {
  return numbers.length < 2 ? numbers.join() : `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;
}

/** A step of a boundary; "about" where it is interpolated. */
function dated(step: number): string {
  return `${isRecorded(step) ? "" : "about "}step\u00a0${whole(step)}`;
}

/** What "about" means, where one of these steps has it. */
function interpolated(...dates: number[]): string {
  return dates.every(isRecorded) ? "" : " (A step after “about” is interpolated between records.)";
}

/** Where the slider stands, if it cannot show the step that the text is about. */
function standing(at: number, wanted: number): string {
  return at === wanted ? "" : ` The slider stands at step\u00a0${whole(at)}, the next checkpoint.`;
}

const memorises: Make = ({ p, combined }) => {
  const { learned } = page().run;
  const pairs = facts.trainPairs();
  const at = learned && facts.checkpointFrom(learned.train);
  if (!learned || pairs === null || at === null || at >= learned.test) return null;
  const [train, test] = [facts.logged("train_loss", at), facts.logged("test_loss", at)];
  const guessing = page().task.guessing ?? Math.log(p);
  if (train === null || test === null) return null;
  return {
    title: "First it memorises",
    view: "losses",
    text: (
      <>
        The network sees two numbers from 0 to {p - 1} and must answer {combined} mod {p}. It trains on {whole(pairs.train)} of
        the {whole(pairs.all)} pairs, and reaches {learned.bar} on these at step {whole(learned.train)}.{" "}
        {at === learned.train ? "There" : `At step ${whole(at)}, the next checkpoint,`} its loss on them is {nats(train)}, but on the other pairs it is{" "}
        {nats(test)}, where guessing costs {nats(guessing)}: it knows its pairs by heart, and{" "}
        {test > guessing ? "does worse than guessing on the rest" : "not yet the rest"}.
      </>
    ),
    words: [
      ["mod", `The remainder after division by ${p}, as hours on a clock with ${p} hours.`],
      ["loss", "How little probability the network gives to the right answer: 0 is perfect. Its unit here is the nat."],
      ["checkpoint", "A step at which the weights were kept. The slider moves from one to the next."],
    ],
    set: () => {
      logLoss.value = true;
      showStep(at);
    },
  };
};

/** What the losses did meanwhile, in the order in which it happened. */
function course(): string {
  const [level, under] = ["memorisation ends", "test loss under guessing"].map(facts.boundary);
  if (level == null || under == null) return page().phases?.reason ?? "";
  const about = interpolated(level, under);
  if (phasesAreSeparate())
    return `Train loss levels out at ${dated(level)}, and then nothing seems to happen for long: test loss stays under that of guessing only from ${dated(under)} on.${about}`;
  return `The phases of this run overlap: test loss stays under that of guessing from ${dated(under)} on, and train loss levels out later, at ${dated(level)}. So the circuit formed while train loss was still falling.${about}`;
}

const groks: Make = () => {
  const { learned } = page().run;
  const at = learned && facts.checkpointFrom(learned.test);
  if (!learned || at === null) return null;
  return {
    title: "Later, it groks",
    view: "losses",
    text: (
      <>
        Training could stop there. But at step {whole(learned.test)}, after {shown(learned.test / Math.max(learned.train, 1))} times as many steps, the network
        reaches {learned.bar} on the pairs that it never saw, too.{standing(at, learned.test)} {course()} Press play to watch it.
      </>
    ),
    words: [
      ["grokking", "To generalise long after the training set was memorised."],
      ["test loss", "The loss on pairs that the network never trains on."],
    ],
    set: () => {
      logLoss.value = true;
      showStep(at);
    },
  };
};

const waves: Make = ({ p }) => {
  const span = facts.measuredSpan();
  const keys = facts.keyFrequencies();
  if (span === null || keys.length === 0) return null;
  const [before, after] = span.map((step) => facts.shareOf(keys, step));
  if (before == null || after == null || after <= before) return null;
  return {
    title: "The embedding became waves",
    view: "embedding-spectrum",
    text: (
      <>
        What did it learn? Its first layer, the embedding, can be written as a sum of waves, as a sound can be written as a sum of tones. At step{" "}
        {whole(span[0])} the waves of the frequencies {list(keys)} make up {percent(before)} of it, and at step {whole(span[1])} they make up{" "}
        {percent(after)}. Move the slider and watch these peaks grow.
      </>
    ),
    words: [
      ["embedding", "The table with which the network turns each number into a vector."],
      ["wave", `A curve over the numbers 0 to ${p - 1} that goes up and down evenly: cos(2πkx/${p}) or sin(2πkx/${p}).`],
      ["frequency k", `How many times the wave goes up and down between 0 and ${p}.`],
      ["key frequency", "A frequency that the network uses at the end. Each has a colour, the same in every view."],
    ],
    set: showLast,
  };
};

const circles: Make = ({ p, combined }) => {
  const k = strongest();
  if (k === null) return null;
  return {
    title: "Two waves make a circle",
    view: "circles",
    text: (
      <>
        The cosine and the sine of one frequency together place the numbers on a circle, like hours on a clock. On the circle of {named(k)}, going from
        x to x + 1 turns the hand by {k}/{p} of a full turn. To work out {combined} is to add up turns of the hand, and the remainder mod {p} needs no
        further step, because a full turn leads back to the start.
      </>
    ),
    words: [["angle w·x", `w = 2πk/${p} is the angle of one step; the number x stands at the angle w·x.`]],
    set: () => {
      frequency.value = k;
      showLast();
    },
  };
};

const products: Make = ({ combined }) => {
  const neurons = facts.explanation()?.neurons;
  if (!neurons || neurons.clustered_fraction === null) return null;
  const k = strongest();
  const clustered = Object.values(neurons.clusters).reduce((sum, size) => sum + size, 0);
  return {
    title: "Neurons multiply the waves",
    view: "neuron-gallery",
    text: (
      <>
        The waves of {combined} are products of waves in x and waves in y, so something has to multiply. Each square shows one neuron for every pair of inputs.{" "}
        {clustered} of the {neurons.live} neurons that are ever active ({percent(neurons.clustered_fraction)}) follow waves of one frequency, products among
        them: their squares repeat evenly.
      </>
    ),
    words: [
      ["neuron", "A number inside the network: a weighted sum of its inputs, set to zero where it is negative."],
      ["why products", `School trigonometry: cos(a + b) = cos a · cos b − sin a · sin b. The products give the waves of ${combined}.`],
    ],
    set: () => {
      frequency.value = k;
      showLast();
    },
  };
};

const readOut: Make = ({ combined }) => {
  const explained = facts.explanation()?.logits.fve_cos_fit ?? null;
  const keys = facts.keyFrequencies();
  if (explained === null || keys.length === 0 || !facts.crestsMeetOnce()) return null;
  return {
    title: "The waves add up to a peak",
    view: "try-it",
    text: (
      <>
        For each key frequency the output holds a wave over the possible answers z, with a crest where z is {combined}.{" "}
        {keys.length > 1 && <>Only there do all {keys.length} waves have a crest at once, so their sum is highest there. </>}
        Waves of this form explain {percent(explained)} of the variance of the network's outputs. Pick other numbers and see the peak move.
      </>
    ),
    words: [["logit", "The score that the network gives to one answer. The highest score is its answer."]],
    set: showLast,
  };
};

const apart: Make = () => {
  const found = facts.explanation();
  const [k, without] = Object.entries(found?.excluded_loss.by_frequency ?? {}).sort((a, b) => b[1] - a[1])[0] ?? [];
  if (!found || k === undefined || without === undefined || found.restricted_loss.all === null || without <= found.loss.all) return null;
  return {
    title: "Take it apart",
    view: "take-apart",
    text: (
      <>
        If this explanation is right, the loss must rise when a key frequency is taken away. Without the waves of {named(k)} in its outputs, the
        loss over all pairs rises from {nats(found.loss.all)} to {nats(without)}, the excluded loss of {named(k)}. If only the waves of the key
        frequencies are kept and everything else is deleted, it is {nats(found.restricted_loss.all)}, the restricted loss. Try both here, and compare
        with a random cut of the same size.
      </>
    ),
    words: [
      ["excluded loss", "The loss without the waves of key frequencies: what the rest of the network can do alone."],
      ["restricted loss", "The loss with nothing but these waves."],
      ["random cut", "As many other waves are taken away, drawn at random: what the network does not use costs little."],
    ],
    set: () => {
      cutFrequencies.value = [Number(k)];
      showLast();
    },
  };
};

const grows: Make = () => {
  const names = ["restricted loss under half of guessing", "test loss under guessing", "test loss settles"];
  const [circuit, falls, settles] = names.map(facts.boundary);
  if (circuit == null || falls == null || settles == null || circuit >= falls) return null;
  const at = facts.checkpointFrom(circuit);
  if (at === null) return null;
  return {
    title: "The circuit grew before it showed",
    view: "restricted",
    text: (
      <>
        With only the key waves kept, the loss over all pairs is under half of that of guessing from {dated(circuit)} on, while the test loss of the
        whole network stays under guessing only from {dated(falls)} on.{interpolated(circuit, falls)} In between, the circuit was already there, beside
        what had been memorised.{standing(at, circuit)} <CleanUp from={falls} to={settles} />
      </>
    ),
    words: [
      ["circuit", "The part of the network that works out the answer, here with waves."],
      ["restricted loss", "The loss when only the waves of the key frequencies are kept in the outputs."],
      ["weight decay", "A pull of every weight towards zero at each step of training."],
    ],
    set: () => showStep(at),
  };
};

/** How the weights shrank between two steps, where they did: between the checkpoints after them. */
function CleanUp({ from, to }: { from: number; to: number }): JSX.Element | null {
  const [first, last] = [from, to].map(facts.checkpointFrom);
  if (first == null || last == null) return null;
  const [before, after] = [first, last].map((step) => facts.logged("sum_squared_weights", step));
  if (before == null || after == null || after >= before) return null;
  return (
    <>
      From step {whole(first)} to step {whole(last)} the sum of squared weights falls from {whole(before)} to {whole(after)}
      {phasesAreSeparate() && " (in the write-up's words, the clean-up)"}: weight decay removes what is no longer needed.
    </>
  );
}

const ALL: Make[] = [memorises, groks, waves, circles, products, readOut, apart, grows];

/** The stops that the page has data for. */
export function stopsOf(run: facts.Operation): Stop[] {
  return ALL.map((make) => make(run)).filter((stop) => stop !== null);
}
