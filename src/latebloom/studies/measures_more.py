"""More of training on progress measures: other weights, all key frequencies of a plain run, and prevention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from latebloom.claims import Record
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.embedding import key_frequencies
from latebloom.claims.learning import RIGHT, final_test_accuracy, test_90_at
from latebloom.claims.region import Above, AllOf, Below
from latebloom.claims.settings import generalised, share_of
from latebloom.claims.verdict import HALF
from latebloom.models import MeasuredLoss
from latebloom.models.measure_loss import ONE, OTHER
from latebloom.statistics import Estimate, mean, median_estimate, share
from latebloom.studies.asked import asked
from latebloom.studies.study import STUDIES, Study, Table, Then
from latebloom.studies.sweeps import SMALL_P, UNSEEN_SEED, small
from latebloom.studies.texts import found, shown
from latebloom.studies.training_on_measures import FRACTION, PLAIN, SHUFFLED, STEPS
from latebloom.studies.winners import winners
from latebloom.sweeps.spec import Spec

LIGHT, HEAVY = 0.3, 3.0
"""Weights of the measure: about a third, and three times, of what training-on-measures has. Arbitrary."""

ALL = tuple(range(1, (SMALL_P - 1) // 2 + 1))
"""Every frequency."""

AGAINST = MeasuredLoss("-", "restricted", ALL)
"""Raises the loss of what the logits say of x + y alone."""

_SETTINGS = ("--data.fraction", FRACTION)


def choosing(weight: float, frequencies: tuple[int, ...] = ONE, shuffled: bool = False) -> str:
    """The loss that makes one need a frequency."""
    return MeasuredLoss("-", "excluded", frequencies, shuffled, weight).name


def _forbidding(record: Record) -> MeasuredLoss | None:
    """The loss that makes one do without all key frequencies of a run; None where it has none."""
    keys = tuple(sorted(winners(record)))
    return MeasuredLoss("+", "excluded", keys) if keys else None


def _shuffled(loss: MeasuredLoss) -> MeasuredLoss:
    return replace(loss, shuffled=True)


def _arm(records: Sequence[Record], loss: str) -> list[Record]:
    """The runs with this training loss."""
    return [record for record in records if (record.setting("training.loss") or PLAIN) == loss]


def _forbidden(records: Sequence[Record]) -> list[tuple[Record, Record, Record]]:
    """Of each seed: the plain run, that without its key frequencies, and the same with the waves shuffled."""
    by_loss = {(run.setting("model.seed"), run.setting("training.loss")): run for run in records}
    triples = []
    for plain in _arm(records, PLAIN):
        loss, seed = _forbidding(plain), plain.setting("model.seed")
        both = (loss, _shuffled(loss)) if loss else ()
        runs = [run for one in both if (run := by_loss.get((seed, one.name))) is not None]
        if len(runs) == 2:
            triples.append((plain, runs[0], runs[1]))
    return triples


def _generalise(loss: str, words: str, name: str) -> Statistic:
    @statistic(
        "share",
        f"the share of the runs with {words} that ever have {RIGHT:.0%} of the test set right",
        test_90_at,
        name=name,
    )
    def generalise(records: Sequence[Record]) -> Estimate:
        return share_of(_arm(records, loss), generalised)

    return generalise


def _chosen(weight: float, name: str) -> Statistic:
    @statistic(
        "share",
        f"the share of the seeds in which both {ONE[0]} and {OTHER[0]} are key frequencies with {weight:g} times their "
        "own excluded loss subtracted, and neither is with the other's,",
        key_frequencies,
        name=name,
    )
    def chosen(records: Sequence[Record]) -> Estimate:
        """Like `training_on_measures.chosen`."""
        keys = [
            {run.setting("model.seed"): winners(run) for run in _arm(records, choosing(weight, one))}
            for one in (ONE, OTHER)
        ]
        both, seeds = {*ONE, *OTHER}, keys[0].keys() & keys[1].keys()
        right = [all(both & {*own[seed]} == {*one} for own, one in zip(keys, (ONE, OTHER))) for seed in seeds]
        return share(sum(right), len(right))

    return chosen


def _chosen_by_chance(weight: float, name: str) -> Statistic:
    @statistic(
        "share",
        f"the share of the seeds in which {ONE[0]} is a key frequency with {weight:g} times its excluded loss "
        "subtracted and the waves shuffled",
        key_frequencies,
        name=name,
    )
    def chosen_by_chance(records: Sequence[Record]) -> Estimate:
        return share_of(_arm(records, choosing(weight, shuffled=True)), lambda run: ONE[0] in winners(run))

    return chosen_by_chance


@statistic(
    "share",
    "the share of the key frequencies of the plain run that are key frequencies again with their excluded loss added, "
    "less that with the waves shuffled, in the mean over seeds,",
    key_frequencies,
)
def kept_though_forbidden(records: Sequence[Record]) -> Estimate:
    return mean([_again(plain, run) - _again(plain, shuffled) for plain, run, shuffled in _forbidden(records)])


def _again(plain: Record, run: Record) -> float:
    return len(winners(plain) & winners(run)) / len(winners(plain))


@statistic(
    "share",
    f"the share of the runs with that loss added that ever have {RIGHT:.0%} of the test set right",
    key_frequencies,
    test_90_at,
)
def generalise_though_forbidden(records: Sequence[Record]) -> Estimate:
    return share_of([run for _, run, _ in _forbidden(records)], generalised)


generalise_against = _generalise(
    AGAINST.name, "the restricted loss of all frequencies subtracted", "generalise_against_sums"
)
generalise_shuffled = _generalise(
    AGAINST.name + SHUFFLED, "the same subtracted and the waves shuffled", "generalise_against_shuffled"
)
generalise_alone = _generalise(PLAIN, "the cross-entropy alone", "generalise_cross_entropy_alone")
chosen_lightly, chosen_heavily = _chosen(LIGHT, "chosen_lightly"), _chosen(HEAVY, "chosen_heavily")
by_chance_lightly = _chosen_by_chance(LIGHT, "chosen_by_chance_lightly")
by_chance_heavily = _chosen_by_chance(HEAVY, "chosen_by_chance_heavily")

_LOSSES = (
    PLAIN,
    *(choosing(weight, *arm) for weight in (LIGHT, HEAVY) for arm in ((ONE,), (OTHER,), (ONE, True))),
    *(AGAINST.name + end for end in ("", SHUFFLED)),
)


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    forbidden = _forbidden(records)
    arms = {f"`{loss}`": _arm(records, loss) for loss in _LOSSES}
    arms["`cross_entropy+excluded` of the plain run's key frequencies"] = [run for _, run, _ in forbidden]
    arms["the same, shuffled"] = [run for _, _, run in forbidden]
    rows = [
        (
            name,
            str(len(runs)),
            shown(share_of(runs, generalised)),
            shown(median_estimate([run.value(final_test_accuracy.name) for run in runs])),
            ", ".join(str(sum(one in winners(run) for run in runs)) for one in (*ONE, *OTHER)),
        )
        for name, runs in arms.items()
    ]
    columns = (
        "training loss",
        "runs",
        f"reach {RIGHT:.0%} test accuracy",
        "test accuracy at the end",
        f"runs in which {ONE[0]}, {OTHER[0]} is a key frequency",
    )
    return (Table("What more training on measures does", columns, rows),)


def _without_keys(records: Sequence[Record]) -> Sequence[Spec]:
    """For each plain run that has key frequencies: the runs that are to do without them."""
    losses = [
        (run, one) for run in _arm(records, PLAIN) if (loss := _forbidding(run)) for one in (loss, _shuffled(loss))
    ]
    return [
        small(1, STEPS, *_SETTINGS, "--training.loss", one.name, first=run.setting("model.seed")) for run, one in losses
    ]


def _runs(count: int) -> tuple[Spec, ...]:
    return (small(count, STEPS, *_SETTINGS, first=UNSEEN_SEED, training__loss=_LOSSES),)


_claim = partial(asked, "measures-more")

STUDIES.register(
    Study(
        name="measures-more",
        title="More training on progress measures",
        question="Can training on a progress measure prevent grokking, and does what it does depend on its weight, or "
        "on its frequencies?",
        place='W, "Future Directions": "What happens when we train on interpretability-inspired metrics?"',
        hypothesis="Grokking can be prevented: with the restricted loss of all frequencies subtracted from the "
        f"training loss, on the train set alone, models do not get {RIGHT:.0%} of the test set right.",
        otherwise=f"No: with the restricted loss of all frequencies subtracted, models still get {RIGHT:.0%} of the "
        "test set right, or those with shuffled waves do not either.",
        design=f"x + y mod {SMALL_P} on {float(FRACTION):.0%} of the pairs, {STEPS} steps. From the cross-entropy is "
        "subtracted the restricted loss of all frequencies, which is the loss of what the logits say of x + y alone; "
        f"or {LIGHT:g} or {HEAVY:g} times the excluded loss of frequency {ONE[0]}, or of {OTHER[0]}. Or the excluded "
        "loss of all key frequencies of a plain run of the same seed is added to it. All of this is on the train set; "
        "what is subtracted counts up to the loss of guessing.",
        control="The cross-entropy alone, and the same losses with the waves in another order of the examples: as many "
        "directions of the same norm that say nothing about the answer. Of the two chosen frequencies each is the "
        "other's control, too.",
        power="In the quick budget five seeds of five have an interval from 57 %, so that all must agree; in the full "
        "one ten of twelve have one from 55 %.",
        changes="Longer runs; another weight; a larger p, with more frequencies to turn to.",
        runs={"quick": _runs(5), "full": _runs(12)},
        then=Then(
            "for each plain run that has key frequencies: the same once more with their excluded loss added to the "
            "cross-entropy, and with that of the waves shuffled",
            _without_keys,
        ),
        claims=(
            _claim(
                "measures-more-prevent",
                "With the restricted loss of all frequencies subtracted, the model does not generalise.",
                AllOf(
                    Below(generalise_against, HALF, "fewer than half"),
                    Above(generalise_shuffled, HALF, "the control"),
                    Above(generalise_alone, HALF, "plain training"),
                ),
                f"{found(generalise_against)} of the runs reach {RIGHT:.0%} test accuracy, "
                f"{found(generalise_shuffled)} with the waves shuffled, and {found(generalise_alone)} of the plain "
                "ones",
            ),
            *(
                _claim(
                    f"measures-more-choose-{name}",
                    f"With {weight:g} times its excluded loss subtracted, a frequency becomes a key frequency.",
                    AllOf(Above(chosen, HALF, "most seeds"), Below(by_chance, HALF, "the control")),
                    f"in {found(chosen)} of the seeds {ONE[0]} and {OTHER[0]} are key frequencies with their own loss "
                    f"and not with the other's; with the waves shuffled {ONE[0]} is one in {found(by_chance)}",
                )
                for name, weight, chosen, by_chance in (
                    ("lightly", LIGHT, chosen_lightly, by_chance_lightly),
                    ("heavily", HEAVY, chosen_heavily, by_chance_heavily),
                )
            ),
            _claim(
                "measures-more-other-frequencies",
                "With the excluded loss of all its key frequencies added, a model generalises by fewer of them than "
                "with the waves shuffled.",
                AllOf(Below(kept_though_forbidden, 0.0), Above(generalise_though_forbidden, HALF, "most runs")),
                f"the share of the plain run's key frequencies that are key again differs by "
                f"{found(kept_though_forbidden)} from that with the waves shuffled, and "
                f"{found(generalise_though_forbidden)} of the runs generalise",
            ),
        ),
        shown=(final_test_accuracy,),
        tables=_tables,
        caveats=f"A model that does not get {RIGHT:.0%} of the test set right in these steps may still have most of it "
        f"right. With {HEAVY:g} times a shuffled measure hardly anything may be learned, so that there the other "
        "frequency is the better control.",
    )
)
