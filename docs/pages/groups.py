"""The measured part of docs/groups.md: which representations the runs on S5 learned, when, and in which order."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from latebloom.claims import Record, Results
from latebloom.explorer.reproduction import spread
from latebloom.lab.reproduce import judge_stored
from latebloom.lab.reproduce.catalogue import catalogue
from latebloom.lab.reproduce.train import SystemRuns

from .paths import QUANTITIES
from .templating import render

SYSTEM = "groups"


def groups_block() -> str:
    """What stands between the marks of docs/groups.md."""
    results, entry = Results(QUANTITIES), catalogue("full")[SYSTEM]
    records = sorted(SystemRuns.of(entry, Path(), results, print).records(), key=lambda one: one.seed or 0)
    keys = [_keys(one) for one in records]
    return render(
        "groups_measured",
        records=records,
        sizes=sorted({len(one) for one in keys}),
        sets=Counter(", ".join(one) or "none" for one in keys).most_common(),
        counted=Counter(name for one in keys for name in one).most_common(),
        claims={one.id: one for one in judge_stored("full", results) if one.system == SYSTEM},
        spread=spread,
        commands=[spec.command() for spec in entry.specs],
        seconds=sum(one.seconds or 0.0 for one in records),
    )


def _keys(record: Record) -> list[str]:
    """The names of the listed representations of a run."""
    names = record.value("group_listed_names")
    return names.split(", ") if names else []
