/** Settings of a training in the page, its buttons, and where it is. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { percent, shown, whole } from "../draw/numbers";
import { Switch } from "../draw/switch";
import { useOnScreen } from "../engine/on_screen";
import { registerView } from "../registry";
import { mayShowAbove, runBefore, showAbove, showRunAgain } from "./above";
import { advance, choose, chosen, curve, failure, milestones, pause, prepare, reset, run, settings, settingsFault, snapshot, state, stepsPerSecond, stopped } from "./client";
import { commandOf } from "./command";
import { inWords } from "./milestones";
import { MOST_STEPS } from "./schedule";
import { DEFAULTS, OPERATIONS, PRESETS, PRIMES, RATES, DECAYS, SHARES, WIDTHS, type ModelKind, type Operation, type Settings } from "./settings";
import "./trainer.css";

function Controls(): JSX.Element {
  // Its worker is not started for a visitor who does not come here.
  const { ref, visible } = useOnScreen({ drawUnseen: false });
  useEffect(() => visible.subscribe((seen) => void (seen && prepare())), []);
  return (
    <div ref={ref} class="trainer">
      <Choices />
      <Presets />
      <Buttons />
      <Status />
    </div>
  );
}

function Choices(): JSX.Element {
  const now = settings.value;
  return (
    <div class="trainer-choices">
      <Switch
        label="Model"
        options={[["transformer", "Transformer"], ["mlp", "MLP"]]}
        value={now.model}
        onChange={(model: ModelKind) => choose({ ...DEFAULTS[model], seed: now.seed })}
      />
      <Select label="Task" value={now.operation} options={(Object.keys(OPERATIONS) as Operation[]).map((name) => [name, OPERATIONS[name].name])} onChange={(operation) => choose({ operation: operation as Operation })} />
      <NumberChoice name="p" label="p" options={PRIMES} />
      <NumberChoice name="fraction" label="Share of pairs trained on" options={SHARES} format={percent} />
      <NumberChoice name="width" label="Neurons" options={WIDTHS} />
      <NumberChoice name="lr" label="Learning rate" options={RATES} />
      <NumberChoice name="decay" label="Weight decay" options={DECAYS} />
      <label class="trainer-choice">
        <span>Seed</span>
        <input type="number" min={0} max={9999} value={now.seed} onChange={(event) => choose({ seed: Math.max(0, Math.min(9999, Math.round(Number(event.currentTarget.value) || 0))) })} />
      </label>
    </div>
  );
}

interface SelectProps {
  label: string;
  value: string;
  options: [string, string][];
  onChange(value: string): void;
}

function Select({ label, value, options, onChange }: SelectProps): JSX.Element {
  return (
    <label class="trainer-choice">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([name, words]) => (
          <option key={name} value={name} selected={name === value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

type NumberName = "p" | "fraction" | "width" | "lr" | "decay";

/** A choice among usual values, and the present one if a link brought another. */
function NumberChoice({ name, label, options, format = String }: { name: NumberName; label: string; options: number[]; format?(value: number): string }): JSX.Element {
  const value = chosen[name].value;
  const all = [...new Set([...options, value])].sort((a, b) => a - b);
  return <Select label={label} value={String(value)} options={all.map((option) => [String(option), format(option)])} onChange={(text) => choose({ [name]: Number(text) })} />;
}

function Presets(): JSX.Element {
  return (
    <div class="trainer-presets" role="group" aria-label="Settings to try">
      <span>Try:</span>
      {PRESETS.map(({ name, why, changes }) => (
        <button type="button" key={name} title={why} onClick={() => choose({ ...DEFAULTS[settings.value.model], seed: settings.value.seed, ...changes })}>
          {name}
        </button>
      ))}
    </div>
  );
}

/** Updates of the button that makes a few. */
const FEW = 10;

function Buttons(): JSX.Element {
  const running = state.value === "running";
  const step = snapshot.value?.step ?? null;
  const ended = stopped.value?.why === "diverged" || stopped.value?.why === "steps";
  const ready = step !== null && !ended && failure.value === null;
  return (
    <div class="trainer-buttons">
      <button type="button" class="primary" disabled={!ready} onClick={running ? pause : run}>
        {running ? "Pause" : step ? "Continue" : "Train"}
      </button>
      <button type="button" disabled={!ready || running} onClick={() => advance(FEW)}>
        {FEW} steps
      </button>
      <button type="button" disabled={step === null && failure.value === null} onClick={reset}>
        Start again
      </button>
      <ShowAbove ready={ready && !running && step !== null && step > 0} />
      {step !== null && (
        <span class="trainer-speed">
          Step {whole(step)}
          {running && stepsPerSecond.value !== null && `, ${whole(stepsPerSecond.value)} steps per second`}
        </span>
      )}
    </div>
  );
}

/** The trained model in the views of the page, in place of its run. */
function ShowAbove({ ready }: { ready: boolean }): JSX.Element {
  return (
    <>
      <button type="button" disabled={!ready || !mayShowAbove()} onClick={() => void showAbove()}>
        Show it in the views above
      </button>
      {runBefore.value !== null && (
        <button type="button" onClick={() => void showRunAgain()}>
          Back to {runBefore.value}
        </button>
      )}
    </>
  );
}

function Status(): JSX.Element {
  const problem = settingsFault.value ?? failure.value;
  if (problem !== null) return <p class="error" role="status">{problem}</p>;
  const last = curve.value[curve.value.length - 1];
  if (!last) return <p class="waiting">Making the model …</p>;
  return (
    <>
      <p>{sentence(settings.value)}</p>
      <p class="visually-hidden" role="status">
        {spoken(settings.value)}
      </p>
      <Found />
      <dl class="trainer-numbers">
        <Numbers name="Train" loss={last.trainLoss} accuracy={last.trainAccuracy} />
        <Numbers name="Test" loss={last.testLoss} accuracy={last.testAccuracy} />
      </dl>
      <details class="trainer-command">
        <summary>The same training in Python</summary>
        <code>{commandOf(settings.value, Math.max(last.step, 1))}</code>
      </details>
    </>
  );
}

function sentence({ p, fraction }: Settings): string {
  const ended = stopped.value;
  if (ended?.why === "diverged") return `It diverged at step ${whole(ended.step)}: the loss is no longer a number. Try a lower learning rate.`;
  const last = curve.value[curve.value.length - 1]!;
  if (last.step === 0) return `A fresh model. It will train on ${whole(Math.floor(fraction * p * p))} of the ${whole(p * p)} pairs; the others are the test set.`;
  const words = inWords(milestones.value, last);
  if (ended?.why === "generalised") return `${words} Training paused at step ${whole(ended.step)}; continue to see more of the clean-up.`;
  return ended?.why === "steps" ? `${words} Training ends at step ${whole(MOST_STEPS)} here.` : words;
}

/** What a screen reader says: the sentence where training has ended, before that only what has changed for good. */
function spoken(now: Settings): string {
  const { trained, generalised } = milestones.value;
  if (stopped.value !== null) return sentence(now);
  if (generalised !== null) return `Test accuracy reached 99 % at step ${generalised}.`;
  return trained === null ? "" : `Train accuracy reached 99 % at step ${trained}.`;
}

function Found(): JSX.Element | null {
  const now = snapshot.value;
  if (now === null || now.keys.length === 0 || now.step === 0) return null;
  const clustered = now.clusters.reduce((sum, { count }) => sum + count, 0);
  return (
    <p>
      Key frequencies: {now.keys.join(", ")}. {whole(clustered)} of {whole(settings.value.width)} neurons are waves of one frequency.
    </p>
  );
}

function Numbers({ name, loss, accuracy }: { name: string; loss: number; accuracy: number }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        loss {shown(loss)} nats, {percent(accuracy)} right
      </dd>
    </div>
  );
}

registerView({
  name: "train",
  title: "Choose a model and train it",
  chapter: "train",
  order: 0,
  isFor: (shown) => shown.task.family === "modular",
  Body: Controls,
  size: "wide",
  help: "A small model is trained from scratch in your browser, with the same initial weights, the same split and the same steps as in latebloom itself. The training set is the whole batch, the optimiser AdamW. Weight decay pulls every weight towards zero at each step.",
});
