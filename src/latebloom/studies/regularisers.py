"""Regularisers: which circuit do dropout, L1 and others leave behind, where weight decay leaves a Fourier circuit?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import fmean

from latebloom.claims import Record
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.clock_or_pizza import symmetricity
from latebloom.claims.embedding import MOST_ENERGY
from latebloom.claims.learning import RIGHT, final_test_accuracy
from latebloom.claims.neurons import clustered_fraction
from latebloom.claims.quantity import Quantity, percent
from latebloom.claims.region import Above, AllOf, Below
from latebloom.claims.settings import share_of
from latebloom.claims.verdict import HALF
from latebloom.statistics import Estimate, median_estimate
from latebloom.studies.asked import asked
from latebloom.studies.logit_waves import logit_waves, logit_waves_other_sign, weights_gini
from latebloom.studies.steps import paired
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import SMALL_P, UNSEEN_SEED, small
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec

STEPS = 3000

FIRST = UNSEEN_SEED + 200
"""The first seed."""

NOTICEABLE = 0.1
"""A difference that is worth a sentence. Arbitrary."""

MANY = (SMALL_P - 1) / 4
"""Half of the frequencies that there are. A table of right answers, all alike, has equal parts of all of them."""

DECAY, L2, NORM, L1, DROPOUT, NONE = "weight decay", "L2", "a constant norm", "L1", "dropout", "nothing"

ARMS: Mapping[str, tuple[str, ...]] = {
    DECAY: (),
    L2: ("--optimiser.name", "adam", "--optimiser.weight_decay", "0.001"),
    NORM: ("--optimiser.name", "norm_constrained", "--optimiser.weight_decay", "0"),
    L1: ("--optimiser.weight_decay", "0", "--optimiser.l1", "0.0001"),
    DROPOUT: ("--optimiser.weight_decay", "0", "--training.dropout", "0.1"),
    NONE: ("--optimiser.weight_decay", "0"),
}
"""What keeps the weights small, and its settings."""

OTHERS = (L2, NORM, L1, DROPOUT)


def _arm(record: Record) -> str:
    """What regularises a run."""
    name = record.setting("optimiser.name")
    if name != "adamw":
        return L2 if name == "adam" else NORM
    if record.setting("training.dropout"):
        return DROPOUT
    if record.setting("optimiser.l1"):
        return L1
    return DECAY if record.setting("optimiser.weight_decay") else NONE


def _of(records: Sequence[Record], arm: str) -> list[Record]:
    return [record for record in records if _arm(record) == arm]


def _right(record: Record) -> bool:
    return (record.value(final_test_accuracy.name) or 0.0) >= RIGHT


def _general(records: Sequence[Record], arm: str) -> dict[int, Record]:
    """The runs of an arm that generalise, by seed."""
    return {run.setting("model.seed"): run for run in _of(records, arm) if _right(run)}


def _waves(record: Record) -> float | None:
    """The share of the logits' variance that all waves explain together."""
    shares = record.value(logit_waves.name)
    return None if shares is None else sum(shares)


def _number(record: Record) -> float | None:
    """How many frequencies hold `MOST_ENERGY` of the logits' waves."""
    shares = sorted(record.value(logit_waves.name) or (), reverse=True)
    goal = MOST_ENERGY * sum(shares)
    return next((float(n) for n in range(1, len(shares) + 1) if sum(shares[:n]) >= goal), None)


_THOSE = f"in the median over the runs with {percent(RIGHT)} test accuracy at the end,"


def _median(
    arm: str, unit: str, words: str, one: Quantity, value: Callable[[Record], float | None], name: str
) -> Statistic:
    @statistic(
        unit, f"{words} with {arm}, {_THOSE}", one, final_test_accuracy, name=f"{name}_{arm.split()[-1].lower()}"
    )
    def median(records: Sequence[Record]) -> Estimate:
        return median_estimate([value(run) for run in _general(records, arm).values()])

    return median


def _value(of: Quantity, record: Record) -> float | None:
    value: float | None = record.value(of.name)
    return value


_REGULAR = (DECAY, *OTHERS)
WAVES = {
    arm: _median(
        arm, "share", "the share of the logits' variance that cos w(x + y - z) explains", logit_waves, _waves, "waves"
    )
    for arm in _REGULAR
}
NUMBER = {
    arm: _median(
        arm,
        "frequencies",
        f"the smallest number of frequencies that hold {percent(MOST_ENERGY)} of these waves",
        logit_waves,
        _number,
        "number",
    )
    for arm in _REGULAR
}
CLUSTERED = {
    arm: _median(
        arm, "share", clustered_fraction.formula, clustered_fraction, partial(_value, clustered_fraction), "clustered"
    )
    for arm in _REGULAR
}


@statistic(
    "share",
    "the share of the logits' variance that cos w(x - y - z) explains, in the median over all of these runs,",
    logit_waves_other_sign,
    final_test_accuracy,
)
def waves_of_the_difference(records: Sequence[Record]) -> Estimate:
    known = [run for arm in _REGULAR for run in _general(records, arm).values()]
    return median_estimate([run.value(logit_waves_other_sign.name) for run in known])


@statistic(
    "share",
    "the share of the logits' variance that cos w(x + y - z) explains without a regulariser, in the median over runs,",
    logit_waves,
)
def waves_of_nothing(records: Sequence[Record]) -> Estimate:
    return median_estimate([_waves(run) for run in _of(records, NONE)])


def _distribution(record: Record) -> list[float]:
    """The logits' waves by frequency, as shares of their sum."""
    shares = [max(share, 0.0) for share in record.value(logit_waves.name)]
    return [share / sum(shares) for share in shares]


def _overlap(one: Record, other: Record) -> float:
    return sum(map(min, _distribution(one), _distribution(other)))


def _kept(arm: str) -> Statistic:
    @statistic(
        "share",
        f"the overlap Σ min(a, b) of the logits' waves by frequency with {arm} and with {DECAY} from the same seed, "
        f"less the mean of that with {DECAY} from all other seeds, in the median over seeds at which both have "
        f"{percent(RIGHT)} test accuracy at the end,",
        logit_waves,
        final_test_accuracy,
        name=f"kept_{arm.split()[-1].lower()}",
    )
    def kept(records: Sequence[Record]) -> Estimate:
        runs, decayed = _general(records, arm), _general(records, DECAY)
        beyond = []
        for seed in runs.keys() & decayed.keys():
            others = [_overlap(runs[seed], run) for at, run in decayed.items() if at != seed]
            if others:
                beyond.append(_overlap(runs[seed], decayed[seed]) - fmean(others))
        return median_estimate(beyond)

    return kept


KEPT = {arm: _kept(arm) for arm in OTHERS}


def _sparser(arm: str) -> Statistic:
    @statistic(
        "",
        f"{weights_gini.formula} with {arm} less that with {DECAY} from the same seed, in the median over seeds at "
        f"which both have {percent(RIGHT)} test accuracy at the end,",
        weights_gini,
        final_test_accuracy,
        name=f"sparser_{arm.split()[-1].lower()}",
    )
    def sparser(records: Sequence[Record]) -> Estimate:
        pairs = paired(_general(records, arm), _general(records, DECAY))
        return median_estimate([one.value(weights_gini.name) - two.value(weights_gini.name) for one, two in pairs])

    return sparser


SPARSER = {arm: _sparser(arm) for arm in (L1, DROPOUT)}


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    rows = []
    for arm in ARMS:
        runs = _of(records, arm)
        known = runs if arm == NONE else list(_general(records, arm).values())

        def of(value: Callable[[Record], float | None], form: str = "{:.0%}", known: list[Record] = known) -> str:
            return shown(median_estimate([value(run) for run in known]), form)

        rows.append(
            (
                arm,
                str(len(runs)),
                shown(share_of(runs, _right)),
                of(partial(_value, final_test_accuracy)),
                of(_waves),
                of(_number, "{:.0f}"),
                of(partial(_value, clustered_fraction)),
                of(partial(_value, weights_gini), "{:.2f}"),
                of(partial(_value, symmetricity), "{:.2f}"),
            )
        )
    columns = (
        *("regulariser", "runs", f"{RIGHT:.0%} test accuracy at the end", "test accuracy at the end"),
        *("logits that are waves of x + y - z", f"frequencies that hold {MOST_ENERGY:.0%} of these"),
        *("neurons of one frequency", "Gini coefficient of the weights", "gradient symmetricity (0: clock, 1: pizza)"),
    )
    return (
        Table(
            "What is left, in the median over the runs that generalise, and without a regulariser over all",
            columns,
            rows,
        ),
    )


def _runs(count: int) -> tuple[Spec, ...]:
    return tuple(small(count, STEPS, *settings, first=FIRST) for settings in ARMS.values())


def _each(of: Mapping[str, Statistic], form: str = ".0%") -> str:
    return ", ".join(f"{found(one, form)} with {arm}" for arm, one in of.items())


_claim = partial(asked, "regularisers")

STUDIES.register(
    Study(
        name="regularisers",
        title="What other regularisers leave behind",
        question="Which circuit do dropout, L1 and other regularisers leave behind?",
        place='W, "Future Directions"',
        hypothesis="Whatever keeps its weights small, a model of x + y that generalises has logits of a few waves "
        "cos w(x + y - z).",
        otherwise="Not every regulariser leaves logits of a few waves cos w(x + y - z).",
        design=f"x + y mod {SMALL_P} in the small transformer, {STEPS} steps, with weight decay, with L2, with the "
        "norm of the weights held, with L1, with dropout, and with nothing; the same seeds with each. The waves are "
        "looked for in the logits at every frequency, since without clusters the neurons name no key frequencies.",
        control="Waves of the difference, cos w(x - y - z); models without a regulariser, which remember; for the "
        f"number of frequencies a table of answers, of which {percent(MOST_ENERGY)} takes nearly all "
        f"{(SMALL_P - 1) // 2}; for the frequencies that win, those of weight decay from other seeds.",
        power="The full budget has 20 seeds (120 runs), the quick one 8 (48). The interval of a median of 20 runs lies "
        "about between the sixth and the fifteenth, that of 8 is nearly their range.",
        changes="Other strengths, since each arm has one, which was chosen on other seeds for generalising at all; "
        "p = 113; regularisers together.",
        runs={"quick": _runs(8), "full": _runs(20)},
        claims=(
            _claim(
                "regularisers-waves",
                "With each regulariser the logits are mostly waves cos w(x + y - z), of fewer than half of the "
                "frequencies.",
                AllOf(
                    *(Above(WAVES[arm], HALF, "most of them") for arm in OTHERS),
                    *(Below(NUMBER[arm], MANY, "half of the frequencies") for arm in OTHERS),
                    Below(waves_of_the_difference, HALF, "the control"),
                    Below(waves_of_nothing, HALF, "the control"),
                ),
                f"the waves explain {_each(WAVES)}; without a regulariser {found(waves_of_nothing)}. "
                f"{found(NUMBER[L1], '.0f')} frequencies hold most of them with L1, "
                f"{found(NUMBER[DROPOUT], '.0f')} with dropout",
                more=(WAVES[DECAY],),
            ),
            _claim(
                "regularisers-neurons-of-one-frequency",
                "Most neurons belong to one frequency with weight decay and with a constant norm, and few do with L1 "
                "and with dropout.",
                AllOf(
                    *(Above(CLUSTERED[arm], HALF, "most of them") for arm in (DECAY, NORM)),
                    *(Below(CLUSTERED[arm], HALF, "less than half") for arm in (L1, DROPOUT)),
                ),
                f"in a cluster are {_each(CLUSTERED)}",
                more=(CLUSTERED[L2],),
            ),
            _claim(
                "regularisers-same-frequencies",
                "With each regulariser the frequencies that win are those of weight decay from the same seed, more "
                "than those of other seeds.",
                AllOf(*(Above(KEPT[arm], NOTICEABLE, "noticeably more") for arm in OTHERS)),
                f"the overlap with the same seed is larger by {_each(KEPT)}",
            ),
            _claim(
                "regularisers-l1-sparse",
                "L1 leaves sparser weights than weight decay does.",
                AllOf(
                    Above(SPARSER[L1], NOTICEABLE, "noticeably sparser"),
                    Below(SPARSER[DROPOUT], NOTICEABLE, "the control"),
                ),
                f"the Gini coefficient of the weights is larger by {_each(SPARSER, '.2f')}",
            ),
        ),
        shown=(symmetricity,),
        tables=_tables,
        caveats="Four pilot runs of each arm with other seeds had been seen when the rules were written, and none "
        "without a regulariser. Of the first claim the control is what is undecided: those models do not generalise, "
        "and yet about half of what varies in their logits is waves of x + y - z, so that they have a part of the "
        "circuit rather than none.",
    )
)
