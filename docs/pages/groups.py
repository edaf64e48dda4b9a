"""The measured part of docs/groups.md: which representations runs on S5 and A5 learned, when, and in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from string import ascii_lowercase

from latebloom._errors import UsageError
from latebloom.circuits.groups.settings import LISTED
from latebloom.claims import Record, Results
from latebloom.explorer.reproduction import spread
from latebloom.lab.reproduce import HOME, judge_stored
from latebloom.lab.reproduce.catalogue import Entry, catalogue
from latebloom.lab.reproduce.train import SystemRuns
from latebloom.sweeps.spec import parse_spec

from .paths import GROUPS, QUANTITIES
from .templating import render

SYSTEM = "groups"
A5 = {
    "recipe": "s5_mlp",
    "seeds": "110:113",
    "settings": {"task.entries": "A5", "data.fraction": 0.7, "recording.checkpoints": "50 until 1200, 200"},
}
"""Runs on A5 beside those on S5; they judge nothing."""


def groups_block() -> str:
    """What stands between the marks of docs/groups.md."""
    results, entry = Results(QUANTITIES), catalogue("full")[SYSTEM]
    records = _by_seed(SystemRuns.of(entry, Path(), results, print).records())
    a5 = _a5_runs(Path())
    listed = [_listed(one) for one in records]
    return render(
        "groups_measured",
        runs={"S5": records, "A5": _by_seed(a5.records())},
        sizes=sorted({len(one) for one in listed}),
        sets=Counter(", ".join(one) or "none" for one in listed),
        firsts=Counter(min(steps, key=lambda name: steps[name]) for steps in map(_formed, records) if steps),
        among_higher=[one for record in records for one in _lower_first(_formed(record))],
        counted=Counter(name for one in listed for name in one).most_common(),
        claims={one.id: one for one in judge_stored("full", results) if one.system == SYSTEM},
        spread=spread,
        threshold=LISTED,
        commands=[spec.command() for spec in (*entry.specs, *a5.entry.specs)],
        seconds=sum(one.seconds or 0.0 for one in records),
    )


def train_a5(root: Path) -> None:
    """Train the runs on A5 that are missing, and store their records. Errors: UsageError for runs that are not."""
    runs = _a5_runs(root)
    tally = runs.train(workers=1, quiet=True)
    problems = [*(f"{name}: {message}" for name, message in tally.failures), *runs.problems]
    if tally.stopped is not None or problems:
        raise UsageError("; ".join(filter(None, (tally.stopped, *problems))))


def _a5_runs(root: Path) -> SystemRuns:
    entry = Entry(SYSTEM, (parse_spec(A5, Path(__file__)),), measured=True, figures=(), by=())
    return SystemRuns.of(entry, root / HOME / "a5", Results(GROUPS), print)


def _by_seed(records: Sequence[Record]) -> list[Record]:
    return sorted(records, key=lambda one: one.seed or 0)


def _listed(record: Record) -> list[str]:
    """The names of the listed representations of a run."""
    names = record.value("group_listed_names")
    return names.split(", ") if names else []


def _formed(record: Record) -> dict[str, float]:
    """The step from which each listed representation of a run is there, by name."""
    return dict(zip(_listed(record), record.value("group_formed_at") or (), strict=True))


def _lower_first(formed: dict[str, float]) -> list[bool]:
    """Whether the lower dimension is there first, for every two representations of different dimension over 1 that are
    not there at the same checkpoint."""
    dimension = {name: int(name.rstrip(ascii_lowercase)) for name in formed}
    pairs = [(a, b) for a in formed for b in formed if 1 < dimension[a] < dimension[b] and formed[a] != formed[b]]
    return [formed[a] < formed[b] for a, b in pairs]
