"""Records grouped by a setting, and the statistics of how many of them grok."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

from latebloom.claims.claim import Statistic
from latebloom.claims.learning import (
    RIGHT,
    final_test_accuracy,
    last_step,
    outcome,
    test_90_at,
    test_accuracy_at_three_quarters,
    test_learned_at,
    train_90_at,
)
from latebloom.claims.quantity import FEWEST_RUNS, Undefined
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AtMost, Otherwise, Region
from latebloom.claims.verdict import HALF
from latebloom.statistics import LEVEL, Estimate, GeneralisationTimes, share

MORE_OFTEN = "more often than not"

STILL_LEARNING = 0.05
"""Growth of test accuracy over the last quarter of a run from which on it is still learning. Arbitrary: at that pace a
run needs five more of its lengths to learn the whole test set."""

Groups = Mapping[str, Sequence[Record]]


class Chosen(NamedTuple):
    """The runs that are judged, the name of their setting, and the number of settings that they are the best of."""

    setting: str
    runs: Sequence[Record]
    tried: int = 1


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


def right_at_end(record: Record) -> bool:
    """Whether the run ends with most of its test set right (`RIGHT`)."""
    return (record.value(final_test_accuracy.name) or 0.0) >= RIGHT


def on_random_answers(records: Sequence[Record]) -> list[Record]:
    """The runs that can only memorise."""
    return [record for record in records if record.setting("task.name") == "random_table"]


def grokked(record: Record) -> bool:
    """Whether the run grokked, by its outcome."""
    return bool(record.value(outcome.name) == "grokked")


def share_of(records: Sequence[Record], true: Callable[[Record], bool], tried: int = 1) -> Estimate:
    """The share of the runs of which something is true, 0 to 1, with Wilson's interval.

    tried: where these runs are the best of several settings, the number of settings. The interval is then at the level
    1 - 5 % / tried (Bonferroni), so that the intervals of all settings hold together with 95 %, and with them that of
    the best. With ten runs of ten each, the lower end is over one half for up to 30 settings.
    """
    return share(sum(map(true, records)), len(records), level=1 - (1 - LEVEL) / tried)


def share_generalised(records: Sequence[Record]) -> Estimate:
    """The share of the runs that generalised, 0 to 1."""
    return share_of(records, generalised)


def share_grokked(records: Sequence[Record], tried: int = 1) -> Estimate:
    """The share of the runs that grokked, 0 to 1."""
    return share_of(records, grokked, tried)


def generalisation_times(records: Sequence[Record]) -> GeneralisationTimes:
    """When each run learned its test set (`LEARNED_ACCURACY`), censored at its last step where it did not."""
    return GeneralisationTimes.of(
        [record.value(test_learned_at.name) for record in records], [record.value(last_step.name) for record in records]
    )


def enough(records: Sequence[Record], what: str) -> Sequence[Record]:
    """The records, if there are `FEWEST_RUNS`. what: which runs, as words after their number. Errors: Undefined."""
    if len(records) < FEWEST_RUNS:
        raise Undefined(f"{FEWEST_RUNS} {what} are needed; so far {len(records)}")
    return records


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
    choose: Callable[[Sequence[Record]], Chosen]

    def _statistic(self, name: str, unit: str, formula: str, compute: Callable[[Chosen], Any]) -> Statistic:
        return Statistic(
            f"{self.prefix}_{name}", unit, formula, lambda records: compute(self.choose(records)), _QUANTITIES
        )

    @property
    def share(self) -> Statistic:
        """The share of the runs that grok."""
        formula = f"the share of {self.text} that grok"
        return self._statistic("share", "share", formula, lambda chosen: share_grokked(chosen.runs, chosen.tried))

    @property
    def gain(self) -> Statistic:
        """What their test accuracy gains at the end."""
        formula = "the gain of their median test accuracy in the last quarter of the steps"
        return self._statistic("gain", "share", formula, lambda chosen: gain_in_last_quarter(chosen.runs))

    @property
    def statistics(self) -> tuple[Statistic, ...]:
        """All of them, in the order of the template."""
        return (
            self.share,
            self.gain,
            self._statistic("setting", "", "the setting", lambda chosen: chosen.setting),
            self._statistic("runs", "runs", f"the number of {self.text}", lambda chosen: len(chosen.runs)),
            self._statistic(
                "memorised", "runs", "how many of them memorise", lambda chosen: len(memorised(chosen.runs))
            ),
            self._statistic(
                "steps", "steps", "their last step", lambda chosen: max(r.value(last_step.name) for r in chosen.runs)
            ),
            self._statistic(
                "right",
                "share",
                "their median test accuracy",
                lambda chosen: _right(chosen.runs, final_test_accuracy.name),
            ),
        )

    @property
    def region(self) -> Region:
        """Enough runs grok."""
        return Above(self.share, HALF, MORE_OFTEN)

    @property
    def provided(self) -> Region:
        """Runs that grok in too small a number decide nothing while they are still learning."""
        return Otherwise(
            self.region, AtMost(self.gain, STILL_LEARNING, "arbitrary; runs that gain more are still learning")
        )

    @property
    def finding(self) -> str:
        """The statistics in words, as a template."""
        share, gain, setting, runs, memorise, steps, right = (one.name for one in self.statistics)
        return (
            f"{{{setting}}}: {{{memorise}:.0f}} of {{{runs}:.0f}} runs memorise and {{{share}:.0%}} "
            f"({{{share}.low:.0%}} to {{{share}.high:.0%}}) grok within {{{steps}:.0f}} steps; they end with a median "
            f"test accuracy of {{{right}:.0%}}, {{{gain}:.0%}} of it from the last quarter of the steps"
        )


BEST = "the interval corrected for their number by Bonferroni"


def best_setting(of: str, groups: Groups, tried: int | None = None) -> Chosen:
    """The setting at which most runs grok, among equals the one with the largest final test accuracy.

    of: what all runs have in common. tried: the number of settings that the best one was chosen from, where some were
    dropped for how their runs ended. Errors: Undefined where no setting has `FEWEST_RUNS` runs.
    """
    full = {name: records for name, records in groups.items() if len(records) >= FEWEST_RUNS}
    if not full:
        raise Undefined(f"needs {FEWEST_RUNS} runs {of} that differ in their seed alone")
    best = max(full, key=lambda name: (sum(map(grokked, full[name])) / len(full[name]), _accuracy(full[name])))
    number = tried or len(full)
    return Chosen(f"{best} (best of {number} settings)" if number > 1 else best, full[best], number)


def _accuracy(records: Sequence[Record]) -> float:
    return _right(records, final_test_accuracy.name)
