"""Training on progress measures: can grokking be hastened or prevented, a frequency chosen or forbidden?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import inf, log

import torch

from latebloom.analysis import Analysis
from latebloom.circuits.modular.cos_waves import cos_waves
from latebloom.claims import Record, quantity
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.embedding import key_frequencies
from latebloom.claims.learning import RIGHT, final_test_accuracy, test_90_at
from latebloom.claims.logits import phase_sign_of
from latebloom.claims.quantity import Undefined
from latebloom.claims.region import Above, AllOf, Below
from latebloom.claims.settings import grouped
from latebloom.claims.verdict import HALF
from latebloom.claims.views import grid, modular_task
from latebloom.models import MEASURED_LOSSES, MeasuredLoss
from latebloom.models.measure_loss import AVOID, CHOOSE, CHOOSE_OTHER, ONE, OTHER, RESTRICT, SEVERAL, WEIGHT
from latebloom.statistics import Estimate, censored_ratio_of_medians, mean, median_estimate, share
from latebloom.studies.asked import asked
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import FRESH_SEED, small
from latebloom.studies.texts import found, shown
from latebloom.studies.winners import winners
from latebloom.sweeps.spec import Spec

STEPS, EVERY = 1000, 20
FRACTION = "0.7"
"""The share of the pairs, at which plain runs generalise, so that they can be hastened or prevented."""

SOONER = 1.25
"""A ratio of steps that says that grokking is hastened. Arbitrary."""

LOW = 0.1
"""The share of the loss of guessing under which a measure counts as low. Arbitrary."""

PLAIN = "cross_entropy"
SHUFFLED = ".shuffled"

_KS = ", ".join(map(str, SEVERAL))
_NEVER = "(a run that never gets there counts as its last step)"


@quantity(
    "share",
    "the test accuracy at the first checkpoint at which a measure on the train set is where its loss pushes it: "
    f"under {LOW:.0%} of the loss of guessing where it is added, at the loss of guessing where it is subtracted; the "
    "measure in the training loss, or in plain runs the restricted loss of as many frequencies, those with the "
    "largest cosines in the final logits,",
)
def test_accuracy_at_goal(analysis: Analysis) -> float:
    if "test" not in analysis.sets:
        raise Undefined("the run has no test set")
    measured = MEASURED_LOSSES.get(analysis.run.experiment.training.loss) or own_measure(analysis)
    train, test = analysis.sets["train"], analysis.sets["test"]
    guessing, positions = log(modular_task(analysis).answers), analysis.task.loss_positions
    for step in filter(None, analysis.run.checkpoints):
        model = analysis.run.checkpoint(step).model
        with torch.no_grad():
            value = float(measured.value(model(train.tokens, positions), train.labels))
            moved = value < LOW * guessing if measured.sign == "+" else value >= guessing
            if moved:
                return float((model(test.tokens, positions).argmax(-1) == test.labels).double().mean())
    raise Undefined("the measure does not get there")


def own_measure(analysis: Analysis) -> MeasuredLoss:
    """The restricted loss of as many frequencies as `RESTRICT` has: those that the final logits use most."""
    whole = grid(analysis)
    waves = cos_waves(whole, range(1, (whole.order - 1) // 2 + 1), phase_sign_of(analysis))
    strongest = waves.coefficients.argsort(descending=True)[: len(RESTRICT.frequencies)]
    return replace(RESTRICT, frequencies=tuple(sorted(waves.ks[int(one)] for one in strongest)))


def _arms(records: Sequence[Record]) -> dict[str, list[Record]]:
    """The runs by their training loss, which is not stored where it is the default."""
    return {loss or PLAIN: runs for loss, runs in grouped(records, "training.loss").items()}


def _arm(records: Sequence[Record], loss: str) -> list[Record]:
    """The runs with this training loss. Errors: Undefined without any."""
    runs = _arms(records).get(loss, [])
    if not runs:
        raise Undefined(f"there are no runs with the training loss {loss}")
    return runs


def _steps(records: Sequence[Record]) -> list[float]:
    """When each run has most of its test set right; infinite where it never does."""
    return [inf if (step := record.value(test_90_at.name)) is None else float(step) for record in records]


def _last_steps(records: Sequence[Record]) -> list[float]:
    return [float(record.step or 0) for record in records]


def _by_seed(records: Sequence[Record], *losses: str) -> list[tuple[Record, ...]]:
    """The runs of each seed with these training losses, of the seeds that have all of them. Errors: Undefined without
    any run with one of them."""
    arms = [{run.setting("model.seed"): run for run in _arm(records, loss)} for loss in losses]
    return [tuple(arm[seed] for arm in arms) for seed in arms[0] if all(seed in arm for arm in arms)]


@statistic(
    "share",
    f"the share of the seeds in which both {ONE[0]} and {OTHER[0]} are key frequencies with their own excluded loss "
    "subtracted, and neither is with the other's,",
    key_frequencies,
)
def chosen(records: Sequence[Record]) -> Estimate:
    pairs = _by_seed(records, CHOOSE.name, CHOOSE_OTHER.name)
    both = {*ONE, *OTHER}
    return share(sum((both & winners(a), both & winners(b)) == ({*ONE}, {*OTHER}) for a, b in pairs), len(pairs))


def _forbidden(than: str, name: str) -> Statistic:
    formula = (
        f"the share of {_KS} that are key frequencies with {AVOID.name}, less that with {than}, in the mean over seeds,"
    )

    @statistic("share", formula, key_frequencies, name=name)
    def forbidden(records: Sequence[Record]) -> Estimate:
        return mean([_several(run) - _several(other) for run, other in _by_seed(records, AVOID.name, than)])

    return forbidden


def _several(record: Record) -> float:
    return len({*SEVERAL} & winners(record)) / len(SEVERAL)


def _sooner(loss: str, than: str, name: str) -> Statistic:
    formula = f"the median step of {RIGHT:.0%} test accuracy with {than}, over that with {loss} {_NEVER},"

    @statistic("times", formula, test_90_at, name=name)
    def sooner(records: Sequence[Record]) -> Estimate:
        """An end of the interval is open if it rests on runs that never get there, whose last step is too early."""
        late, early = (_arm(records, one) for one in (than, loss))
        return censored_ratio_of_medians(_steps(late), _steps(early), _last_steps(late), _last_steps(early))

    return sooner


def _generalise(loss: str, name: str) -> Statistic:
    formula = f"the share of the runs with {loss} that ever have {RIGHT:.0%} of the test set right"

    @statistic("share", formula, test_90_at, name=name)
    def generalise(records: Sequence[Record]) -> Estimate:
        runs = _arm(records, loss)
        return share(sum(step < inf for step in _steps(runs)), len(runs))

    return generalise


@statistic(
    "share",
    f"{test_accuracy_at_goal.formula} with {RESTRICT.name} less that with {PLAIN}, in the median over seeds,",
    test_accuracy_at_goal,
)
def righter_when_gamed(records: Sequence[Record]) -> Estimate:
    pairs = [
        [run.value(test_accuracy_at_goal.name) for run in runs] for runs in _by_seed(records, RESTRICT.name, PLAIN)
    ]
    return median_estimate([one - other for one, other in pairs if None not in (one, other)])


forbidden = _forbidden(PLAIN, "forbidden_than_plain")
forbidden_than_control = _forbidden(AVOID.name + SHUFFLED, "forbidden_than_shuffled")
sooner_restricted = _sooner(RESTRICT.name, PLAIN, "sooner_with_restricted")
sooner_than_control = _sooner(RESTRICT.name, RESTRICT.name + SHUFFLED, "sooner_than_shuffled")
generalise_avoid = _generalise(AVOID.name, "generalise_avoid")
generalise_plain = _generalise(PLAIN, "generalise_plain")
generalise_avoid_control = _generalise(AVOID.name + SHUFFLED, "generalise_avoid_shuffled")


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    watched, rows = (*ONE, *OTHER, *SEVERAL), []
    for loss, runs in _arms(records).items():
        keys = [f"{sum(k in winners(run) for run in runs)}" for k in watched]
        final = median_estimate([run.value(final_test_accuracy.name) for run in runs])
        goal = median_estimate([run.value(test_accuracy_at_goal.name) for run in runs])
        reached = median_estimate(_steps(runs))
        rows.append((f"`{loss}`", str(len(runs)), shown(reached, "{:.0f}"), shown(final), ", ".join(keys), shown(goal)))
    columns = (
        "training loss",
        "runs",
        f"step of {RIGHT:.0%} test accuracy",
        "test accuracy at the end",
        f"runs in which {', '.join(map(str, watched))} is a key frequency",
        "test accuracy once the measure has moved",
    )
    return (Table("What training on a measure does", columns, rows),)


_claim = partial(asked, "training-on-measures")


_LOSSES = (
    PLAIN,
    *(one.name for one in (CHOOSE, CHOOSE_OTHER)),
    *(one.name + end for one in (AVOID, RESTRICT) for end in ("", SHUFFLED)),
)


def _runs(count: int) -> tuple[Spec, ...]:
    settings = ("--data.fraction", FRACTION, "--recording.checkpoints", str(EVERY))
    return (small(count, STEPS, *settings, first=FRESH_SEED, training__loss=_LOSSES),)


STUDIES.register(
    Study(
        name="training-on-measures",
        title="Training on progress measures",
        question="What happens when one trains on excluded loss? Is grokking hastened or prevented, can a frequency be "
        "chosen or forbidden, and does the network game the measure?",
        place='W, "Future Directions": "What happens when we train on interpretability-inspired metrics?"',
        hypothesis="A frequency can be chosen: with its excluded loss subtracted from the training loss it becomes a "
        "key frequency, and with that of another frequency it does not.",
        otherwise="No: in most seeds it is not so that each of two frequencies becomes a key frequency with its own "
        "excluded loss subtracted, and neither does with the other's.",
        design=f"x + y mod 23 on {float(FRACTION):.0%} of the pairs, {STEPS} steps. From the cross-entropy is "
        f"subtracted {WEIGHT:g} times the excluded loss of frequency {ONE[0]}, or of {OTHER[0]}; or the excluded loss "
        f"of {_KS} together is added to it, or their restricted loss: all on the train set alone. What is subtracted "
        "counts up to the loss of guessing.",
        control=f"The cross-entropy alone on the same seeds; of the two chosen frequencies each is the other's "
        f"control. The losses of {_KS} are also taken with the same waves but the examples in another order: as many "
        "directions of the same norm that say nothing about the answer. Where restricted loss is gamed, less of the "
        "test set is right when it is low than in a plain run of the same seed when the restricted loss of as many "
        "frequencies of its own is as low. Shuffled waves cannot serve there, since no loss on them gets low.",
        power="The quick budget has 6 seeds of each loss, the full one 20. Six seeds of six have an interval from 61 "
        "%, five of six one from 44 %, 15 of 20 one from 53 %. The interval of a median of six leaves hardly anything "
        "of their range out, so that all of them, or all but one near the edge, decide; that of 20 is about their "
        "middle half.",
        changes="Another weight of the measure; less data; a larger p, with more frequencies to choose from; another "
        f"level than {LOW:.0%} of guessing at which restricted loss counts as low.",
        runs={"quick": _runs(6), "full": _runs(20)},
        claims=(
            _claim(
                "measures-choose",
                "With its excluded loss subtracted from the training loss, a frequency becomes a key frequency.",
                Above(chosen, HALF, "most seeds"),
                f"in {found(chosen)} of the seeds {ONE[0]} and {OTHER[0]} are key frequencies with their own loss, and "
                "neither is with the other's",
            ),
            _claim(
                "measures-forbid",
                "With their excluded loss added to the training loss, frequencies are key frequencies less often.",
                AllOf(Below(forbidden, 0.0), Below(forbidden_than_control, 0.0)),
                f"the share of {_KS} that are key frequencies changes by {found(forbidden)} against plain runs, and by "
                f"{found(forbidden_than_control)} against the waves shuffled",
            ),
            _claim(
                "measures-hasten",
                "With restricted loss added to the training loss, the model generalises sooner.",
                AllOf(Above(sooner_restricted, SOONER, "arbitrary"), Above(sooner_than_control, SOONER, "the control")),
                f"plain runs need {found(sooner_restricted, '.2f')} times as many steps to generalise as runs with "
                f"restricted loss, and runs with the waves shuffled at least {found(sooner_than_control, '.2f')} times "
                "as many",
            ),
            _claim(
                "measures-prevent",
                "With the excluded loss of several frequencies added, the model does not generalise.",
                AllOf(
                    Below(generalise_avoid, HALF, "fewer than half"),
                    Above(generalise_plain, HALF, "plain training"),
                    Above(generalise_avoid_control, HALF, "the control"),
                ),
                f"{found(generalise_avoid)} of the runs generalise, {found(generalise_plain)} of the plain ones, and "
                f"{found(generalise_avoid_control)} with the waves shuffled",
            ),
            _claim(
                "measures-gamed",
                "The network games restricted loss: trained on it, it has less of the test set right when the measure "
                "is low on the train set than a plain model has.",
                Below(righter_when_gamed, 0.0),
                f"when restricted loss is low on the train set, test accuracy differs by {found(righter_when_gamed)} "
                "from that of plain runs",
            ),
        ),
        shown=(final_test_accuracy,),
        tables=_tables,
        caveats="Restricted loss is not special in `measures-hasten`: by the table the excluded losses hasten as much, "
        "added or subtracted. Shuffled restricted loss is a harsh control, since it hinders learning; shuffled "
        "excluded loss is a second one, and with it runs generalise about when plain runs do. So it may be enough that "
        "what is added depends on the sum. `measures-forbid` rests on few frequencies, since a plain "
        "run has one to three of all of them.",
    )
)
