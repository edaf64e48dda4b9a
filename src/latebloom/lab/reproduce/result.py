"""The result of a reproduction, as it is stored: summaries, no weights."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from latebloom._config import Config
from latebloom.claims import Pooled, State, Verdict
from latebloom.lab.reproduce.rules import Freeze


class Picture(Config):
    """A figure by name, of a run or of the sweep; ``file`` beside the result, or None with the reason in ``says``.

    id: the name, with the settings of the run if it is not the first run. command: draws it again.
    """

    id: str
    name: str
    title: str
    of: str
    command: str | None
    file: str | None
    says: str


class SheetPicture(Config):
    """A picture of the write-up, and the ``picture`` (an id) of the ``system`` that answers it; ``file`` is None where
    there is none, with the reason in ``says``."""

    caption: str
    place: str
    system: str
    picture: str
    command: str | None
    file: str | None
    says: str


class MilestoneResult(Config):
    """When a system's runs reached something. published: by source. median, low, high: steps, or nats, of the
    ``reached`` runs, out of all ``runs``, that did; None, with the reason in ``note``, where none did."""

    says: str
    unit: Literal["step", "nats"]
    published: dict[str, float]
    median: float | None
    low: float | None
    high: float | None
    reached: int
    runs: int
    note: str | None


class SystemResult(Config):
    """What was trained for one system: the commands that train the same, and how its runs ended.

    note: how all runs differ from the write-up's; None where they do not. runs: how many the budget asks for. stored:
    how many of them have a record, made here or elsewhere; finished, seconds: over these. milestones, pictures: of
    the runs in the runs directory.
    """

    name: str
    title: str
    note: str | None = None
    commands: tuple[str, ...]
    finished: int
    runs: int
    stored: int = 0
    seconds: float
    milestones: tuple[MilestoneResult, ...]
    pictures: tuple[Picture, ...]


class EarlierVerdict(Config):
    """A verdict by an earlier rule, on the runs of that time. date: of the reproduction that it is from."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    id: str
    date: str
    state: State = Field(alias="outcome")
    value: float | None
    finding: str = Field(alias="found")
    rule: str
    runs: int


class EarlierRuns(Pooled):
    """The verdict of the rule as it is now on ``runs`` runs that were not made for it: rules were tuned on them, or the
    date of their training is not known."""

    runs: int


class PublishedVerdict(Verdict):
    """The verdict on one published file, which is one run."""

    file: str


class PublishedFile(Config):
    """A published file. systems: those whose claims judged it; none where it was skipped, with the reason in ``note``,
    which otherwise states what it was taken for."""

    file: str
    systems: tuple[str, ...]
    note: str


class ClaimResult(Pooled):
    """A claim and its verdict. holds, fails, undecided: how many runs say so; all 0 for a claim that is judged on all
    runs at once (``runs`` of them) or that is not measured.

    command: what measures it; None where it is measured. rule_hash: the start of the hash of its frozen rule; None
    where it is not frozen in this form. made_for_rule: whether all runs were made for that rule. smaller_p: moduli of
    its runs below the write-up's. earlier_runs: the verdict on runs that do not count. history: verdicts by earlier
    rules that differ from this one. reason: why the verdict changed. published: the verdicts on published files.
    """

    id: str
    sentence: str
    place: str
    write_up: str
    rule: str
    system: str
    figure: str | None
    runs: int
    command: str | None = None
    rule_hash: str | None = None
    made_for_rule: bool = False
    smaller_p: tuple[int, ...] = ()
    earlier_runs: EarlierRuns | None = None
    history: tuple[EarlierVerdict, ...] = ()
    reason: str | None = None
    published: tuple[PublishedVerdict, ...] = ()

    @property
    def rests_on(self) -> int:
        """The number of runs, of the smallest arm where the claim compares several."""
        return self.runs if self.n is None else min(self.runs, self.n)


FORMAT = 4
"""The version of the stored result."""

FEW_RUNS = 10
"""Verdicts that rest on fewer runs are counted beside the table."""


class Reproduction(Config):
    """The write-up, executed.

    rules_hash: of the frozen rules, None where there are none. freezes: when these were frozen. published: the
    published files that were judged, or skipped; empty unless the user names some.
    """

    format: int = FORMAT
    budget: str
    command: str
    date: str
    versions: dict[str, str]
    device: dict[str, str | int]
    git_commit: str | None
    rules_hash: str | None = None
    freezes: tuple[Freeze, ...] = ()
    training_seconds: float
    sheet: tuple[SheetPicture, ...]
    systems: tuple[SystemResult, ...]
    claims: tuple[ClaimResult, ...]
    published: tuple[PublishedFile, ...] = ()

    def without_published(self) -> Reproduction:
        """The result of our own runs alone."""
        claims = tuple(claim.model_copy(update={"published": ()}) for claim in self.claims)
        return self.model_copy(update={"published": (), "claims": claims})

    def count(self, state: State) -> int:
        """How many claims have this verdict."""
        return sum(claim.state == state for claim in self.claims)

    @property
    def measured(self) -> list[ClaimResult]:
        """The claims that are measured."""
        return [claim for claim in self.claims if claim.state != "not measured"]

    @property
    def on_few_runs(self) -> int:
        """How many verdicts rest on fewer than `FEW_RUNS` runs, in the smallest arm where there are several."""
        return sum(claim.rests_on < FEW_RUNS for claim in self.measured)

    @property
    def on_smaller_p(self) -> int:
        """How many verdicts stand on runs with a smaller modulus than the write-up's."""
        return sum(bool(claim.smaller_p) for claim in self.measured)

    @property
    def made_for_rules(self) -> int:
        """How many verdicts stand on runs that were made for the frozen rule."""
        return sum(claim.made_for_rule for claim in self.measured)

    @property
    def by_chance(self) -> float:
        """The expected number of verdicts that would hold if every claim were at its edge."""
        return sum((claim.chance or 0.0 for claim in self.measured), 0.0)
