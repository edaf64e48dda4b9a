"""Mutual reinforcement in modular addition: how late is the circuit while one part of it is kept from forming?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from latebloom.claims import Record
from latebloom.claims.claim import Statistic, SweepClaim, statistic
from latebloom.claims.learning import RIGHT, final_test_accuracy, outcome, test_90_at
from latebloom.claims.region import Above, AllOf, Below
from latebloom.claims.settings import right_at_end, share_of
from latebloom.claims.verdict import HALF
from latebloom.statistics import Estimate, median_estimate
from latebloom.studies.asked import asked
from latebloom.studies.parts import FROZEN, NOTHING, PARTS, arm, arms, slug
from latebloom.studies.steps import NEVER, times_as_long
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import FRESH_SEED, small
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec

STEPS = 3000

LATER = 1.5
"""A ratio of steps that says that a model generalises well later. Arbitrary."""


def _generalising(part: str) -> Statistic:
    @statistic(
        "share",
        f"the share of the runs with frozen weights ({part}) whose final test accuracy is {RIGHT:.0%}",
        final_test_accuracy,
        name=f"generalise_{slug(part)}",
    )
    def generalising(records: Sequence[Record]) -> Estimate:
        return share_of(arm(records, part), right_at_end)

    return generalising


def _slower(part: str) -> Statistic:
    @statistic(
        "times",
        f"the step of {RIGHT:.0%} test accuracy with frozen weights ({part}), over that with nothing frozen and the "
        f"same seed ({NEVER}), in the median over seeds,",
        test_90_at,
        name=f"slower_{slug(part)}",
    )
    def slower(records: Sequence[Record]) -> Estimate:
        return times_as_long(arm(records, part), arm(records, NOTHING))

    return slower


ALL = {part: _generalising(part) for part in (NOTHING, *PARTS)}
SLOWER = {part: _slower(part) for part in PARTS}


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    by_part, rows = arms(records), []
    for part, one in ALL.items():
        steps = [run.value(test_90_at.name) for run in by_part.get(part, [])]
        reached = median_estimate([float("inf") if step is None else float(step) for step in steps])
        outcomes = [run.value(outcome.name) for run in by_part.get(part, [])]
        counted = ", ".join(f"{outcomes.count(name)} {name}" for name in sorted({o for o in outcomes if o}))
        ratio = shown(SLOWER[part].compute(records), "{:.1f}") if part in SLOWER else "1"
        rows.append((part, str(len(steps)), shown(one.compute(records)), shown(reached, "{:.0f}"), ratio, counted))
    title = "What generalises while a part keeps its initial weights"
    columns = ("frozen", "runs", "generalise", f"step of {RIGHT:.0%} test accuracy", "times as many steps", "outcomes")
    return (Table(title, columns, rows),)


def _claims() -> tuple[SweepClaim, ...]:
    """Of each part: whether the model generalises later without it, and whether it does not generalise."""
    make = partial(asked, "reinforcement")
    later = [
        make(
            f"reinforcement-{slug(part).replace('_', '-')}-later",
            f"With {words} the model takes more than {LATER:g} times as many steps to generalise.",
            Above(SLOWER[part], LATER, "arbitrary"),
            f"it takes {found(SLOWER[part], '.2f')} times as many steps",
        )
        for part, words in FROZEN.items()
    ]
    never = [
        make(
            f"reinforcement-{slug(part).replace('_', '-')}",
            f"With {words} the model does not generalise.",
            AllOf(Below(ALL[part], HALF, "fewer than half"), Above(ALL[NOTHING], HALF, "the control")),
            f"with it frozen {found(ALL[part])} of the runs generalise, with nothing frozen {found(ALL[NOTHING])}",
        )
        for part, words in FROZEN.items()
    ]
    return (*later, *never)


def _runs(count: int) -> tuple[Spec, ...]:
    return (
        small(count, STEPS, first=FRESH_SEED),
        small(
            count,
            STEPS,
            *("--intervention.kind", "freeze"),
            first=FRESH_SEED,
            intervention__weights=tuple(PARTS.values()),
        ),
    )


STUDIES.register(
    Study(
        name="reinforcement",
        title="Mutual reinforcement in modular addition",
        question="If one part of the circuit is kept from forming, do the others form without it?",
        place='W, "Future Directions": "do we see this mutual reinforcement and cascading?"',
        hypothesis="The rest of the circuit forms later without a learned embedding: with the embedding at its "
        f"initial values the model takes more than {LATER:g} times as many steps to generalise.",
        otherwise="The rest of the circuit hardly waits for the embedding: with the embedding at its initial values "
        f"the model takes at most {LATER:g} times as many steps to generalise.",
        design=f"x + y mod 23 on 80 % of the pairs, {STEPS} steps. Each part keeps its initial weights in one arm: "
        "embedding, attention, the weights into and out of the neurons, unembedding. A model has generalised at the "
        f"first recorded step with {RIGHT:.0%} test accuracy.",
        control="The same seeds with nothing frozen. Any frozen part leaves fewer weights to train, so the parts are "
        "each other's control.",
        power="The interval of a median of five ratios (quick budget) is their range, so that five ratios over "
        f"{LATER:g} decide; that of twenty (full budget) lies about between the sixth and the fifteenth. Five runs of "
        "five that generalise have an interval from 57 %, twenty of twenty one from 84 %.",
        changes="More steps, after which a model may generalise with a random part; a wider model, in which random "
        "weights already hold every frequency.",
        runs={"quick": _runs(5), "full": _runs(20)},
        claims=_claims(),
        shown=(outcome,),
        tables=_tables,
        caveats=f"A model that ends with {RIGHT:.0%} of its test set right need not have grokked: the outcomes are in "
        "the table. A frozen part has the random weights of the beginning, which the other parts may use as they are, "
        "so freezing shows what is needed and not what is reinforced; for that see `reinforcement-gradients` and "
        "`reinforcement-clamped`.",
    )
)
