"""The stored runs of one system and the verdicts on them, for pages about that system."""

from __future__ import annotations

from pathlib import Path

from latebloom.claims import Results
from latebloom.lab.reproduce import ClaimResult, SystemRuns, catalogue, command, judge_system, standard_of

from .paths import QUANTITIES


def system_runs(system: str) -> SystemRuns:
    """Every run that the full budget asks for, with the stored records."""
    return SystemRuns.of(catalogue("full")[system], Path(), Results(QUANTITIES), lambda line: None)


def system_verdicts(system: str) -> dict[str, ClaimResult]:
    """The verdict on each claim about the system, by its id, from the stored records alone."""
    results, runs = Results(QUANTITIES), system_runs(system)
    found = judge_system(system, runs.records(), command(system, "full"), standard_of("full", results), runs.others())
    return {one.id: one for one in found}
