"""The jobs of a sweep: one for each experiment."""

from latebloom._errors import UsageError
from latebloom.recipes.settings import changed, experiment_of
from latebloom.runs import Job
from latebloom.runs.naming import chosen_settings
from latebloom.store import identity
from latebloom.sweeps.fields import check_fields
from latebloom.sweeps.grid import MOST
from latebloom.sweeps.spec import Spec
from latebloom.training import Experiment


def expand(spec: Spec) -> list[Job]:
    """One job for each experiment, in the order of the grid; duplicates of an experiment give one job.

    Errors: UsageError for a field that does not exist, a value out of range, or more than MOST runs.
    """
    check_fields(spec.grid, "--grid")
    if len(spec) > MOST:
        raise UsageError(f"sweep: got {len(spec)} runs, expected at most {MOST}; name fewer values or seeds")
    bases = [experiment_of(spec.recipe, seed) for seed in spec.seeds]
    experiments = (changed(base, arguments) for arguments in spec.points() for base in bases)
    return list({(name := run_name(experiment)): Job(experiment, name) for experiment in experiments}.values())


def run_name(experiment: Experiment) -> str:
    """``recipe-SEED-0123456789ab``. Unlike the default name of a run, it also depends on the number of steps, so that a
    sweep over training.steps has one run per value. The hash is long enough for a hundred thousand runs (collision: 1
    in 50 000)."""
    return f"{experiment.recipe}-{experiment.model.seed}-{identity(chosen_settings(experiment))[:12]}"
