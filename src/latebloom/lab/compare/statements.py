"""Published statements about optimisers and grokking, each with a rule: claims over the runs of one course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from latebloom.claims import Above, Below, Record, Statistic, SweepClaim, Undefined
from latebloom.claims.quantity import FEWEST_RUNS
from latebloom.claims.verdict import HALF
from latebloom.lab.compare.arms import QUANTITIES, Arms, learned_at
from latebloom.lab.compare.contestant import CONTESTANTS
from latebloom.lab.compare.contestants import BASELINE, NO_DECAY, PUBLISHED_BASELINE
from latebloom.lab.compare.course import Course, Extent
from latebloom.statistics import Estimate, ratio_of_medians, share

GROKFAST_TIMES = 39_890 / 790
"""README of Grokfast: 39 890 iterations of the baseline, 790 of Grokfast-MA."""

MUON_TIMES = 153.09 / 102.89
"""Tveit et al. 2025: the mean epoch of grokking, AdamW over Muon."""

ADVANTAGE = 1.25
"""A speed-up that matters in practice, as the statement "no advantage" denies it. Arbitrary: less than that is within
what another grid of learning rates would change."""

_HALFWAY = "the geometric middle between no effect and the published number"


def statements(course: Course, extent: Extent, counted: Callable[[Record], bool]) -> tuple[SweepClaim, ...]:
    """Every statement as a claim about the records of a course. counted: whether a run of fresh seeds counts."""

    def runs(records: Sequence[Record], name: str) -> list[Record]:
        found = [record for record in Arms(course, extent, records).fresh(name) if counted(record)]
        if len(found) < FEWEST_RUNS:
            raise Undefined(f"{len(found)} fresh runs of {CONTESTANTS[name].title}, and {FEWEST_RUNS} are needed")
        return found

    def speed_up(name: str, slow: str) -> Statistic:
        def compute(records: Sequence[Record]) -> Estimate:
            above, below = ([learned_at(record) for record in runs(records, one)] for one in (slow, name))
            return ratio_of_medians(above, below)

        fast_title, slow_title = CONTESTANTS[name].title, CONTESTANTS[slow].title
        formula = f"the median step of {slow_title} over that of {fast_title}, both until the test set stays learned,"
        return Statistic(_key(name), "times", formula, compute, QUANTITIES)

    def learning(name: str) -> Statistic:
        def compute(records: Sequence[Record]) -> Estimate:
            found = runs(records, name)
            return share(sum(learned_at(record) < float("inf") for record in found), len(found))

        formula = f"the share of the runs of {CONTESTANTS[name].title} that learn their test set"
        return Statistic(f"{_key(name)}_share", "share", formula, compute, QUANTITIES)

    def faster(id: str, sentence: str, place: str, published: str, name: str, slow: str, edge: float) -> SweepClaim:
        ratio = speed_up(name, slow)
        return _claim(id, sentence, place, published, Above(ratio, round(edge, 2), _HALFWAY), (ratio,), course)

    def no_advantage(name: str, place: str) -> SweepClaim:
        ratio, title = speed_up(name, BASELINE), CONTESTANTS[name].title
        sentence = f"Once both are tuned with the same budget, {title} has no advantage over AdamW."
        region = Below(ratio, ADVANTAGE, "arbitrary")
        return _claim(f"{name}-no-advantage", sentence, place, "no advantage", region, (ratio,), course)

    def without_decay(name: str, sentence: str) -> SweepClaim:
        own, control = learning(name), learning(NO_DECAY)
        place = "Prieto et al. 2025, arXiv 2501.04697"
        region = Above(own, HALF, "more often than not")
        return _claim(f"{name}-without-decay", sentence, place, "groks", region, (own, control), course)

    readme = "Lee et al. 2024, README of github.com/ironjr/grokfast"
    essential = "Essential AI 2025, essential.ai/blog/grokking, about Muon"
    return (
        faster(
            "grokfast-50-times",
            "With its published hyperparameters Grokfast-MA groks fifty times sooner than its published baseline.",
            readme,
            f"{GROKFAST_TIMES:.1f} times (39 890 → 790 iterations)",
            "grokfast-ma-published",
            PUBLISHED_BASELINE,
            GROKFAST_TIMES**0.5,
        ),
        faster(
            "muon-sooner",
            "Muon groks sooner than AdamW.",
            "Tveit et al. 2025, arXiv 2504.16041",
            f"{MUON_TIMES:.2f} times (153 → 103 epochs)",
            "muon",
            BASELINE,
            MUON_TIMES**0.5,
        ),
        without_decay("stablemax", "With StableMax the model groks without weight decay."),
        without_decay("orthograd", "With ⊥Grad the model groks without weight decay."),
        no_advantage("muon", essential),
        no_advantage("grokfast-ema", "asked here, as for Muon"),
        no_advantage("grokfast-ma", "asked here, as for Muon"),
        no_advantage("lion", "asked here, as for Muon"),
    )


def _claim(
    id: str,
    sentence: str,
    place: str,
    published: str,
    region: Above | Below,
    shown: tuple[Statistic, ...],
    course: Course,
) -> SweepClaim:
    return SweepClaim(
        id=id,
        sentence=sentence,
        place=place,
        published=published,
        region=region,
        finding="; ".join(f"{one.formula.rstrip(',')}: {_template(one)}" for one in shown),
        statistics=shown,
        system=f"compare-{course.name}",
    )


def _template(one: Any) -> str:
    number = ".0%" if one.unit == "share" else ".3g"
    return f"{{{one.name}:{number}}} ({{{one.name}.low:{number}}} to {{{one.name}.high:{number}}})"


def _key(name: str) -> str:
    return name.replace("-", "_")
