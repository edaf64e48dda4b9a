"""Memorisation's circuit: which weights hold random answers, and what each further answer costs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from latebloom.analysis import Analysis
from latebloom.claims import Record, quantity
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.learning import series_of, train_learned_at
from latebloom.claims.region import Above, Between
from latebloom.claims.settings import grouped
from latebloom.measures.any_model import SUM_SQUARED_WEIGHTS
from latebloom.statistics import Estimate, median_estimate, ratio_of_medians, share
from latebloom.studies.asked import asked
from latebloom.studies.growth import exponents
from latebloom.studies.parts import FROZEN, NOTHING, PARTS, arm, slug
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import FRESH_SEED, small
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec

SLOWER = 1.5
"""A slow-down that says a part matters. Arbitrary: seeds differ by less."""

FRACTIONS = ("0.2", "0.4", "0.8")
STEPS = 1500
FROZEN_STEPS = 500
"""Of the arms with a frozen part: ten times as many as random answers take."""

_NEVER = "(a run that never learns it counts as its last step, which can only make this smaller)"

_RANDOM = ("--task.name", "random_table", "--recording.metrics", "2", "--intervention.kind")


@quantity("", "the sum of squares of all weights at the end")
def final_weights(analysis: Analysis) -> float:
    return float(series_of(analysis, SUM_SQUARED_WEIGHTS.name).value[-1])


def _learned_at(record: Record) -> float | None:
    """The step at which the train set is learned; None where it never is."""
    step = record.value(train_learned_at.name)
    return None if step is None else float(step)


def _steps(records: Sequence[Record]) -> list[float]:
    """That step; a run that never learns counts as its last step, which can only make a slow-down smaller."""
    found = [(_learned_at(record), record.step) for record in records]
    return [float(last or 0) if step is None else step for step, last in found]


def _weights_if_learned(record: Record) -> float | None:
    value: float | None = None if _learned_at(record) is None else record.value(final_weights.name)
    return value


def _arm(records: Sequence[Record], part: str) -> list[Record]:
    """The runs on 40 % of the pairs with this part frozen."""
    return arm([record for record in records if record.setting("data.fraction") == float(FRACTIONS[1])], part)


def _slower(part: str, name: str, frozen: str) -> Statistic:
    @statistic(
        "times",
        f"the median step at which the train set is learned with {frozen}, over that with nothing frozen {_NEVER},",
        train_learned_at,
        name=f"slower_without_{name}",
    )
    def slower(records: Sequence[Record]) -> Estimate:
        return ratio_of_medians(_steps(_arm(records, part)), _steps(_arm(records, NOTHING)))

    return slower


_FROZEN = {"attention": FROZEN["attention"], **FROZEN}
"""The words for each arm; first the part that the hypothesis names."""

SLOW_DOWNS = {part: _slower(part, slug(part), words) for part, words in _FROZEN.items()}


@statistic(
    "",
    "the exponent a of weights ~ pairs^a, from the least to the most pairs, in the median over seeds that learn all of "
    "them,",
    final_weights,
    train_learned_at,
)
def norm_exponent(records: Sequence[Record]) -> Estimate:
    free = [record for record in records if not record.setting("intervention.weights")]
    return median_estimate(exponents(free, _weights_if_learned, len(FRACTIONS)))


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    rows = []
    for name in (NOTHING, *PARTS):
        runs = _arm(records, name)
        learned = share(sum(_learned_at(run) is not None for run in runs), len(runs))
        rows.append((name, str(len(runs)), shown(learned), shown(median_estimate(_steps(runs)), "{:.0f}")))
    free = [record for record in records if not record.setting("intervention.weights")]
    norms = [
        (f"{fraction:.0%}", shown(median_estimate([r.value(final_weights.name) for r in runs]), "{:.0f}"))
        for fraction, runs in sorted(grouped(free, "data.fraction").items())
    ]
    return (
        Table("Random answers on 40 % of the pairs", ("frozen", "runs", "learned", "median step"), rows),
        Table("What more pairs cost", ("pairs", "sum of squared weights at the end"), norms),
    )


_claim = partial(asked, "memory")


def _runs(count: int) -> tuple[Spec, ...]:
    fresh = partial(small, count, first=FRESH_SEED)
    return (
        fresh(STEPS, *_RANDOM, "none", data__fraction=FRACTIONS),
        fresh(
            FROZEN_STEPS,
            *(*_RANDOM, "freeze"),
            data__fraction=FRACTIONS[1:2],
            intervention__weights=tuple(PARTS.values()),
        ),
    )


STUDIES.register(
    Study(
        name="memory",
        title="Memorisation's circuit",
        question="What is the circuit of memorisation, and what does it cost to remember one more pair?",
        place='W, "Future Directions": "this is likely easiest on random labels with no structure"',
        hypothesis="Memorisation rests on attention: with attention at its initial values it takes more than "
        f"{SLOWER:g} times as many steps.",
        otherwise="No: with attention at its initial values memorisation takes less than "
        f"{SLOWER:g} times as many steps.",
        design=f"Random answers to pairs mod 23, {STEPS} steps. On 40 % of the pairs each part keeps its initial "
        f"weights in one arm of {FROZEN_STEPS} steps, and nothing does in the control; then 20, 40 and 80 % of the "
        "pairs with nothing frozen. Weight decay has forgotten the initial weights at the end, so that the weights "
        "left are those that the memory needs.",
        control="The same seeds with nothing frozen; the other parts are each other's controls. The weights into the "
        "neurons, and those out of them, are as many as those of attention.",
        power=f"A ratio of {SLOWER:g} is far outside the spread of the seeds, which differ by a tenth or two: five "
        "runs of each arm see it, and twenty see a ratio of about 1.1.",
        changes="A wider model, in which any part has room for all pairs; answers with structure.",
        runs={"quick": _runs(5), "full": _runs(20)},
        claims=(
            *(
                _claim(
                    f"memory-{slug(part).replace('_', '-')}",
                    f"With {words}, random answers take more than {SLOWER:g} times as many steps to learn.",
                    Above(SLOW_DOWNS[part], SLOWER, "arbitrary; seeds differ by less"),
                    f"random answers take {found(SLOW_DOWNS[part], '.2f')} times as many steps as with nothing frozen",
                )
                for part, words in _FROZEN.items()
            ),
            _claim(
                "memory-cost-of-a-pair",
                "The sum of squared weights of a model that remembers grows with the number of pairs, but less than in "
                "proportion.",
                Between(
                    norm_exponent, 0.1, 0.9, "between no growth and proportional growth, each with a margin of 0.1"
                ),
                f"the sum of squared weights grows as the pairs to the power {found(norm_exponent, '.2f')}",
            ),
        ),
        tables=_tables,
        caveats="That attention would be the part was suggested by earlier runs, with other seeds, which had no claim "
        "about it. A part that is frozen can still pass on what the others learn: a small slow-down does not show that "
        "a part holds nothing, and a large one that memorisation is slower without it, and not that it fails: by the "
        "table all runs memorise, whichever part is frozen. All runs have the same table of random answers.",
    )
)
