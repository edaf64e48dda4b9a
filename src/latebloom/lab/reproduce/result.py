"""The result of a reproduction, as it is stored: summaries, no weights."""

from typing import Literal

from pydantic import ConfigDict, Field

from latebloom._config import Config
from latebloom.claims import Pooled, State


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

    note: how all runs differ from the write-up's; None where they do not. finished, seconds: over all runs that were
    measured, here or elsewhere. milestones, pictures: of the runs in the runs directory.
    """

    name: str
    title: str
    note: str | None = None
    commands: tuple[str, ...]
    finished: int
    runs: int
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


class ClaimResult(Pooled):
    """A claim and its verdict. value, low, high: median and range over the runs. holds, fails, undecided: how many runs
    say so; all 0 for a claim that is judged on all runs at once (``runs`` of them) or that is not measured.

    command: what measures it; None where it is measured. history: verdicts by earlier rules that differ from this one.
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
    history: tuple[EarlierVerdict, ...] = ()


class Reproduction(Config):
    """The write-up, executed."""

    format: int = 3
    budget: str
    command: str
    date: str
    versions: dict[str, str]
    device: dict[str, str | int]
    git_commit: str | None
    training_seconds: float
    sheet: tuple[SheetPicture, ...]
    systems: tuple[SystemResult, ...]
    claims: tuple[ClaimResult, ...]

    def count(self, state: State) -> int:
        """How many claims have this verdict."""
        return sum(claim.state == state for claim in self.claims)
