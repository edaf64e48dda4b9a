/** The solution built by hand beside the learned one: the two curves, their numbers, and what each further wave adds. */
import { useMemo } from "preact/hooks";
import type { JSX } from "preact";
import { Lines } from "../draw/lines";
import { NumberTable } from "../draw/number_table";
import { percent, shown, whole } from "../draw/numbers";
import { colourOf, seriesColour } from "../draw/palette";
import type { HandBuilt } from "../engine/quantities/hand_built";
import type { LearnedProfile } from "../engine/quantities/learned_profile";
import { axisName, sumName } from "../operands";
import { step } from "../state";

interface Props {
  hand: HandBuilt;
  ks: number[];
  learned: LearnedProfile;
}

export function HandAndModel({ hand, ks, learned }: Props): JSX.Element {
  const { n } = hand;
  const half = n >> 1;
  const x = useMemo(() => Array.from({ length: n }, (_, i) => i - half), [n]);
  const lines = useMemo(
    () => [
      { label: "built by hand", values: centred(hand.profile, half), colour: seriesColour(1) },
      { label: "learned, mean over all pairs", values: centred(learned.profile, half), colour: seriesColour(0), dashed: true },
    ],
    [hand, learned],
  );
  return (
    <>
      <Lines label="Logits by distance from the right answer" x={x} xName={`d = ${axisName("z")} − (${sumName()})`} yName="logit" lines={lines} marker={0} />
      <div class="beside">
        <Numbers hand={hand} learned={learned} />
        <Growing ks={ks} hand={hand} />
      </div>
    </>
  );
}

/** Reordered from d = 0 … n − 1 to d = −half … */
function centred(profile: Float64Array, half: number): Float64Array {
  const n = profile.length;
  return profile.map((_, i) => profile[(i - half + n) % n]!);
}

function Numbers({ hand, learned }: Pick<Props, "hand" | "learned">): JSX.Element {
  const rows: [string, string, string][] = [
    ["Accuracy over all pairs", percent(hand.accuracy), percent(learned.accuracy)],
    ["Margin of the worst pair (logits)", shown(rounded(hand.margin)), shown(learned.margin.least)],
    ["Margin, mean over all pairs (logits)", shown(rounded(hand.margin)), shown(learned.margin.mean)],
    ["Height of the peak (logits)", shown(hand.profile[0]), shown(learned.profile[0])],
    ["Loss over all pairs (nats)", shown(hand.loss), shown(learned.loss)],
  ];
  return (
    <div>
      <NumberTable
        caption="Both solutions in numbers"
        columns={["", "by hand", `learned, step ${whole(step.value ?? 0)}`]}
        rows={rows.map(([name, ...cells]) => ({ name, cells }))}
      />
    </div>
  );
}

/** Rounding of a margin that is zero is no number to show. */
function rounded(margin: number): number {
  return Math.abs(margin) < 1e-9 ? 0 : margin;
}

function Growing({ ks, hand }: Pick<Props, "ks" | "hand">): JSX.Element {
  return (
    <div>
      <p class="note">The margin as a share of the peak's height, as the waves are added one after another:</p>
      <ol class="growing">
        {hand.growing.map((share, i) => (
          <li key={ks[i]}>
            <span class="dot" style={{ background: colourOf(ks[i]!) }} />
            <span>{i === 0 ? `k = ${ks[i]} alone` : `and k = ${ks[i]}`}</span>
            <span class="bar">
              <span style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%`, background: colourOf(ks[i]!) }} />
            </span>
            <span>{percent(Math.abs(share) < 1e-9 ? 0 : share)}</span>
          </li>
        ))}
      </ol>
      {hand.accuracy === 0 && <p class="note">A wrong answer is as high as the right one, because these waves repeat after fewer than {hand.n} steps, or because one of them has its trough at the right answer.</p>}
    </div>
  );
}
