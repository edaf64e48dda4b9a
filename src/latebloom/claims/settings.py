"""Records grouped by a setting, and the statistics of how many of them grok."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from latebloom.claims.claim import Statistic
from latebloom.claims.learning import (
    final_test_accuracy,
    last_step,
    outcome,
    test_90_at,
    test_accuracy_at_three_quarters,
    test_learned_at,
    train_90_at,
)
from latebloom.claims.quantity import Undefined
from latebloom.claims.record import Record
from latebloom.claims.region import AtLeast, AtMost, Otherwise, Region
from latebloom.claims.verdict import MOST
from latebloom.statistics import GeneralisationTimes

FEWEST = 3
"""Fewest runs of one setting of which a share is taken. Arbitrary: one or two decide nothing."""

STILL_LEARNING = 0.05
"""Growth of test accuracy over the last quarter of a run from which on it is still learning. Arbitrary."""

Groups = Mapping[str, Sequence[Record]]


def grouped(records: Sequence[Record], *fields: str) -> dict[Any, list[Record]]:
    """The records by the values of these fields (the value itself for one field), in their order."""
    groups: dict[Any, list[Record]] = {}
    for record in records:
        values = tuple(record.setting(field) for field in fields)
        groups.setdefault(values[0] if len(fields) == 1 else values, []).append(record)
    return groups


def memorised(records: Sequence[Record]) -> list[Record]:
    """The runs that had most of their train set right (`RIGHT`) at some step."""
    return [record for record in records if record.value(train_90_at.name) is not None]


def generalised(record: Record) -> bool:
    """Whether the run had most of its test set right (`RIGHT`) at some step."""
    return record.value(test_90_at.name) is not None


def share_generalised(records: Sequence[Record]) -> float:
    """The share of the runs that generalised, 0 to 1."""
    return sum(map(generalised, records)) / len(records)


def share_grokked(records: Sequence[Record]) -> float:
    """The share of the runs that grokked, 0 to 1."""
    return sum(record.value(outcome.name) == "grokked" for record in records) / len(records)


def generalisation_times(records: Sequence[Record]) -> GeneralisationTimes:
    """When each run learned its test set (`LEARNED_ACCURACY`), censored at its last step where it did not."""
    return GeneralisationTimes.of(
        [record.value(test_learned_at.name) for record in records], [record.value(last_step.name) for record in records]
    )


def _right(records: Sequence[Record], quantity: str) -> float:
    """The median over runs of a test accuracy; 0 where there is no test set."""
    return median(record.value(quantity) or 0.0 for record in records)


def gain_in_last_quarter(records: Sequence[Record]) -> float:
    """Growth of the median test accuracy over the last quarter of the steps."""
    return _right(records, final_test_accuracy.name) - _right(records, test_accuracy_at_three_quarters.name)


_QUANTITIES = tuple(
    one.name for one in (outcome, train_90_at, final_test_accuracy, test_accuracy_at_three_quarters, last_step)
)


@dataclass(frozen=True)
class Grokking:
    """How many runs grok: statistics named with a prefix, the region in which enough do, and the template.

    choose: the runs that are judged, with the name of their setting; raises `Undefined` where they are too few.
    text: which runs those are, as a noun phrase.
    """

    prefix: str
    text: str
    choose: Callable[[Sequence[Record]], tuple[str, Sequence[Record]]]

    def _statistic(self, name: str, unit: str, formula: str, compute: Callable[[Sequence[Record]], Any]) -> Statistic:
        return Statistic(
            f"{self.prefix}_{name}", unit, formula, lambda records: compute(self.choose(records)[1]), _QUANTITIES
        )

    @property
    def share(self) -> Statistic:
        """The share of the runs that grok."""
        return self._statistic("share", "share", f"the share of {self.text} that grok", share_grokked)

    @property
    def gain(self) -> Statistic:
        """What their test accuracy gains at the end."""
        formula = "the gain of their median test accuracy in the last quarter of the steps"
        return self._statistic("gain", "share", formula, gain_in_last_quarter)

    @property
    def statistics(self) -> tuple[Statistic, ...]:
        """All of them, in the order of the template."""
        setting = Statistic(
            f"{self.prefix}_setting", "", "the setting", lambda records: self.choose(records)[0], _QUANTITIES
        )
        return (
            self.share,
            self.gain,
            setting,
            self._statistic("runs", "runs", f"the number of {self.text}", len),
            self._statistic("memorised", "runs", "how many of them memorise", lambda runs: len(memorised(runs))),
            self._statistic(
                "steps", "steps", "their last step", lambda runs: max(r.value(last_step.name) for r in runs)
            ),
            self._statistic(
                "right", "share", "their median test accuracy", lambda runs: _right(runs, final_test_accuracy.name)
            ),
        )

    @property
    def region(self) -> Region:
        """Enough runs grok."""
        return AtLeast(self.share, MOST, "arbitrary")

    @property
    def provided(self) -> Region:
        """Runs that grok in too small a number decide nothing while they are still learning."""
        return Otherwise(self.region, AtMost(self.gain, STILL_LEARNING, "arbitrary; more means that they still learn"))

    @property
    def finding(self) -> str:
        """The statistics in words, as a template."""
        share, gain, setting, runs, memorise, steps, right = (one.name for one in self.statistics)
        return (
            f"{{{setting}}}: {{{memorise}:.0f}} of {{{runs}:.0f}} runs memorise and {{{share}:.0%}} grok within "
            f"{{{steps}:.0f}} steps; they end with a median test accuracy of {{{right}:.0%}}, {{{gain}:.0%}} of it "
            "from "
            "the last quarter of the steps"
        )


def best_setting(of: str, groups: Groups) -> tuple[str, Sequence[Record]]:
    """The setting at which most runs grok, among equals the one with the largest final test accuracy.

    of: what all runs have in common. Errors: Undefined where no setting has `FEWEST` runs.
    """
    enough = {name: records for name, records in groups.items() if len(records) >= FEWEST}
    if not enough:
        raise Undefined(f"needs {FEWEST} runs {of} that differ in their seed alone")
    best = max(enough, key=lambda name: (share_grokked(enough[name]), _right(enough[name], final_test_accuracy.name)))
    return f"{best} (best of {len(enough)} settings)", enough[best]
