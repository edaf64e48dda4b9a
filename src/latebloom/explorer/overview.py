"""What the directory of runs holds now, kept up to date by looking at times of change."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from latebloom._errors import LatebloomError, RunNotFoundError
from latebloom.explorer.folder import Found, find, odd_checkpoint
from latebloom.explorer.rows import Row, read_row, small_curves
from latebloom.store import RunDirectory, is_locked


@dataclass
class _Known:
    found: Found
    row: Row
    revision: int
    needs_curves: bool = True
    needs_outcome: bool = True


@dataclass(frozen=True)
class Changes:
    """The rows that are new or changed since an earlier revision, and the names of the runs that are gone."""

    revision: int
    rows: list[Row]
    removed: list[str]


class Overview:
    """The runs below a directory. Threads may share it; nothing is written.

    Every change has a revision, a number that increases, so that each listener asks for what it has not seen.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._known: dict[str, _Known] = {}
        self._removed: dict[str, int] = {}
        self._revision = 0
        self._lock = threading.Lock()

    @property
    def revision(self) -> int:
        """The number of the last change."""
        return self._revision

    def refresh(self) -> None:
        """Look at the directory again. Opens manifests that have changed, and no other file."""
        current = find(self.root)
        with self._lock:
            for name in self._known.keys() - current.keys():
                del self._known[name]
                self._removed[name] = self._next()
            for found in current.values():
                self._look(found)

    def _look(self, found: Found) -> None:
        known = self._known.get(found.name)
        if known is not None and known.found == found:
            if known.row.status == "running" and not _locked(found.path):  # its process has ended without a word
                self._set(found.name, replace(known.row, status="interrupted"))
            return
        row = read_row(found)
        if known is not None:  # the last curves stay until they are read again
            row = replace(row, curves=known.row.curves, outcome=known.row.outcome)
        readable = row.status not in ("damaged", "not opened")
        self._removed.pop(found.name, None)
        self._known[found.name] = _Known(found, row, self._next(), readable, readable)

    def _next(self) -> int:
        self._revision += 1
        return self._revision

    def _set(self, name: str, row: Row) -> None:
        known = self._known[name]
        known.row, known.revision = row, self._next()

    def get(self, name: str) -> Found:
        """The run of that name, which was listed; its path holds no link and no pipe.

        Errors: RunNotFoundError for every other name, and for a run that is not opened."""
        with self._lock:
            known = self._known.get(name)
        if known is None:
            raise RunNotFoundError(f"there is no run {name!r} in {self.root}")
        odd = odd_checkpoint(known.found.path)
        problem = known.found.problem or (odd and f"{odd} is no plain file, so the run is not opened")
        if problem:
            raise RunNotFoundError(f"{name}: {problem}")
        return known.found

    def row(self, name: str) -> Row | None:
        """The row of a run; None where there is none."""
        with self._lock:
            known = self._known.get(name)
        return None if known is None else known.row

    def is_sweep(self, name: str) -> bool:
        """Whether runs were found inside this folder, so that it may be read as a sweep."""
        with self._lock:
            return any(known.row.place == name for known in self._known.values())

    def place_signature(self, place: str) -> tuple[object, ...]:
        """Changes when a run in the folder does."""
        with self._lock:
            return tuple((k.found.name, k.found.signature) for k in self._known.values() if k.row.place == place)

    def changes(self, since: int = 0) -> Changes:
        """What has changed after the revision ``since``."""
        with self._lock:
            rows = [known.row for known in self._known.values() if known.revision > since]
            removed = [name for name, revision in self._removed.items() if revision > since]
            return Changes(self._revision, rows, removed)

    def read_curves(self, count: int = 20) -> bool:
        """Read the small curves of some runs that need it; whether any did."""
        with self._lock:
            todo = [known.found for known in self._known.values() if known.needs_curves][:count]
        for found in todo:
            try:
                curves, message = small_curves(RunDirectory(found.path).read_table("metrics")), None
            except LatebloomError as error:
                curves, message = None, " ".join(str(error).split())
            self._fill(found, curves=curves, message=message)
        return bool(todo)

    def _fill(self, found: Found, curves: dict[str, list[object]] | None, message: str | None) -> None:
        with self._lock:
            known = self._known.get(found.name)
            if known is None or known.found != found:
                return
            known.needs_curves = False
            row = replace(known.row, curves=curves, message=message or known.row.message)
            if curves != known.row.curves or row != known.row:
                self._set(found.name, row)

    def without_outcome(self, count: int = 20) -> Sequence[Found]:
        """Some runs whose outcome is to be found."""
        with self._lock:
            return [known.found for known in self._known.values() if known.needs_outcome][:count]

    def set_outcome(self, found: Found, outcome: str | None) -> None:
        """Note the outcome of a run as it was found."""
        with self._lock:
            known = self._known.get(found.name)
            if known is None or known.found != found:
                return
            known.needs_outcome = False
            if known.row.outcome != outcome:
                self._set(found.name, replace(known.row, outcome=outcome))


def _locked(run: Path) -> bool:
    try:
        return is_locked(run)
    except LatebloomError:
        return False
