"""Why three to six frequencies and not one or twenty: how many win, against p, width, weight decay and data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from latebloom.claims import Record
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.embedding import key_frequencies
from latebloom.claims.learning import RIGHT, final_test_accuracy
from latebloom.claims.region import Above, AllOf, Below, Between
from latebloom.claims.settings import grouped, right_at_end, share_of
from latebloom.statistics import Estimate, mean
from latebloom.studies.asked import asked
from latebloom.studies.growth import exponents
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import FRESH_SEED, small
from latebloom.studies.texts import found, shown
from latebloom.studies.winners import winners
from latebloom.sweeps.spec import Spec

STEPS = 2000

FIRST = FRESH_SEED + 400
"""The first seed: what led to these rules was seen on seeds before it."""

HARDLY = 0.25
"""The largest exponent that counts as hardly any dependence: twice the setting changes the number by less than a fifth.
Arbitrary."""

HARDLY_DATA = 0.5
"""The same for the share of the pairs, which varies less. Arbitrary."""

AXES = {
    "task.p": (23.0, 31.0, 43.0),
    "model.d_model": (32.0, 64.0, 128.0),
    "model.d_mlp": (128.0, 64.0, 256.0),
    "optimiser.weight_decay": (1.0, 0.5, 2.0),
    "data.fraction": (0.8, 0.6, 0.95),
}
"""The values of each setting. The first one is that of all runs in which another setting varies."""

NAMES = {
    "task.p": "p",
    "model.d_model": "d_model",
    "model.d_mlp": "neurons",
    "optimiser.weight_decay": "weight decay",
    "data.fraction": "share of the pairs",
}


def _along(records: Sequence[Record], field: str) -> list[Record]:
    """The runs in which no other setting than this one varies."""
    return [run for run in records if all(run.setting(one) == AXES[one][0] for one in AXES if one != field)]


def _number(record: Record) -> float | None:
    """How many frequencies win; None for a run that does not generalise, or without a key frequency."""
    return float(len(winners(record))) or None if right_at_end(record) else None


def _exponent(field: str) -> Statistic:
    """How the number grows with one setting."""
    values = ", ".join(f"{value:g}" for value in sorted(AXES[field]))

    @statistic(
        "",
        f"the exponent a of the number of key frequencies ~ ({NAMES[field]})^a, at {values}, in the mean over seeds "
        f"whose runs all have {RIGHT:.0%} test accuracy at the end and a key frequency,",
        key_frequencies,
        final_test_accuracy,
        name=f"exponent_of_{field.partition('.')[2]}",
    )
    def exponent(records: Sequence[Record]) -> Estimate:
        return mean(exponents(_along(records, field), _number, len(AXES[field]), field))

    return exponent


_EXPONENTS = {field: _exponent(field) for field in AXES}


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    rows = []
    for field, name in NAMES.items():
        for value, runs in sorted(grouped(_along(records, field), field).items()):
            counts = [_number(run) for run in runs]
            right = shown(share_of(runs, right_at_end))
            rows.append((name, f"{value:g}", str(len(runs)), right, shown(mean(counts), "{:.1f}")))
    columns = ("setting", "value", "runs", f"{RIGHT:.0%} test accuracy at the end", "key frequencies of these, mean")
    return (Table("How many frequencies win", columns, rows),)


def _runs(count: int) -> tuple[Spec, ...]:
    """The usual settings, and each other value of one of them."""
    usual = small(count, STEPS, first=FIRST)
    others = {field.replace(".", "__"): tuple(f"{value:g}" for value in values[1:]) for field, values in AXES.items()}
    return (usual, *(small(count, STEPS, first=FIRST, **{field: values}) for field, values in others.items()))


def _grows(field: str) -> str:
    return f"the exponent a of {NAMES[field]} is {found(_EXPONENTS[field], '.2f')}"


def _hardly(field: str, most: float) -> Between:
    return Between(_EXPONENTS[field], -most, most, "arbitrary")


_claim = partial(asked, "key-counts")
_P, _DECAY = _EXPONENTS["task.p"], _EXPONENTS["optimiser.weight_decay"]
_WIDTHS = ("model.d_model", "model.d_mlp")

STUDIES.register(
    Study(
        name="key-counts",
        title="How many frequencies win?",
        question="Why do three to six frequencies win, and not one or twenty?",
        place='W, "Future Directions"',
        hypothesis="The more answers there are to tell apart, the more frequencies win.",
        design=f"x + y mod p in the small transformer, {STEPS} steps. One setting at a time takes two other values: p, "
        "the width of the residual stream, the number of neurons, weight decay, and the share of the pairs. The "
        "number of key frequencies at the end is counted, and its exponent is fitted in each seed.",
        control="The same seeds run at all values, so that what a seed has many of counts at each of them. An exponent "
        "of 0 is no dependence, 1 is growth in proportion. Only seeds that generalise at all values of a setting "
        "count, since a run that has not yet generalised has no settled number.",
        power="The full budget has 20 seeds (220 runs), the quick one 8 (88). The number of winners varies by a third "
        "from run to run, so that an exponent is told by 20 seeds to within about 0.3 for p, 0.15 for the widths and "
        "for weight decay, and 0.4 for data, which varies least; by 8 seeds to within 1.6 times as much, which is too "
        "wide to say that the number hardly depends on data.",
        changes="A wider range of each setting, p = 113 above all; longer training, in which frequencies that have "
        "formed may still die out; settings that vary together.",
        runs={"quick": _runs(8), "full": _runs(20)},
        claims=(
            _claim(
                "counts-p",
                "More frequencies win at a larger p.",
                Above(_P, 0.0),
                _grows("task.p"),
            ),
            _claim(
                "counts-p-slowly",
                "How many frequencies win grows more slowly than in proportion to p, if at all.",
                Below(_P, 1.0, "in proportion"),
                _grows("task.p"),
            ),
            _claim(
                "counts-weight-decay",
                "Fewer frequencies win with a stronger weight decay.",
                Below(_DECAY, 0.0),
                _grows("optimiser.weight_decay"),
            ),
            _claim(
                "counts-width",
                "How many frequencies win hardly depends on the width of the model.",
                AllOf(*(_hardly(field, HARDLY) for field in _WIDTHS)),
                "; ".join(map(_grows, _WIDTHS)),
            ),
            _claim(
                "counts-data",
                "How many frequencies win hardly depends on the amount of data.",
                _hardly("data.fraction", HARDLY_DATA),
                _grows("data.fraction"),
            ),
        ),
        tables=_tables,
        otherwise="No more frequencies win where there are more answers to tell apart, as far as p goes here.",
        caveats="The small model has one to three key frequencies. The write-up's three to six are those of a wider "
        "model at p = 113, outside the range that is fitted here. A key frequency is one with a cluster of at least "
        "1 % of the neurons: one neuron suffices where there are few, and three are needed among many. Seeds in which "
        "a run does not generalise in time, or ends without a key frequency, are left out of that setting. All five "
        "exponents share the runs with the usual settings, which have fewer key frequencies here than runs with these "
        "settings in `transplants`, `tickets` and `ticket-predictors`, so that each of them is likely to be too large; "
        "with those runs p's is about half of it. A larger p also has more inputs and more pairs to train on, and not "
        "only more answers.",
    )
)
