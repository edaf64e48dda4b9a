"""Claims about skip trigrams by intervention: one half, QK or OV, is ideal, or keeps its initial value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from latebloom.analysis import Analysis
from latebloom.claims.causes import Arm, freezes, intervenes, runs_of, speed_up, values_of
from latebloom.claims.claim import Statistic, SweepClaim, register, statistic
from latebloom.claims.quantity import Quantity, once, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import AllOf, AtLeast, Below
from latebloom.claims.verdict import HALF
from latebloom.models import HALVES
from latebloom.statistics import Estimate, share
from latebloom.tasks import SkipTrigrams

if TYPE_CHECKING:
    from latebloom.circuits.skip_trigrams.trigrams import Trigram


_PLACE = 'W, "Speculation: Phase Changes Are Inherent to Composition"; by intervention'
_SYSTEM = "reinforcement-trigrams"
_HALF = 0.5


@once
def _trigrams(analysis: Analysis) -> list[Trigram]:
    from latebloom.circuits.skip_trigrams import end_tables
    from latebloom.circuits.skip_trigrams.trigrams import own_strengths

    snapshot = analysis.final
    return own_strengths(end_tables(snapshot.model, snapshot.task_as(SkipTrigrams)))


@quantity("", "the mean QK score of the ten triggers at the end, over that of the tokens 0 … 9")
def trigram_qk_at_end(analysis: Analysis) -> float:
    return float(np.mean([trigram.qk for trigram in _trigrams(analysis)]))


@quantity("nats", "the mean lead of its answer that a trigger writes at the end")
def trigram_ov_at_end(analysis: Analysis) -> float:
    return float(np.mean([trigram.ov for trigram in _trigrams(analysis)]))


_PLAIN = intervenes(None, kind="transformer")
_NAMES = {"qk": "QK", "ov": "OV"}


def _ideal(half: str) -> Statistic:
    arm = freezes(*HALVES[half], kind="half_planted_trigrams", half=half)
    return speed_up(f"ideal_{half}_time", arm, _PLAIN, f"with an ideal {_NAMES[half]} half that is not trained")


def _frozen_time(half: str) -> Statistic:
    text = f"in which the weights of the {_NAMES[half]} half keep their initial values"
    return speed_up(f"frozen_{half}_time", freezes(*HALVES[half], kind="transformer"), _PLAIN, text)


def _forms(half: str, frozen: str, one: Quantity) -> Statistic:
    """The share of runs in which a half forms where the other one is frozen."""
    arm: Arm = freezes(*HALVES[frozen], kind="transformer")
    text = f"in which the weights of the {_NAMES[frozen]} half keep their initial values"

    def compute(records: Sequence[Record]) -> Estimate:
        usual = float(np.median(values_of(runs_of(records, _PLAIN, "without intervention"), one)))
        values = values_of(runs_of(records, arm, text), one)
        return share(sum(value >= _HALF * usual for value in values), len(values))

    formula = (
        f"among the runs {text}, the share of those whose {_NAMES[half]} half reaches half of its median in plain runs"
    )
    return statistic("share", formula, one, name=f"{half}_forms_without_{frozen}")(compute)


_IDEAL = {half: _ideal(half) for half in HALVES}
_FROZEN = {half: _frozen_time(half) for half in HALVES}
_OV_FORMS = _forms("ov", "qk", trigram_ov_at_end)
_QK_FORMS = _forms("qk", "ov", trigram_qk_at_end)

for _half, _name in _NAMES.items():
    _ideal_name, _frozen_name = _IDEAL[_half].name, _FROZEN[_half].name
    register(
        SweepClaim(
            id=f"trigrams-ideal-{_half}-no-plateau",
            sentence=f"With an ideal {_name} half of the skip trigrams from the start the plateau of the loss is gone; "
            "with the same weights kept at random values it is not.",
            place=_PLACE,
            published="a speculation",
            region=AllOf(
                Below(_IDEAL[_half], _HALF, "less than half the time, arbitrary"),
                AtLeast(_FROZEN[_half], _HALF, "arbitrary"),
            ),
            finding=f"half of guessing is reached in {{{_ideal_name}:.2f}} times the steps ({{{_ideal_name}.low:.2f}} "
            f"to {{{_ideal_name}.high:.2f}})",
            statistics=(_IDEAL[_half], _FROZEN[_half]),
            system=_SYSTEM,
            figure="training-curve",
        )
    )

register(
    SweepClaim(
        id="trigrams-ov-needs-qk",
        sentence="Where the QK half of the skip trigrams keeps its initial value, the OV half does not form.",
        place=_PLACE,
        published="a speculation",
        region=Below(_OV_FORMS, HALF, "not in most runs"),
        finding=f"the OV half forms in {{{_OV_FORMS.name}:.0%}} of the runs",
        statistics=(_OV_FORMS,),
        system=_SYSTEM,
        figure="training-curve",
    ),
    SweepClaim(
        id="trigrams-qk-needs-ov",
        sentence="Where the OV half of the skip trigrams keeps its initial value, the QK half does not form.",
        place=_PLACE,
        published="a speculation",
        region=Below(_QK_FORMS, HALF, "not in most runs"),
        finding=f"the QK half forms in {{{_QK_FORMS.name}:.0%}} of the runs",
        statistics=(_QK_FORMS,),
        system=_SYSTEM,
        figure="training-curve",
    ),
)
