"""The layout of one run on disk."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latebloom._errors import DamagedFileError, UsageError
from latebloom.store import documents, manifest, operations, tables, tensors
from latebloom.store.atomic import TEMPORARY
from latebloom.store.disk import check_no_link, one_line
from latebloom.store.reads import note_listed

if TYPE_CHECKING:
    import numpy
    import pyarrow

_CHECKPOINT = re.compile(r"step-(\d{8,})\.safetensors")
KEPT = "kept"
"""The folder of kept results in a run."""

FOLDERS = ("checkpoints", KEPT, "figures")
"""Folders of a run in which files are written."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


@dataclass(frozen=True)
class RunDirectory:
    """One run: `manifest.json`, `metrics.parquet`, `measures.parquet`, `checkpoints/`, `state.safetensors`, documents.

    Writers replace whole files, so reading needs no lock and works at any moment. Hold a `RunLock` to write.
    `write_state` is the commit: write the checkpoints and tables of a step before it and the manifest after it.
    To resume, call `read_state()` and then `drop_after` with its step, which removes data written after that commit.
    """

    path: Path

    def create(self) -> None:
        """Create the directory if needed; UsageError if that fails, for example without rights."""
        with one_line(self.path, "make", UsageError):
            operations.make_folder(self.path / "checkpoints")
        self._check_inside()

    def folder(self, name: str) -> Path:
        """The directory of this name in the run or sweep, made if needed. UsageError if it leads elsewhere."""
        folder = self.path / name
        with one_line(folder, "make"):
            operations.make_folder(folder)
        check_no_link(folder)
        return folder

    def exists(self) -> bool:
        """Whether the directory contains a run, that is, a manifest."""
        return os.path.isfile(self.path / "manifest.json")  # unlike Path.is_file, False without rights

    def read_manifest(self) -> manifest.Manifest:
        """The manifest. Errors: RunNotFoundError if there is none, DamagedFileError if it does not validate."""
        return manifest.read_manifest(self.path / "manifest.json")

    def write_manifest(self, value: manifest.Manifest) -> None:
        manifest.write_manifest(self.path / "manifest.json", value)

    def read_table(self, name: str) -> pyarrow.Table:
        """The table "metrics" or "measures"; empty if there is no file."""
        return tables.read_table(self._named(name, "parquet"))

    def write_table(self, name: str, table: pyarrow.Table) -> None:
        """Replace the table: `step` int64 first and increasing, then float64 columns; else ValueError."""
        tables.write_table(self._named(name, "parquet"), table)

    def table_written(self, name: str) -> datetime | None:
        """When the table was last written, to the second, as dates in records are; None if there is no file."""
        try:
            seconds = int(self._named(name, "parquet").stat().st_mtime)
        except OSError:
            return None
        return datetime.fromtimestamp(seconds, UTC)

    def checkpoint_steps(self) -> list[int]:
        """The steps with a checkpoint, in order."""
        note_listed(self.path / "checkpoints")
        names = (_CHECKPOINT.fullmatch(file.name) for file in (self.path / "checkpoints").glob("*"))
        return sorted(int(match[1]) for match in names if match)

    def read_checkpoint(self, step: int) -> dict[str, numpy.ndarray]:
        """The weights at the step; UsageError with the nearest steps if there is no such checkpoint."""
        file = self._checkpoint(step)
        checkpoint = self._of_this_run(file) if step in self.checkpoint_steps() else None
        if checkpoint is None:
            raise UsageError(f"{self.path} has no checkpoint at step {step}: {self._nearest(step)}")
        if checkpoint.step != step:
            raise DamagedFileError(f"{file} holds step {checkpoint.step}, not {step}: it was renamed or copied")
        return checkpoint.arrays

    def write_checkpoint(self, step: int, weights: Mapping[str, numpy.ndarray], run: str = "") -> None:
        """Store the weights (float32 by convention) with unchanged dtypes; `run`: `Manifest.run`."""
        self._check_inside()
        tensors.write_tensors(self._checkpoint(step), step, weights, run)

    def read_state(self) -> tuple[int, dict[str, numpy.ndarray]] | None:
        """The step and everything needed to resume from it bit-identically; None before the first commit."""
        state = self._of_this_run(self.path / "state.safetensors")
        return None if state is None else (state.step, state.arrays)

    def write_state(self, step: int, state: Mapping[str, numpy.ndarray], run: str = "") -> None:
        """Commit the step: weights, optimiser moments and random generators, with unchanged dtypes."""
        tensors.write_tensors(self.path / "state.safetensors", step, state, run)

    def drop_after(self, step: int) -> None:
        """Remove checkpoints and table rows after the step (-1: all). Hold the lock."""
        self._check_inside()
        for late in (kept for kept in self.checkpoint_steps() if kept > step):
            with one_line(self._checkpoint(late), "remove"):
                operations.remove(self._checkpoint(late))
        for file in self.path.glob("*.parquet"):
            table = tables.read_table(file)
            keep = int((tables.column(table, "step") <= step).sum())
            if keep < len(table):
                tables.write_table(file, table.slice(0, keep))

    def read_document(self, name: str) -> Any:
        """The content of `<name>.json`, or None if there is none; DamagedFileError if it is not JSON."""
        return documents.read_json(self._named(name, "json"))

    def write_document(self, name: str, value: Any) -> None:
        """Replace `<name>.json`; StoreError for NaN and infinity, which JSON cannot represent."""
        documents.write_json(self._named(name, "json"), value)

    def clean(self) -> None:
        """Remove temporary files of a killed writer. Hold the lock, since another writer may be using them."""
        self._check_inside()
        folders = [self.path, *(self.path / name for name in FOLDERS)]
        for folder in folders:
            for file in () if folder != self.path and folder.is_symlink() else folder.glob(TEMPORARY):
                with one_line(file, "remove"):
                    operations.remove(file)

    def bytes(self) -> int:
        """Size of all files, in bytes."""
        total = 0
        for file in self.path.rglob("*"):
            with suppress(FileNotFoundError):  # a writer may replace it meanwhile
                total += file.lstat().st_size if file.is_file() else 0
        return total

    def _of_this_run(self, file: Path) -> tensors.Stored | None:
        """The content of a file of tensors. DamagedFileError if another run wrote it, so that runs never mix."""
        stored = tensors.read_tensors(file)
        if stored is not None and stored.run and self.exists():
            own = self.read_manifest().run
            if own and stored.run != own:
                raise DamagedFileError(
                    f"{file} was written by another run ({stored.run[:12]}, expected {own[:12]}): two runs are mixed "
                    "in this directory; restore the file, or train under another --name"
                )
        return stored

    def _check_inside(self) -> None:
        """UsageError if the checkpoints are elsewhere: a writer must not change files outside the run directory."""
        check_no_link(self.path / "checkpoints")

    def _checkpoint(self, step: int) -> Path:
        return self.path / "checkpoints" / f"step-{step:08d}.safetensors"

    def _nearest(self, step: int) -> str:
        steps = sorted(sorted(self.checkpoint_steps(), key=lambda kept: abs(kept - step))[:4])
        return f"the nearest are {', '.join(map(str, steps))}" if steps else "it has no checkpoints yet"

    def _named(self, name: str, kind: str) -> Path:
        """The file of a table or document; names may be untrusted, so they must not contain a path."""
        if not _NAME.fullmatch(name) or name == "manifest":
            raise UsageError(f"{name!r} is no name for a {kind} file of a run: use a-z, 0-9, _ and -, not manifest")
        return self.path / f"{name}.{kind}"
