"""Training on progress measures: can grokking be hastened or prevented, a frequency chosen or forbidden?"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log

import torch

from latebloom.analysis import Analysis
from latebloom.claims import Record, quantity
from latebloom.claims.claim import Statistic, SweepClaim, statistic
from latebloom.claims.embedding import key_frequencies
from latebloom.claims.learning import RIGHT, final_test_accuracy, test_90_at
from latebloom.claims.quantity import Undefined
from latebloom.claims.region import Above, AllOf, Below, Region
from latebloom.claims.settings import grouped
from latebloom.claims.verdict import HALF
from latebloom.claims.views import modular_task
from latebloom.models import MEASURED_LOSSES
from latebloom.models.measure_loss import AVOID, CHOOSE, FORBID, ONE, RESTRICT, SEVERAL, WEIGHT
from latebloom.statistics import Estimate, censored_ratio_of_medians, mean, median_estimate, share
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import small
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec

STEPS, EVERY = 1500, 50
FRACTION = "0.5"

SOONER = 1.25
"""A ratio of steps that says that grokking is hastened. Arbitrary."""

LOW = 0.1
"""The share of the loss of guessing under which a measure counts as low. Arbitrary."""

PLAIN = "cross_entropy"
SHUFFLED = ".shuffled"

_NEVER = "(a run that never gets there counts as its last step)"


@quantity(
    "share",
    "the test accuracy at the first checkpoint at which the measure in the training loss is where the loss pushes it: "
    f"under {LOW:.0%} of the loss of guessing where it is added, at the loss of guessing where it is subtracted,",
)
def test_accuracy_at_goal(analysis: Analysis) -> float:
    measured = MEASURED_LOSSES.get(analysis.run.experiment.training.loss)
    if measured is None:
        raise Undefined("the training loss has no measure")
    if "test" not in analysis.sets:
        raise Undefined("the run has no test set")
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


def _arms(records: Sequence[Record]) -> dict[str, list[Record]]:
    """The runs by their training loss, which is not stored where it is the default."""
    return {loss or PLAIN: runs for loss, runs in grouped(records, "training.loss").items()}


def _arm(records: Sequence[Record], loss: str) -> list[Record]:
    """The runs with this training loss. Errors: Undefined without any."""
    runs = _arms(records).get(loss, [])
    if not runs:
        raise Undefined(f"there are no runs with the training loss {loss}")
    return runs


def _keys(record: Record) -> tuple[float, ...]:
    return record.value(key_frequencies.name) or ()


def _steps(records: Sequence[Record]) -> list[float]:
    """When each run has most of its test set right; infinite where it never does."""
    return [inf if (step := record.value(test_90_at.name)) is None else float(step) for record in records]


def _last_steps(records: Sequence[Record]) -> list[float]:
    return [float(record.step or 0) for record in records]


def _has_key(loss: str, name: str) -> Statistic:
    (k,) = ONE

    @statistic(
        "share", f"the share of the runs with {loss} in which {k} is a key frequency", key_frequencies, name=name
    )
    def has_key(records: Sequence[Record]) -> Estimate:
        runs = _arm(records, loss)
        return share(sum(k in _keys(run) for run in runs), len(runs))

    return has_key


def _any_key(loss: str, name: str) -> Statistic:
    formula = f"the share of all frequencies that are key frequencies, in the mean over the runs with {loss}"

    @statistic("share", formula, key_frequencies, name=name)
    def any_key(records: Sequence[Record]) -> Estimate:
        return mean([len(_keys(run)) / ((run.setting("task.p") - 1) // 2) for run in _arm(records, loss)])

    return any_key


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
    "share", f"the median over the runs with {RESTRICT.name} of {test_accuracy_at_goal.formula}", test_accuracy_at_goal
)
def accuracy_when_gamed(records: Sequence[Record]) -> Estimate:
    return median_estimate([run.value(test_accuracy_at_goal.name) for run in _arm(records, RESTRICT.name)])


chosen = _has_key(CHOOSE.name, "chosen_is_key")
forbidden = _has_key(FORBID.name, "forbidden_is_key")
any_plain = _any_key(PLAIN, "any_is_key")
any_chosen_control = _any_key(CHOOSE.name + SHUFFLED, "any_is_key_choose_shuffled")
any_forbidden_control = _any_key(FORBID.name + SHUFFLED, "any_is_key_forbid_shuffled")
sooner_restricted = _sooner(RESTRICT.name, PLAIN, "sooner_with_restricted")
sooner_than_control = _sooner(RESTRICT.name, RESTRICT.name + SHUFFLED, "sooner_than_shuffled")
generalise_avoid = _generalise(AVOID.name, "generalise_avoid")
generalise_avoid_control = _generalise(AVOID.name + SHUFFLED, "generalise_avoid_shuffled")


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    (k,), rows = ONE, []
    for loss, runs in _arms(records).items():
        keys = share(sum(k in _keys(run) for run in runs), len(runs))
        final = median_estimate([run.value(final_test_accuracy.name) for run in runs])
        goal = median_estimate([run.value(test_accuracy_at_goal.name) for run in runs])
        reached = median_estimate(_steps(runs))
        rows.append((f"`{loss}`", str(len(runs)), shown(reached, "{:.0f}"), shown(final), shown(keys), shown(goal)))
    columns = (
        "training loss",
        "runs",
        f"step of {RIGHT:.0%} test accuracy",
        "test accuracy at the end",
        f"{k} is a key frequency",
        "test accuracy once the measure has moved",
    )
    return (Table("What training on a measure does", columns, rows),)


def _claim(id: str, sentence: str, region: Region, finding: str, *statistics: Statistic) -> SweepClaim:
    return SweepClaim(
        id=id,
        sentence=sentence,
        place='W, "Future Directions"',
        published="asked",
        region=region,
        finding=finding,
        statistics=statistics,
        system="study-training-on-measures",
    )


def _runs(count: int) -> tuple[Spec, ...]:
    settings = ("--data.fraction", FRACTION, "--recording.checkpoints", str(EVERY))
    return (small(count, STEPS, *settings, training__loss=(PLAIN, *MEASURED_LOSSES)),)


_K, _KS = str(ONE[0]), ", ".join(map(str, SEVERAL))

STUDIES.register(
    Study(
        name="training-on-measures",
        title="Training on progress measures",
        question="What happens when one trains on excluded loss? Is grokking hastened or prevented, can a frequency be "
        "chosen or forbidden, and does the network game the measure?",
        place='W, "Future Directions": "What happens when we train on interpretability-inspired metrics?"',
        hypothesis=f"A frequency can be chosen: with the excluded loss of frequency {_K} subtracted from the training "
        "loss it becomes a key frequency.",
        design=f"x + y mod 23 on {float(FRACTION):.0%} of the pairs, {STEPS} steps. To the cross-entropy is added, or "
        f"from it subtracted, {WEIGHT:g} times the excluded loss of frequency {_K} or of {_KS} together, or the "
        f"restricted loss of {_KS} is added: all on the train set alone. What is subtracted counts up to the loss of "
        "guessing.",
        control="The cross-entropy alone, on the same seeds, and each measure with the same waves but the examples in "
        "another order: as many directions of the same norm that say nothing about the answer.",
        power="A frequency that is a key frequency in five of five runs has an interval from 57 %, against about a "
        "quarter for any frequency. That one is never key is decided with 20 runs, not with five.",
        changes="Another weight of the measure; less data; a larger p, with more frequencies to choose from.",
        runs={"quick": _runs(5), "full": _runs(20)},
        claims=(
            _claim(
                "measures-choose",
                "With its excluded loss subtracted from the training loss, a frequency becomes a key frequency.",
                AllOf(Above(chosen, any_plain, "any frequency"), Above(chosen, any_chosen_control, "the control")),
                f"frequency {_K} is a key frequency in {found(chosen)} of the runs; any one frequency is in "
                f"{found(any_plain)} of the plain runs, and in {found(any_chosen_control)} with the waves shuffled",
                chosen,
                any_plain,
                any_chosen_control,
            ),
            _claim(
                "measures-forbid",
                "With its excluded loss added to the training loss, a frequency is no key frequency.",
                AllOf(
                    Below(forbidden, any_plain, "any frequency"), Below(forbidden, any_forbidden_control, "the control")
                ),
                f"frequency {_K} is a key frequency in {found(forbidden)} of the runs; any one frequency is in "
                f"{found(any_plain)} of the plain runs, and in {found(any_forbidden_control)} with the waves shuffled",
                forbidden,
                any_plain,
                any_forbidden_control,
            ),
            _claim(
                "measures-hasten",
                "With restricted loss added to the training loss, the model generalises sooner.",
                AllOf(Above(sooner_restricted, SOONER, "arbitrary"), Above(sooner_than_control, SOONER, "the control")),
                f"plain runs need at least {found(sooner_restricted, '.2f')} times as many steps to generalise as "
                "runs with restricted loss, and runs with the waves shuffled at least "
                f"{found(sooner_than_control, '.2f')} times as many",
                sooner_restricted,
                sooner_than_control,
            ),
            _claim(
                "measures-prevent",
                "With the excluded loss of several frequencies added, the model does not generalise.",
                AllOf(
                    Below(generalise_avoid, HALF, "fewer than half"),
                    Above(generalise_avoid_control, HALF, "the control"),
                ),
                f"{found(generalise_avoid)} of the runs generalise, and {found(generalise_avoid_control)} with the "
                "waves shuffled",
                generalise_avoid,
                generalise_avoid_control,
            ),
            _claim(
                "measures-gamed",
                "The network games restricted loss: it lowers it on the train set before it is right on the test set.",
                Below(accuracy_when_gamed, HALF, "fewer right than wrong"),
                f"{found(accuracy_when_gamed)} of the test set is right when restricted loss is low on the train set",
                accuracy_when_gamed,
            ),
        ),
        shown=(final_test_accuracy,),
        tables=_tables,
        caveats="`measures-gamed` does not show gaming: it has no control, and plain training does nearly the same. "
        "Of the five plain runs, four get under 10 % of guessing with the restricted loss of their own key "
        "frequencies, and have 43 to 68 % of the test set right then. Restricted loss falls before test accuracy "
        "rises, as always, and all five runs that are trained on it end at 97 to 100 %. For `measures-choose` the "
        "shuffled control is nearly empty, since four of its five models have no key frequency at all; what counts "
        "is the comparison with the plain runs. `measures-prevent` leaves out the plain runs, of which one in five "
        "generalises (with the excluded loss added, two). In `measures-hasten` most plain runs never generalise and "
        "count as their last step, so that the ratio is a lower bound and its interval has no upper end. The test "
        "accuracy once the measure has moved was first interpolated between recorded steps, against its text; it was "
        "measured again from the checkpoints of the same runs, and no verdict changed. All runs were made on a tree "
        "with uncommitted changes (18c75e6; the file of the losses was committed as f14854f while they were trained). "
        "(Review of 29 November 2026.)",
    )
)
