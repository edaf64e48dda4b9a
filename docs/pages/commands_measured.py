"""The parts of docs/speed.md on commands and on a GPU, from ``benchmarks/commands.py`` and ``benchmarks/gpu.py``."""

from __future__ import annotations

from .paths import BENCHMARKS
from .stored import Machine, Stored


class Cost(Stored):
    """Wall time and peak memory of a process."""

    seconds: float
    megabytes: float


class Command(Stored):
    """One command where nothing is kept (cold), and once more (warm)."""

    cold: Cost
    warm: Cost
    goal_seconds: float | None
    milliseconds_per_checkpoint: float | None = None


class FirstTraining(Stored):
    """A short training where nothing is compiled yet, and the same one afterwards; whether the first says why."""

    seconds: float
    seconds_afterwards: float
    says: bool


class Commands(Stored):
    """What ``benchmarks/commands.py`` measured."""

    command: str
    machine: Machine
    repeats: int
    checkpoints: int
    commands: dict[str, Command]
    imports: dict[str, Cost]
    first_trainings: dict[str, FirstTraining]


class Rate(Stored):
    """How fast seeds are trained."""

    steps_per_second: float
    models_per_hour: float


class JaxRate(Rate):
    """The same in JAX, with the device that it used."""

    device: str


class OfSeeds(Stored):
    """Some seeds at once: each operation launched by Python, as one CUDA graph (or why not), and in JAX."""

    launched: Rate
    graph: Rate | None
    reason: str | None
    jax: JaxRate | None


class Gpu(Stored):
    """What ``benchmarks/gpu.py`` measured."""

    command: str
    machine: Machine
    device: str
    p: int
    steps_of_a_model: int
    largest_difference_of_a_weight: float
    plain_one_at_a_time: Rate
    seeds: dict[int, OfSeeds]


def commands_measured() -> Commands | None:
    """None until the script has been run."""
    file = BENCHMARKS / "commands.json"
    return Commands.model_validate_json(file.read_bytes()) if file.exists() else None


def gpu_measured() -> Gpu | None:
    """None until the script has been run on a GPU."""
    file = BENCHMARKS / "gpu.json"
    return Gpu.model_validate_json(file.read_bytes()) if file.exists() else None
