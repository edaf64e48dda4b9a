"""docs/tried.md: what happened when new users tried this, and what was checked of tutorials, packages and this site.

The trials are in ``results/tried/trials.json``, written by those who made them; the rest is of
``benchmarks/packages.py`` and ``benchmarks/documentation.py``.
"""

from __future__ import annotations

from pydantic import Field

from .paths import BENCHMARKS, TRIED
from .stored import Stored
from .templating import render


class Step(Stored):
    """A command of a trial, and how long it took, in seconds; None where nothing ran."""

    command: str
    seconds: float | None = None


class Stop(Stored):
    """What stopped or slowed somebody, and what was done about it."""

    what: str
    mended: str


class Trial(Stored):
    """One new user."""

    who: str
    goal: str
    reached: str
    steps: tuple[Step, ...]
    stops: tuple[Stop, ...]


class Trials(Stored):
    """All of them. how: who they were and what machine they had."""

    date: str
    how: str
    trials: tuple[Trial, ...]


class Built(Stored):
    """What was built from the tree."""

    megabytes: dict[str, float]
    files_in_wheel: int
    different_in_wheel_of_sdist: tuple[str, ...]


class Installed(Stored):
    """An empty environment with the wheel."""

    installer: str
    extras: str
    seconds: int
    packages: int
    megabytes: int
    helps: int
    commands: int
    wrong: tuple[str, ...]


class Notebook(Stored):
    """A tutorial that was executed."""

    seconds: float
    cells: int
    problem: str | None = None


class Tutorials(Stored):
    """All tutorials, in an empty environment."""

    date: str
    python: str
    machine: str
    extras: str
    versions: dict[str, str]
    notebooks: dict[str, Notebook]


class Packages(Stored):
    """The result of ``benchmarks/packages.py``, whose parts can be made apart."""

    date: str | None = None
    built: Built | None = None
    environments: tuple[Installed, ...] = ()
    tutorials: Tutorials | None = None


class Site(Stored):
    """The site, built."""

    seconds: int
    pages: int
    links: int
    problems: tuple[str, ...]
    megabytes: float


class Opened(Stored):
    """The site, opened in a browser."""

    pages: int
    widths: tuple[int, ...]
    schemes: tuple[str, ...]
    wrong: tuple[str, ...]


class Documentation(Stored):
    """The result of ``benchmarks/documentation.py``."""

    date: str
    browser: str
    built: Site
    executed: dict[str, int]
    opened: Opened
    searched: dict[str, dict[str, int | None]] = Field(default_factory=dict)


def tried_page() -> str:
    """docs/tried.md."""
    return render(
        "tried",
        tried=Trials.model_validate_json((TRIED / "trials.json").read_bytes()),
        packages=Packages.model_validate_json(_result("packages") or b"{}"),
        site=None if (found := _result("documentation")) is None else Documentation.model_validate_json(found),
    )


def _result(name: str) -> bytes | None:
    """The committed result of a script; None where it was not run to its end yet."""
    path = BENCHMARKS / f"{name}.json"
    return path.read_bytes() if path.is_file() else None
