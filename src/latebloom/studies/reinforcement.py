"""Mutual reinforcement in modular addition: does the rest of the circuit form while one part is kept from forming?"""

from __future__ import annotations

from collections.abc import Sequence

from latebloom.claims import Record
from latebloom.claims.claim import Statistic, SweepClaim, statistic
from latebloom.claims.learning import RIGHT, final_test_accuracy, outcome, test_90_at
from latebloom.claims.region import Above, AllOf, Below
from latebloom.claims.verdict import HALF
from latebloom.statistics import Estimate, median_estimate, share
from latebloom.studies.asked import asked
from latebloom.studies.parts import NOTHING, PARTS, arm, arms
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import small
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec

STEPS = 3000


def _generalising(part: str) -> Statistic:
    @statistic(
        "share",
        f"the share of the runs with frozen weights ({part}) whose final test accuracy is {RIGHT:.0%}",
        final_test_accuracy,
        name=f"generalise_{part.replace(', ', '_').lower()}",
    )
    def generalising(records: Sequence[Record]) -> Estimate:
        runs = arm(records, part)
        return share(sum((run.value(final_test_accuracy.name) or 0) >= RIGHT for run in runs), len(runs))

    return generalising


ALL = {part: _generalising(part) for part in (NOTHING, *PARTS)}


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    by_part, rows = arms(records), []
    for part, one in ALL.items():
        steps = [run.value(test_90_at.name) for run in by_part.get(part, [])]
        reached = median_estimate([float("inf") if step is None else float(step) for step in steps])
        outcomes = [run.value(outcome.name) for run in by_part.get(part, [])]
        counted = ", ".join(f"{outcomes.count(name)} {name}" for name in sorted({o for o in outcomes if o}))
        rows.append((part, str(len(steps)), shown(one.compute(records)), shown(reached, "{:.0f}"), counted))
    title = "What generalises while a part keeps its initial weights"
    return (Table(title, ("frozen", "runs", "generalise", f"step of {RIGHT:.0%} test accuracy", "outcomes"), rows),)


def _claim(id: str, sentence: str, part: str) -> SweepClaim:
    one, control = ALL[part], ALL[NOTHING]
    region = AllOf(Below(one, HALF, "fewer than half"), Above(control, HALF, "the control"))
    finding = f"with it frozen {found(one)} of the runs generalise, with nothing frozen {found(control)}"
    return asked("reinforcement", id, sentence, region, finding)


def _runs(count: int) -> tuple[Spec, ...]:
    return (
        small(count, STEPS),
        small(count, STEPS, "--intervention.kind", "freeze", intervention__weights=tuple(PARTS.values())),
    )


STUDIES.register(
    Study(
        name="reinforcement",
        title="Mutual reinforcement in modular addition",
        question="If one part of the circuit is kept from forming, do the others form without it?",
        place='W, "Future Directions": "do we see this mutual reinforcement and cascading?"',
        hypothesis="The general circuit needs its embedding to be learned: with the embedding at its initial values "
        "the model does not generalise.",
        design=f"x + y mod 23 on 80 % of the pairs, {STEPS} steps. Each part keeps its initial weights in one arm: "
        "embedding, attention, the weights into and out of the neurons, unembedding.",
        control="The same seeds with nothing frozen.",
        power="Ten runs of ten that generalise have an interval from 72 %, five of five one from 57 %.",
        changes="More steps, after which a model may generalise with a random part; a wider model, in which random "
        "weights already hold every frequency.",
        runs={"quick": _runs(5), "full": _runs(20)},
        claims=(
            _claim("reinforcement-embedding", "With a frozen embedding the model does not generalise.", "embedding"),
            _claim("reinforcement-attention", "With frozen attention the model does not generalise.", "attention"),
            _claim(
                "reinforcement-mlp-in", "With frozen weights into the neurons the model does not generalise.", "MLP, in"
            ),
            _claim(
                "reinforcement-mlp-out",
                "With frozen weights out of the neurons the model does not generalise.",
                "MLP, out",
            ),
            _claim(
                "reinforcement-unembedding", "With a frozen unembedding the model does not generalise.", "unembedding"
            ),
        ),
        shown=(test_90_at, outcome),
        tables=_tables,
    )
)
