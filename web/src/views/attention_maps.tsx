/** What each head attends to, over all pairs. */
import type { JSX } from "preact";
import { Computed } from "../draw/computed";
import { FrequencyChip } from "../draw/frequency_chip";
import { percent } from "../draw/numbers";
import { PairMap } from "../draw/pair_map";
import { Switch } from "../draw/switch";
import { useQuantity } from "../engine/client";
import { useOnScreen } from "../engine/on_screen";
import type { Head } from "../engine/quantities/attention_maps";
import { hasWaves } from "../operands";
import { page } from "../page";
import { registerView } from "../registry";
import { attendedPosition } from "../state";
import "./circuit.css";

const POSITIONS = ["x", "y", "="] as const;

function AttentionMaps(): JSX.Element {
  const { ref, visible } = useOnScreen();
  const answer = useQuantity("attention-maps", {}, visible).value;
  const to = POSITIONS.find((name) => name === attendedPosition.value) ?? "x";
  const position = POSITIONS.indexOf(to);
  return (
    <div ref={ref}>
      <div class="switches">
        <Switch label="Position attended to" options={POSITIONS.map((name) => [name, `attention to ${name}`] as const)} value={to} onChange={(name) => (attendedPosition.value = name)} />
      </div>
      <Computed answer={answer}>
        {({ heads, maps }) => (
          <div class="pair-maps">
            {heads.map((head, i) => (
              <div key={i}>
                <h4>
                  Head {i} {hasWaves(page()) && <HeadFrequency head={head} />}
                </h4>
                <PairMap label={`Attention of head ${i} from = to ${to}`} values={maps[i]![position]!} map="sequential" range={[0, 1]} unit="of its attention" />
                <p class="note">Attention to = itself: {percent(head.toItself)} on average</p>
              </div>
            ))}
          </div>
        )}
      </Computed>
    </div>
  );
}

function HeadFrequency({ head }: { head: Head }): JSX.Element {
  if (head.frequency === null) return <span class="note">constant</span>;
  return (
    <FrequencyChip k={head.frequency}>
      k = {head.frequency} explains {percent(head.fve)}
    </FrequencyChip>
  );
}

const MAPS =
  "The answer is computed at the token =, which looks back at x and y. Each head splits its attention (0 to 1) between x, y and = itself. " +
  "There is one map for each head, and one cell for each pair; a click on a cell chooses that pair everywhere.";
const WAVES =
  "Stripes mean that attention itself is a wave of the operands. " +
  "Beside the name of the head stands the frequency k that explains most of the variance of its attention to x, by waves cos wx − cos wy and sin wx − sin wy.";

registerView({
  name: "attention-maps",
  title: "What each head attends to",
  chapter: "circuit",
  order: 30,
  size: "wide",
  isFor: (shown) => shown.modular !== null && shown.run.model.kind === "transformer",
  Body: AttentionMaps,
  help: (shown) => (hasWaves(shown) ? `${MAPS} ${WAVES}` : MAPS),
});
