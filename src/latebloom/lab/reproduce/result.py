"""What a reproduction comes to, as it is stored: summaries, no weights."""

from typing import Literal

from latebloom._config import Config
from latebloom.claims import Verdict
from latebloom.claims.claim import Outcome


class Picture(Config):
    """A figure by name, of a run or of the sweep; ``file`` beside the result, or None with the reason in ``says``.

    id: the name, and the settings of the run where that is not the first. command: draws it again.
    """

    id: str
    name: str
    title: str
    of: str
    command: str | None
    file: str | None
    says: str


class SheetPicture(Config):
    """A picture of the write-up, and the ``picture`` (an id) of the ``system`` that is ours for it; ``file`` is None
    where there is none, with the reason in ``says``."""

    caption: str
    place: str
    system: str
    picture: str
    command: str | None
    file: str | None
    says: str


class MilestoneResult(Config):
    """When a system's runs got somewhere. published: by source. median, low, high: steps, or nats, of those ``reached``
    of all ``runs`` that did; None, with a note why, where none did."""

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
    """What was trained for one system: the commands that do the same, and how its runs ended. note: in what all runs
    differ from the write-up's; None where they do not."""

    name: str
    title: str
    note: str | None = None
    commands: tuple[str, ...]
    finished: int
    runs: int
    seconds: float
    milestones: tuple[MilestoneResult, ...]
    pictures: tuple[Picture, ...]


class ClaimResult(Config):
    """A claim and its verdict. value, low, high: median and range over the runs. holds, fails, undecided: how many runs
    said so; all 0 for a claim that is judged on all runs at once (``runs`` of them) or on none."""

    id: str
    sentence: str
    place: str
    write_up: str
    rule: str
    system: str
    figure: str | None
    outcome: Outcome
    value: float | None
    low: float | None
    high: float | None
    found: str
    runs: int
    holds: int
    fails: int
    undecided: int
    by_run: dict[str, Verdict]


class Reproduction(Config):
    """The write-up, executed."""

    format: int = 2
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

    def count(self, outcome: Outcome) -> int:
        """How many claims came to this."""
        return sum(claim.outcome == outcome for claim in self.claims)
