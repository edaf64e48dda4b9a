"""docs/speed.md: how fast training and analysis are.

From ``latebloom bench`` and the scripts steps, ensembles and full_run in ``benchmarks``.
"""

from __future__ import annotations

from statistics import median_low

from pydantic import Field

from .commands_measured import commands_measured, gpu_measured
from .paths import BENCHMARKS
from .stored import Machine, Stored
from .templating import render

PARTS = {
    "tables": "weights to tables",
    "examples": "tables to loss and back, all examples",
    "tables_backward": "tables back to weights",
}
"""What the parts of a step are called on the page."""


class StepTimes(Stored):
    """Milliseconds of one step, three ways; ``plain_over_tables`` is a ratio."""

    tables: float
    plain: float
    plain_at_loss: float
    plain_over_tables: float


class Grown(StepTimes):
    """The same of a model with one setting changed."""

    p: int | None = None
    d_model: int | None = None
    n_heads: int | None = None


class Bound(Stored):
    """The dense products of a step alone, on all threads."""

    gigaflop: float
    milliseconds: float
    gigaflop_per_second: float


class Step(Stored):
    """One step of the mainline model, several times over."""

    milliseconds: tuple[StepTimes, ...]
    parts_on_one_thread: dict[str, float]
    bound: Bound

    @property
    def parts(self) -> list[tuple[str, float, float]]:
        """Name, milliseconds and share of each part."""
        total = sum(self.parts_on_one_thread.values())
        return [(PARTS[name], value, value / total) for name, value in self.parts_on_one_thread.items()]

    @property
    def over_bound(self) -> float:
        """How many times longer than the bound a step through tables takes."""
        return median_low(times.tables for times in self.milliseconds) / self.bound.milliseconds


class Seeds(Stored):
    """Many seeds in one process, and one after the other."""

    seeds: int
    steps: int
    models_per_minute: dict[str, float]
    together_over_one_by_one: float
    together_over_plain: float


class Analysis(Stored):
    """Milliseconds of the measures of one checkpoint, and seconds of whole commands."""

    milliseconds_per_checkpoint: dict[str, float]
    milliseconds_of_each_on_one_thread: dict[str, float]
    threads: int
    seconds_of_processes: dict[str, float]


class Size(Stored):
    """Memory of a training and disk space of a run."""

    peak_megabytes: float
    bytes_per_checkpoint: int
    checkpoints: int
    megabytes_per_run: float


class Bench(Stored):
    """What ``latebloom bench`` measured."""

    command: str
    machine: Machine
    step: Step
    growth: dict[str, tuple[Grown, ...]]
    seeds: Seeds
    analysis: Analysis
    size: Size


class RecipeTimes(Stored):
    """Milliseconds of one step of a recipe; ``*_over_latebloom`` are ratios. None: not measured."""

    latebloom: float
    plain: float
    jax: float | None
    bound: float
    drawing: float
    gradient: float | None = None
    update: float | None = None
    plain_over_latebloom: float
    jax_over_latebloom: float | None
    bound_over_latebloom: float | None = None


class SeedTimes(Stored):
    """Milliseconds of a step of one of several seeds, side by side and one after the other."""

    together: float
    alone: float


class RecipeSteps(Stored):
    """The steps of one recipe, several times over."""

    recipe: str
    gigaflop: float
    milliseconds: tuple[RecipeTimes, ...]
    seeds: SeedTimes


class Steps(Stored):
    """What ``benchmarks/steps.py`` measured."""

    command: str
    machine: Machine
    recipes: tuple[RecipeSteps, ...]


class Ensemble(Stored):
    """Models of one recipe per minute, seeds beside each other and one after the other."""

    recipe: str
    steps_of_a_model: int
    models_per_minute: dict[str, float]
    beside_over_after: float
    bits_equal: bool


class Ensembles(Stored):
    """What ``benchmarks/ensembles.py`` measured."""

    command: str
    machine: Machine
    recipes: tuple[Ensemble, ...]


class Difference(Stored):
    """Largest relative difference of a loss between two forwards, up to each step."""

    largest_relative_difference: dict[int, float]


class BesidePlain(Stored):
    """The losses through tables beside those of the plain forward, same seed."""

    logged_steps: int
    train_loss: Difference
    test_loss: Difference


class FullRun(Stored):
    """A whole training of the mainline recipe; phases: the step of each boundary, by run."""

    command: str
    machine: Machine
    steps: int
    checkpoints: int
    train_seconds: float
    measure_seconds: float
    peak_megabytes: float
    at_the_end: dict[str, float]
    beside_plain: BesidePlain = Field(alias="losses_beside_the_plain_run")
    phases: dict[str, dict[str, float]]

    @property
    def boundaries(self) -> list[str]:
        """The boundaries that every run has."""
        first = next(iter(self.phases.values()))
        return [name for name in first if all(name in steps for steps in self.phases.values())]


def ensembles_measured() -> Ensembles | None:
    """None where it has not been measured."""
    file = BENCHMARKS / "ensembles.json"
    return Ensembles.model_validate_json(file.read_bytes()) if file.exists() else None


def speed_page() -> str:
    """docs/speed.md."""
    bench, steps, full = ((BENCHMARKS / f"{name}.json").read_bytes() for name in ("bench", "steps", "full_run"))
    return render(
        "speed",
        bench=Bench.model_validate_json(bench),
        steps=Steps.model_validate_json(steps),
        full=FullRun.model_validate_json(full),
        ensembles=ensembles_measured(),
        commands=commands_measured(),
        gpu=gpu_measured(),
    )
