"""Find the runs in a directory, without following links and without opening a file.

A run's name is its path below the directory: ``demo``, or ``sweep/demo`` for a run of a sweep. A request names a run,
and only names that were found here are ever opened.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DEPTH = 4
"""Runs lie this many folders below the directory at most."""

WATCHED = ("manifest.json", "metrics.parquet", "measures.parquet", "measures.json", "quantities.json", "checkpoints")
"""Entries whose change means that the page of the run has changed."""

LARGEST = {
    "manifest.json": 1 << 23,
    "quantities.json": 1 << 26,
    "metrics.parquet": 1 << 29,
    "measures.parquet": 1 << 29,
}
"""Bytes above which an entry is not read: far above what a run writes."""

Signature = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Found:
    """A run on disk. signature: time of change and size of each of `WATCHED`. problem: why it is not opened."""

    name: str
    path: Path
    signature: Signature
    problem: str | None


def find(root: Path) -> dict[str, Found]:
    """The runs below ``root`` by name, in order of names. Folders that vanish meanwhile, and names that cannot be
    printed, are left out."""
    return {found.name: found for found in _walk(root, "", DEPTH)}


def _walk(folder: Path, name: str, depth: int) -> Iterator[Found]:
    try:
        with os.scandir(folder) as scan:
            entries = {entry.name: entry for entry in scan}
    except OSError as error:
        if name and not isinstance(error, FileNotFoundError | NotADirectoryError):
            yield Found(name, folder, (), f"the folder cannot be read: {error.strerror}")
        return
    if name and "manifest.json" in entries:
        yield _found(folder, name, entries)
        return
    for child, entry in sorted(entries.items()):
        inner = f"{name}/{child}" if name else child
        if child.startswith(".") or not child.isprintable() or depth == 0:
            continue
        if entry.is_symlink():
            if _is_linked_run(Path(entry.path)):
                yield Found(inner, Path(entry.path), (), "it is a link to another folder, and links are not followed")
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), inner, depth - 1)


def _is_linked_run(link: Path) -> bool:
    """Whether a link leads to a run; nothing of it is opened."""
    return os.path.isfile(link / "manifest.json")


def _found(folder: Path, name: str, entries: dict[str, os.DirEntry[str]]) -> Found:
    odd = next((e.name for e in entries.values() if not _is_plain(e)), None)
    signature, problem = [], None if odd is None else f"{odd} is neither a file nor a folder, so the run is not opened"
    for entry in WATCHED:
        try:
            state = os.lstat(folder / entry)
        except OSError:
            signature.append((0, 0))
            continue
        signature.append((state.st_mtime_ns, state.st_size))
        if stat.S_ISREG(state.st_mode) and state.st_size > LARGEST.get(entry, state.st_size):
            problem = f"{entry} has {state.st_size / 1e6:.0f} MB, more than a run writes, so the run is not opened"
    return Found(name, folder, tuple(signature), problem)


def _is_plain(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a file or a folder itself: neither a link nor a pipe, which would block its reader."""
    return entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)


def odd_checkpoint(run: Path) -> str | None:
    """An entry of the run's checkpoints that is no plain file, or None."""
    try:
        with os.scandir(run / "checkpoints") as scan:
            return next((f"checkpoints/{e.name}" for e in scan if not e.is_file(follow_symlinks=False)), None)
    except OSError:
        return None
