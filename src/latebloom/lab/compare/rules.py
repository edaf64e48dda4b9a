"""The frozen rules of the contest: everything that decides a verdict, fixed before the runs exist."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from latebloom.claims import JUDGING
from latebloom.lab.compare.arms import CHOOSING
from latebloom.lab.compare.contestants import OWN
from latebloom.lab.compare.course import COURSES, EXTENTS, RECIPE
from latebloom.lab.compare.statements import statements
from latebloom.lab.frozen import Frozen, freeze_rules, read_frozen

FILE = "rules.json"
COMMAND = "docs/generate.py freeze-compare"


def content() -> dict[str, Any]:
    """The rules as they are in the code. Seeds are left out, so that more may be added, and so are the contestants of
    other packages, about which no statement is."""
    written = statements(COURSES[0], EXTENTS["full"], lambda record: True)
    return {
        "recipe": RECIPE,
        "courses": [
            {"name": one.name, "tuned": one.arguments(False), "published": one.arguments(True)} for one in COURSES
        ],
        "contestants": [{k: v for k, v in asdict(one).items() if k not in ("title", "source")} for one in OWN],
        "choosing": CHOOSING,
        "statements": [{"id": one.id, "sentence": one.sentence, "rule": one.rule} for one in written],
        "judging": JUDGING,
    }


def read_rules(folder: Path) -> Frozen | None:
    """The frozen rules beside the records; None where there are none. Errors: UsageError for something else."""
    return read_frozen(folder / FILE, COMMAND)


def freeze(folder: Path) -> Frozen:
    """Write the rules of the code beside the records. Rules that are frozen already in this form keep their date."""
    return freeze_rules(folder / FILE, content(), COMMAND)
