"""Claims about skip trigrams."""

import numpy as np

from latebloom.analysis import Analysis
from latebloom.claims.claim import Claim, register
from latebloom.claims.learning import series_of
from latebloom.claims.parts import (
    EACH_CHANGES,
    EACH_CHANGES_FINDING,
    PARTS_EXPLAIN,
    PARTS_EXPLAIN_FINDING,
    parts_that_change,
)
from latebloom.claims.quantity import Undefined, quantity
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Below
from latebloom.published import filled
from latebloom.tasks.skip_trigrams import TRIGGERS

_PLACE = 'W, "Speculation: Phase Changes are Everywhere"'
_GUESSING = float(np.log(TRIGGERS))


def _change_steps(analysis: Analysis) -> list[float]:
    steps = [part.step.step for part in analysis.parts.changes.parts if part.step is not None]
    if len(steps) < 2:
        raise Undefined("fewer than two trigrams have a phase change")
    return steps


@quantity("steps", "the step of the first part's phase change")
def first_change_at(analysis: Analysis) -> float:
    return min(_change_steps(analysis))


@quantity("steps", "the step of the last part's phase change")
def last_change_at(analysis: Analysis) -> float:
    return max(_change_steps(analysis))


@quantity("steps", "the median step of the parts' phase changes")
def median_change_at(analysis: Analysis) -> float:
    return float(np.median(_change_steps(analysis)))


@quantity("share", "the time between the first and the last part's phase change, as a share of their median step")
def change_spread(analysis: Analysis) -> float:
    steps = _change_steps(analysis)
    return float((max(steps) - min(steps)) / np.median(steps))


@quantity(
    "trigrams",
    f"the number of the task's trigrams among the {TRIGGERS} strongest in the QK and OV circuits at the end (chance "
    "gives "
    "0.5)",
)
def trigrams_found_at_end(analysis: Analysis) -> float:
    return float(series_of(analysis, "trigrams_found").value[-1])


@quantity("trigrams", "that number at the start")
def trigrams_found_at_start(analysis: Analysis) -> float:
    return float(series_of(analysis, "trigrams_found").value[0])


def _last(analysis: Analysis, column: str) -> float:
    return float(series_of(analysis, column).value[-1])


@quantity("nats", "the final test loss of the trigram task")
def trigram_test_loss(analysis: Analysis) -> float:
    return _last(analysis, "test_loss")


@quantity("nats", f"the final test loss with the {TRIGGERS} trigrams alone")
def restricted_trigram_loss(analysis: Analysis) -> float:
    return _last(analysis, "restricted_test_loss")


@quantity("nats", f"the final test loss with {TRIGGERS} random others alone")
def restricted_trigram_loss_control(analysis: Analysis) -> float:
    return _last(analysis, "restricted_test_loss_control")


register(
    Claim(
        id="trigrams-change-each",
        sentence="Each of the ten skip trigrams has a phase change of its own.",
        place=_PLACE,
        published=filled("{trigrams.phase_changes} of {trigrams.phase_changes}"),
        region=EACH_CHANGES,
        shows=parts_that_change,
        finding=EACH_CHANGES_FINDING,
        system="trigrams",
        figure="component-losses",
    ),
    Claim(
        id="trigrams-at-once",
        sentence="The ten phase changes come at about the same time, since each trigram is as complex as the others.",
        place=_PLACE,
        published=filled(
            "approximately the same time (W); loss under 2 nats at step {trigrams.under_2}, under 0.1 at "
            "{trigrams.under_0.1} (published run)"
        ),
        region=AtMost(change_spread, 0.5, "arbitrary"),
        finding="from step {first_change_at:.0f} to {last_change_at:.0f}, median {median_change_at:.0f}",
        system="trigrams",
        figure="component-losses",
    ),
    Claim(
        id="trigrams-make-the-whole",
        sentence="The whole loss consists of the trigrams' phase changes.",
        place=_PLACE,
        published="plotted against the overall loss",
        region=PARTS_EXPLAIN,
        finding=PARTS_EXPLAIN_FINDING,
        system="trigrams",
        figure="component-losses",
    ),
    Claim(
        id="trigrams-read-off",
        sentence="The solution is ten skip trigrams, 10 … END 10 to 19 … END 19.",
        place='W, "Empirical Observations"; looked at, not written up there (footnote 29)',
        published="expected",
        region=AtLeast(trigrams_found_at_end, float(TRIGGERS)),
        finding="{trigrams_found_at_end:.0f} of the ten strongest trigrams in QK and OV are the task's; "
        "{trigrams_found_at_start:.0f} at the start",
        system="trigrams",
        figure="trigram-circuit",
    ),
    Claim(
        id="trigrams-explain-the-loss",
        sentence="The ten skip trigrams are all that the model does.",
        place='W, "Empirical Observations"; looked at, not written up there (footnote 29)',
        published="expected",
        region=AllOf(
            Below(restricted_trigram_loss, _GUESSING / 10, "a tenth of guessing, arbitrary"),
            Above(restricted_trigram_loss_control, _GUESSING / 10),
        ),
        finding="loss {trigram_test_loss:.2g}; {restricted_trigram_loss:.2g} with the ten alone, "
        "{restricted_trigram_loss_control:.2g} with ten random others",
        system="trigrams",
        figure="trigram-circuit",
    ),
)
