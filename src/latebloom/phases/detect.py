"""The phases of a run, from its series alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from latebloom._errors import UsageError
from latebloom.phases import generalisation, memorisation
from latebloom.phases.answer import Boundary, Phase, PhaseName, Phases
from latebloom.phases.generalisation import Generalisation, find_generalisation
from latebloom.phases.location import Location
from latebloom.phases.memorisation import find_memorisation
from latebloom.phases.phase_change import NoChange
from latebloom.phases.progress import progress_boundaries
from latebloom.phases.series import Series

PHASE_RULES: dict[PhaseName, str] = {
    "memorisation": "From the first step until train loss levels out.",
    "circuit formation": "From there until test loss begins its fall.",
    "clean-up": "From there until the fall of the test loss is complete.",
    "stable": "From there on.",
}
START_RULE = "The first recorded step."


def detect_phases(series: Mapping[str, Series]) -> Phases:
    """Memorisation, circuit formation, clean-up and stable, as far as ``series`` shows them.

    Needs "train_loss" and "test_loss" (nats); "restricted_loss" and "excluded_loss" add a boundary each; other names
    are ignored. The result may contain no phases, with the reason. Definitions: the write-up, "Evolution of
    Circuits During Training"; Nanda et al. 2023, section 5. Limits: circuit formation is defined by its boundaries;
    only progress measures can show that a circuit forms there.

    Raises:
        UsageError: one of the two losses is missing.
    """
    for name in ("train_loss", "test_loss"):
        if name not in series:
            raise UsageError(f"got {sorted(series)}; phases need {name!r}: record it, or read a run that has it")
    core = read_losses(series["train_loss"], series["test_loss"])
    extra = progress_boundaries(series) if core.boundaries else ()
    boundaries = tuple(sorted([*core.boundaries, *extra], key=lambda b: b.step))
    return Phases(core.phases, boundaries, core.complete, core.reason)


def read_losses(train: Series, test: Series, *, intervals: bool = True) -> Phases:
    """The phases from the two losses alone; without ``intervals`` this is faster, and intervals are nominal."""
    memorised = _unusable(train, test) or find_memorisation(train, intervals=intervals)
    if isinstance(memorised, NoChange):
        return Phases((), (), False, f"No phases: {memorised.reason}.")
    fall = find_generalisation(test, memorised, intervals=intervals)
    boundaries = _boundaries(train, memorised, fall)
    if fall.objection is None:
        return Phases(_phases(boundaries), boundaries, True, _success(boundaries))
    if not fall.separate:
        return Phases((), boundaries, False, f"No separate phases: {fall.objection}.")
    return Phases(_phases(boundaries[:2])[:1], boundaries, False, f"Memorised only: {fall.objection}.")


def _unusable(train: Series, test: Series) -> NoChange | None:
    """Why these losses cannot be compared with their first values; None where they can."""
    for name, loss in (("train", train), ("test", test)):
        if len(loss) == 0:
            return NoChange(f"{name} loss has no values")
        if loss.value[0] <= 0:
            return NoChange(f"{name} loss starts at {loss.value[0]:g}, but only a positive loss can fall")
    return None


def _boundaries(train: Series, memorised: Location, fall: Generalisation) -> tuple[Boundary, ...]:
    """Every boundary that exists, in the order of the phases."""
    boundaries = [
        Boundary.at("start", Location.exactly(train.step[0]), START_RULE),
        Boundary.at("memorisation ends", memorised, memorisation.RULE),
    ]
    if fall.change is not None:
        boundaries.append(Boundary.at("test loss falls", fall.change.onset, generalisation.ONSET_RULE))
        if fall.change.completion is not None:
            boundaries.append(Boundary.at("test loss settles", fall.change.completion, generalisation.COMPLETION_RULE))
    return tuple(boundaries)


def _phases(boundaries: tuple[Boundary, ...]) -> tuple[Phase, ...]:
    """One phase per boundary, which ends at the next boundary."""
    ends = [*(b.step for b in boundaries[1:]), None]
    return tuple(
        Phase(name, boundary.step, end, boundary, rule)
        for (name, rule), boundary, end in zip(PHASE_RULES.items(), boundaries, ends, strict=False)
    )


def _success(boundaries: tuple[Boundary, ...]) -> str:
    """The sentence for a run whose phases are separate."""
    _, memorised, fall, *settled = boundaries
    ending = f"settled at {settled[0].step:g}" if settled else "had not settled when the record ends"
    return (
        f"Separate phases: train loss levelled out at step {memorised.step:g}, test loss began to fall at step "
        f"{fall.step:g} and {ending}."
    )


def current_phase(train: Series, test: Series) -> PhaseName | Literal["no separate phases"]:
    """The phase that a run in progress seems to be in, from its losses (nats) so far; for display.

    Applies the rules of :func:`detect_phases` without intervals, which takes about 0.1 s. The phase is memorisation
    until train loss has levelled out, then circuit formation, which only a later fall of the test loss can confirm.
    "no separate phases": train and test loss fell together.
    """
    so_far = read_losses(train, test, intervals=False)
    if not so_far.phases:
        return "no separate phases" if so_far.boundaries else "memorisation"
    return so_far.phases[-1].name if so_far.complete else "circuit formation"
