"""From what a sweep asks for to the jobs it means."""

from collections.abc import Callable

from latebloom._errors import UsageError
from latebloom.runs import Job
from latebloom.runs.naming import chosen_settings
from latebloom.store import identity
from latebloom.sweeps.fields import check_fields
from latebloom.sweeps.grid import MOST
from latebloom.sweeps.spec import Spec
from latebloom.training import Experiment

Build = Callable[[str, int, list[str]], Experiment]
"""The experiment of a recipe, a seed and settings written ``--SECTION.FIELD VALUE``."""


def expand(spec: Spec, build: Build) -> list[Job]:
    """One job for each experiment, in the order of the grid; two ways to write one experiment give one job.

    Errors: UsageError for a field that does not exist, a value out of range, or more than MOST runs.
    """
    check_fields(spec.grid, "--grid")
    if len(spec) > MOST:
        raise UsageError(f"sweep: got {len(spec)} runs, expected at most {MOST}; name fewer values or seeds")
    found = (build(spec.recipe, seed, arguments) for arguments in spec.points() for seed in spec.seeds)
    return list({(name := run_name(experiment)): Job(experiment, name) for experiment in found}.values())


def run_name(experiment: Experiment) -> str:
    """``recipe-SEED-0123456789ab``: unlike a run's default name it holds the length too, so that a sweep over
    training.steps has a run for each, and enough of the hash that a hundred thousand runs do not meet (1 in 50 000)."""
    return f"{experiment.recipe}-{experiment.model.seed}-{identity(chosen_settings(experiment))[:12]}"
