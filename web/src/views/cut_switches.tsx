/** One checkbox for every part of the model: ticked while it is in the model. */
import type { Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { colourOf } from "../draw/palette";
import { whole } from "../draw/numbers";
import type { Clusters } from "../engine/clusters";
import { hasWaves } from "../operands";
import { page } from "../page";
import { cutClusters, cutFrequencies, cutHeads, cutResidualAttention, cutResidualMlp, keepOnlyKeys } from "../state";

/** A cluster that is not of a key frequency has a switch if it holds at least this share of the neurons. */
const SHOWN_CLUSTER = 0.01;

export function CutSwitches({ clusters }: { clusters: Clusters | null }): JSX.Element {
  const { model } = page().run;
  const keys = page().modular!.key_frequencies;
  const heads = Number(model["n_heads"] ?? 0);
  const shownClusters = clusters === null ? [] : clustersShown(clusters, keys);
  const connected = model.kind === "transformer";
  return (
    <div class="cut-switches">
      {answerIsSum() && keys.length > 0 && (
        <Group name="Waves in the logits">
          {keys.map((k) => (
            <Part key={k} list={cutFrequencies} number={k} colour={colourOf(k)}>
              k = {k}
            </Part>
          ))}
          <label>
            <input type="checkbox" checked={!keepOnlyKeys.value} onChange={() => (keepOnlyKeys.value = !keepOnlyKeys.value)} /> everything else
          </label>
        </Group>
      )}
      {hasWaves(page()) && clusters !== null && clusters.fve.length > 0 && (
        <Group name="Clusters of neurons">
          {shownClusters.length === 0 && <p class="note">No neuron is in a cluster at this step.</p>}
          {shownClusters.map(({ frequency, count }) => (
            <Part key={frequency} list={cutClusters} number={frequency} colour={colourOf(frequency)}>
              k = {frequency} <span class="count">{count === 1 ? "1 neuron" : `${whole(count)} neurons`}</span>
            </Part>
          ))}
        </Group>
      )}
      {connected && (
        <Group name="Attention heads">
          {Array.from({ length: heads }, (_, h) => (
            <Part key={h} list={cutHeads} number={h}>
              head {h}
            </Part>
          ))}
        </Group>
      )}
      {connected && (
        <Group name="Residual connections">
          <Connection cut={cutResidualAttention}>around attention</Connection>
          {Number(model["d_mlp"]) > 0 && <Connection cut={cutResidualMlp}>around the neurons</Connection>}
        </Group>
      )}
    </div>
  );
}

/** Whether the answers are a function of x + y or x − y, in the order of the page's operands. */
function answerIsSum(): boolean {
  const { labels, order } = page().modular!;
  const n = order.x.length;
  return [1, -1].some((sign) => labels.every((label, pair) => label === (Math.floor(pair / n) + sign * (pair % n) + n) % n));
}

function clustersShown({ sizes, fve }: Clusters, keys: number[]): Clusters["sizes"] {
  const wanted = new Set([...keys, ...cutClusters.value, ...sizes.filter(({ count }) => count >= SHOWN_CLUSTER * fve.length).map(({ frequency }) => frequency)]);
  return [...wanted].sort((a, b) => a - b).map((k) => sizes.find(({ frequency }) => frequency === k) ?? { frequency: k, count: 0 });
}

function Group({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <fieldset>
      <legend>{name}</legend>
      {children}
    </fieldset>
  );
}

/** A part that is out of the model while its number is in the list. */
function Part({ list, number, colour, children }: { list: Signal<number[]>; number: number; colour?: string; children: ComponentChildren }): JSX.Element {
  const isOut = list.value.includes(number);
  const toggle = () => (list.value = isOut ? list.value.filter((other) => other !== number) : [...list.value, number].sort((a, b) => a - b));
  return (
    <label>
      <input type="checkbox" checked={!isOut} onChange={toggle} /> {colour && <span class="dot" style={{ background: colour }} />} {children}
    </label>
  );
}

function Connection({ cut, children }: { cut: Signal<boolean>; children: ComponentChildren }): JSX.Element {
  return (
    <label>
      <input type="checkbox" checked={!cut.value} onChange={() => (cut.value = !cut.value)} /> {children}
    </label>
  );
}
