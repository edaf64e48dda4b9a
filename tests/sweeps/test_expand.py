"""From a specification to jobs: names, identities, and unknown fields."""

import pytest

from latebloom._errors import UsageError
from latebloom.runs.naming import chosen_settings
from latebloom.store import identity
from latebloom.sweeps.expand import expand
from latebloom.sweeps.spec import Spec


def test_every_point_has_one_run_per_seed() -> None:
    grid = {"optimiser.lr": ("1e-3", "3e-3"), "training.steps": ("10", "20"), "task.name": ("modular_subtraction",)}
    jobs = expand(Spec(recipe="small", seeds=(0, 1), grid=grid, settings=("--task.p", "7")))
    assert len({job.name for job in jobs}) == len(jobs) == 8
    assert {job.experiment.task.name for job in jobs} == {"modular_subtraction"}
    for job in jobs:
        whole = identity(chosen_settings(job.experiment))
        assert job.name == f"small-{job.experiment.data.seed}-{whole[:12]}"


def test_duplicate_experiments_are_one_run() -> None:
    assert len(expand(Spec(recipe="small", grid={"optimiser.lr": ("1e-3", "0.001")}))) == 1


@pytest.mark.parametrize(
    ("field", "near"),
    [
        ("optimizer.lr", "optimiser.lr"),
        ("optimiser.learning_rate", "optimiser.lr"),
        ("data.fractoin", "data.fraction"),
        ("model.d_mpl", "model.d_mlp"),
        ("training.seed", "model.seed"),
    ],
)
def test_the_error_for_an_unknown_field_names_the_nearest(field: str, near: str) -> None:
    with pytest.raises(UsageError, match=rf"^--grid: got {field}.*nearest are .*{near}"):
        expand(Spec(recipe="small", grid={field: ("1",)}))


@pytest.mark.parametrize(
    "spec",
    [
        Spec(recipe="nonesuch"),
        Spec(recipe="small", grid={"task.p": ("2",)}),
        Spec(recipe="small", settings=("--x", "1")),
        Spec(recipe="small", grid={"task.p": tuple(map(str, range(400)))}, seeds=tuple(range(400))),
    ],
)
def test_wrong_values_are_usage_errors(spec: Spec) -> None:
    with pytest.raises(UsageError):
        expand(spec)
