"""docs/reliability.md: what is promised about files and processes, and how it is tested."""

from __future__ import annotations

from pydantic import Field

from .paths import BENCHMARKS
from .stored import Stored
from .templating import render


class Fuzz(Stored):
    """Odd commands, settings and mutated files: ``benchmarks/fuzz.py``."""

    seed: int
    tries: int
    seconds: float
    faults: int
    kinds: dict[str, int]
    commits: dict[str, int] = Field(default_factory=dict)


class Counts(Stored):
    """The kills of one command; equal: repeats that ended with the bits of the command that was never killed."""

    kills: int
    repeats: int
    equal: int


class Kills(Stored):
    """Commands killed and repeated: ``benchmarks/kill_resume.py``."""

    command: str
    date: str
    kills: int
    commands: dict[str, Counts]
    commits: dict[str, int] = Field(default_factory=dict)
    wrong: tuple[str, ...]


class Faults(Stored):
    """Operations on the disk that fail: ``benchmarks/fault_injection.py``."""

    command: str
    date: str
    operations: dict[str, int]
    tries: int
    commits: dict[str, int] = Field(default_factory=dict)
    wrong: tuple[str, ...]
    verdicts: dict[str, int]

    @property
    def total(self) -> int:
        """Operations on the disk in the run."""
        return sum(self.operations.values())

    @property
    def kinds(self) -> int:
        """How many faults there are."""
        return len(self.by_fault)

    @property
    def by_fault(self) -> dict[str, dict[str, int]]:
        """For each fault, how the runs ended: stopped, survived or crashed."""
        found: dict[str, dict[str, int]] = {}
        for verdict, count in self.verdicts.items():
            fault, _, ended = verdict.partition(": right, ")
            found.setdefault(fault, {})[ended] = count
        return found


class Chaos(Stored):
    """Sweeps whose workers, coordinator, disk and Ray nodes fail: ``benchmarks/chaos_sweep.py``. events: by engine."""

    command: str
    commits: dict[str, int]
    date: str
    minutes: float
    sweeps: int
    runs: int
    lost: int
    doubled_or_strange: int
    different: int
    events: dict[str, dict[str, int]]
    faults_of_the_disk: dict[str, int]

    def count(self, event: str) -> int:
        """How often it happened, with all engines."""
        return sum(counts.get(event, 0) for counts in self.events.values())


class Environment(Stored):
    """One environment: ``benchmarks/environments.py``."""

    installed: bool
    why: str | None = None
    commit: str = ""
    versions: dict[str, str] = Field(default_factory=dict)
    commands: int = 0
    commands_wrong: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    tests_said: str = ""


class Environments(Stored):
    """All environments."""

    date: str
    environments: dict[str, Environment]


def reliability_page() -> str:
    """The page."""
    return render(
        "reliability",
        fuzz=Fuzz.model_validate_json(_result("fuzz")),
        kills=Kills.model_validate_json(_result("kill_resume")),
        faults=Faults.model_validate_json(_result("fault_injection")),
        chaos=Chaos.model_validate_json(_result("chaos_sweep")),
        tried=_environments(),
    )


def _environments() -> Environments | None:
    """What environments were tried; None where the script was not run to its end yet."""
    there = (BENCHMARKS / "environments.json").is_file()
    return Environments.model_validate_json(_result("environments")) if there else None


def _result(name: str) -> bytes:
    return (BENCHMARKS / f"{name}.json").read_bytes()
