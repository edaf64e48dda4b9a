"""docs/demo.md and a paragraph of the README: the demo run, with its verdicts, numbers and ablations."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from latebloom.claims import CLAIMS, Claim, Record, Verdict
from latebloom.explorer.numbers import show
from latebloom.lab.comparison import published_rows

from .paths import MAINLINE
from .stored import Stored
from .templating import render


@dataclass(frozen=True)
class Judged:
    """A claim and its verdict on the demo run."""

    claim: Claim
    verdict: Verdict


class Compared(Stored):
    """A number of the run; the published one beside it is read from published.toml, not from the stored result."""

    key: str
    quantity: str
    kind: str
    ours: int | float | list[int] | list[float] | None

    @property
    def text(self) -> str:
        """Our number."""
        return show(self.ours, self.kind)

    @property
    def write_up(self) -> str | None:
        """The published number."""
        return _published()[self.key].get("write_up")

    @property
    def source(self) -> str:
        """Who published it."""
        return _published()[self.key].get("source", "")


class Boundary(Stored):
    """A boundary with its step, its interval and its rule, and losses (nats) and accuracy there; None: not reached."""

    name: str
    step: float | None
    low: float | None
    high: float | None
    rule: str
    train_loss: float | None
    test_loss: float | None
    test_accuracy: float | None


class Phases(Stored):
    """The boundaries, and a sentence on them."""

    boundaries: tuple[Boundary, ...]
    reason: str


class Control(Stored):
    """Losses (nats) under random changes of the same size."""

    what: str
    mean: float
    min: float
    max: float


class Ablated(Stored):
    """Loss (nats) after an ablation, the published loss, the controls, and where the loss lies among them."""

    name: str
    loss: float
    write_up: float | None
    control: Control | None
    matched: Control | None
    notes: tuple[str, ...]


class OutcomeFacts(Stored):
    """Whether the run grokked, in a sentence."""

    reason: str


class RunFacts(Stored):
    """How the run was made, and its outcome."""

    command: str
    seed: int
    step: int
    seconds: float
    created: str
    versions: dict[str, str]
    device: dict[str, str | int]
    git_commit: str | None
    outcome: OutcomeFacts


class Summary(Stored):
    """What is stored of the demo run."""

    run: RunFacts
    phases: Phases
    comparison: tuple[Compared, ...]
    ablations: tuple[Ablated, ...]


def demo_page() -> str:
    """docs/demo.md."""
    judged = judge_demo()
    counts = Counter(one.verdict.state for one in judged)
    return render("demo", summary=read_summary(), judged=judged, counts=counts)


def demo_block() -> str:
    """The paragraph of the README."""
    return render("readme_demo", summary=read_summary())


def read_summary() -> Summary:
    """The stored summary of the demo run."""
    return Summary.model_validate_json((MAINLINE / "summary.json").read_bytes())


def judge_demo() -> list[Judged]:
    """The verdicts on the demo run, from its stored quantities."""
    record = Record.from_line((MAINLINE / "quantities.json").read_text(), "results/mainline/quantities.json")
    claims = (claim for claim in CLAIMS.values() if isinstance(claim, Claim) and claim.system == "mainline")
    return [Judged(claim, claim.verdict(record)) for claim in claims]


def _published() -> dict[str, dict[str, str]]:
    return {row["key"]: row for row in published_rows()}
