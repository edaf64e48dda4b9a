"""The measured part of docs/crossover.md: every committed search for a crossover."""

from __future__ import annotations

import json
from pathlib import Path

from latebloom.lab.crossover import Crossover

from .paths import CROSSOVER
from .stored import Stored
from .templating import render


class Search(Stored):
    """A search, and how it was made."""

    recipe: str
    command: str
    date: str
    versions: dict[str, str]
    device: dict[str, str | int]
    git_commit: str | None
    seconds: float
    found: Crossover

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Each size and each edge, in words."""
        return self.found.rows()


def crossover_block() -> str:
    """What stands between the marks of docs/crossover.md."""
    return render("crossover_measured", searches=[read_search(path) for path in sorted(CROSSOVER.glob("*.json"))])


def read_search(path: Path) -> Search:
    """One committed search; the file is named for its recipe."""
    return Search.model_validate(json.loads(path.read_bytes()) | {"recipe": path.stem})
