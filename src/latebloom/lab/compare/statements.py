"""Published statements about optimisers and grokking, each with a rule: claims over the runs of one course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from latebloom.claims import Above, AllOf, Below, Record, Statistic, SweepClaim, Undefined
from latebloom.claims.claim import compared
from latebloom.claims.quantity import FEWEST_RUNS
from latebloom.claims.verdict import HALF
from latebloom.lab.compare.arms import QUANTITIES, Arms, learned_at, speed_up
from latebloom.lab.compare.contestant import CONTESTANTS
from latebloom.lab.compare.contestants import BASELINE, MUON, NO_DECAY, PUBLISHED_BASELINE
from latebloom.lab.compare.course import Course, Extent
from latebloom.statistics import Estimate, share

GROKFAST_TIMES = 39_890 / 790
"""README of Grokfast: 39 890 iterations of the baseline, 790 of Grokfast-MA."""

MUON_TIMES = 153.09 / 102.89
"""Tveit et al. 2025: the mean epoch of grokking, AdamW over Muon."""

ADVANTAGE = 1.25
"""A speed-up that matters in practice, as the statement "no advantage" denies it. Arbitrary: less than that is within
what another grid of learning rates would change."""

ASKED_HERE = "asked here, as it was of Muon"
"""The place of a statement that nobody published."""

ALIKE = {GROKFAST_TIMES: 2.0, MUON_TIMES: ADVANTAGE}
"""By what factor a ratio may differ from the published one and still be about as large. Arbitrary."""


_README = (
    "Lee et al. 2024, README of github.com/ironjr/grokfast",
    f"{GROKFAST_TIMES:.1f} times (39 890 → 790 iterations)",
)
_TVEIT = ("Tveit et al. 2025, arXiv 2504.16041", f"{MUON_TIMES:.2f} times (153 → 103 epochs)")
_ESSENTIAL = ("Essential AI 2025, essential.ai/blog/grokking, about Muon", "no advantage")
_PRIETO = ("Prieto et al. 2025, arXiv 2501.04697", "groks")


def statements(course: Course, extent: Extent, counted: Callable[[Record], bool]) -> tuple[SweepClaim, ...]:
    """Every statement as a claim about the records of a course. counted: whether a run of fresh seeds counts."""
    on = _Statements(course, extent, counted)
    grokfast = ("grokfast-ma-published", PUBLISHED_BASELINE)
    its = "With its published hyperparameters Grokfast-MA groks"
    return (
        on.sooner(*grokfast, f"{its} sooner than its published baseline.", *_README),
        on.about(*grokfast, GROKFAST_TIMES, f"{its} about fifty times sooner than its published baseline.", *_README),
        on.sooner(MUON, BASELINE, "Muon groks sooner than AdamW.", *_TVEIT),
        on.about(MUON, BASELINE, MUON_TIMES, f"Muon groks about {MUON_TIMES:.1f} times as soon as AdamW.", *_TVEIT),
        on.without_decay(
            "stablemax", "With StableMax the model groks without weight decay, and with cross-entropy it does not."
        ),
        on.without_decay(
            "orthograd", "With ⊥Grad the model groks without weight decay, and with AdamW alone it does not."
        ),
        on.no_advantage(MUON, *_ESSENTIAL),
        on.no_advantage("grokfast-ema"),
        on.no_advantage("grokfast-ma"),
        on.no_advantage("lion"),
    )


@dataclass(frozen=True)
class _Statements:
    """What is stated of contestants, as claims about the records of a course."""

    course: Course
    extent: Extent
    counted: Callable[[Record], bool]

    def sooner(self, name: str, slow: str, sentence: str, place: str, published: str) -> SweepClaim:
        region = Above(self._sooner_than(name, slow), 1.0)
        return self._claim(f"{name}-sooner", sentence, place, published, region)

    def about(self, name: str, slow: str, times: float, sentence: str, place: str, published: str) -> SweepClaim:
        ratio, factor = self._sooner_than(name, slow), ALIKE[times]
        because = f"the published number by a factor of {factor:g}, arbitrary"
        region = AllOf(Above(ratio, round(times / factor, 2), because), Below(ratio, round(times * factor, 2), because))
        return self._claim(f"{name}-as-much", sentence, place, published, region)

    def no_advantage(self, name: str, place: str = ASKED_HERE, published: str = "–") -> SweepClaim:
        sentence = (
            f"Once both are tuned with the same budget, {CONTESTANTS[name].title} has no advantage over AdamW that "
            f"matters: it is not {ADVANTAGE:g} times as soon."
        )
        region = Below(self._sooner_than(name, BASELINE), ADVANTAGE, "arbitrary")
        return self._claim(f"{name}-no-advantage", sentence, place, published, region)

    def without_decay(self, name: str, sentence: str) -> SweepClaim:
        region = AllOf(
            Above(self._learning(name), HALF, "more often than not"),
            Below(self._learning(NO_DECAY), HALF, "more often than not it does not"),
        )
        return self._claim(f"{name}-without-decay", sentence, *_PRIETO, region)

    def _runs(self, records: Sequence[Record], name: str) -> list[Record]:
        found = [record for record in Arms(self.course, self.extent, records).fresh(name) if self.counted(record)]
        if len(found) < FEWEST_RUNS:
            raise Undefined(f"{len(found)} fresh runs of {CONTESTANTS[name].title}, and {FEWEST_RUNS} are needed")
        return found

    def _sooner_than(self, name: str, slow: str) -> Statistic:
        def compute(records: Sequence[Record]) -> Estimate:
            return speed_up(self._runs(records, slow), self._runs(records, name))

        fast_title, slow_title = CONTESTANTS[name].title, CONTESTANTS[slow].title
        formula = f"the median step of {slow_title} over that of {fast_title}, both until the test set stays learned,"
        return Statistic(_key(name), "times", formula, compute, QUANTITIES)

    def _learning(self, name: str) -> Statistic:
        def compute(records: Sequence[Record]) -> Estimate:
            found = self._runs(records, name)
            return share(sum(learned_at(record) < float("inf") for record in found), len(found))

        formula = f"the share of the runs of {CONTESTANTS[name].title} that learn their test set"
        return Statistic(f"{_key(name)}_share", "share", formula, compute, QUANTITIES)

    def _claim(self, id: str, sentence: str, place: str, published: str, region: Above | Below | AllOf) -> SweepClaim:
        statistics = compared(region)
        return SweepClaim(
            id=id,
            sentence=sentence,
            place=place,
            published=published,
            region=region,
            finding="; ".join(f"{one.formula.rstrip(',')}: {_template(one)}" for one in statistics),
            statistics=statistics,
            system=f"compare-{self.course.name}",
        )


def _template(one: Statistic) -> str:
    number = ".0%" if one.unit == "share" else ".3g"
    return f"{{{one.name}:{number}}} ({{{one.name}.low:{number}}} to {{{one.name}.high:{number}}})"


def _key(name: str) -> str:
    return name.replace("-", "_")
