"""Writing a folder of files as one: all of them or none, and never over files of somebody else."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latebloom._errors import StoreError, UsageError
from latebloom.exports.exported import json_bytes
from latebloom.store import one_line
from latebloom.store.regular import read_file

MARKER = "latebloom-export.json"
"""Lists the files of an export with their SHA-256, so that a later export knows which files are its own."""


def write_folder(folder: Path, files: Mapping[str, bytes], identity: Mapping[str, object], overwrite: bool) -> None:
    """Write the files (names may have subfolders) and a marker into ``folder``, which appears whole or not at all.

    identity: what is exported, kept in the marker. An existing folder is replaced where it holds nothing but an
    earlier export; with ``overwrite`` also otherwise, and files of other names stay.
    Errors: UsageError for a folder with other files, StoreError for a full disk or missing rights.
    """
    foreign = foreign_files(folder)
    if foreign and not overwrite:
        raise UsageError(
            f"--out: {folder} holds {foreign[0]}, which no export wrote; choose another folder, or add --overwrite"
        )
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    marked = {**files, MARKER: json_bytes({**identity, "files": sums})}
    target = folder.resolve()
    made = target.with_name(f".{target.name}.{os.urandom(6).hex()}.tmp")
    try:
        with one_line(folder, "write"):
            _fill(made, marked)
            _keep(target, made, [name for name in foreign if name not in marked])
            _swap(target, made)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def foreign_files(folder: Path) -> list[str]:
    """The files in a folder that no export wrote, or that were changed since. Errors: UsageError for a file."""
    if not folder.exists():
        return []
    if not folder.is_dir():
        raise UsageError(f"--out: {folder} is a file; expected a folder, or a new name")
    sums = exported_files(folder)
    found = [path for path in sorted(folder.rglob("*")) if not path.is_dir() or path.is_symlink()]
    return [name for path in found if not _is_own(path, name := path.relative_to(folder).as_posix(), sums)]


def _is_own(path: Path, name: str, sums: Mapping[str, str]) -> bool:
    if name == MARKER:
        return bool(sums)
    return name in sums and path.is_file() and hashlib.sha256(read_file(path)).hexdigest() == sums[name]


def exported_files(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file that an export wrote here, by name; empty where there was none."""
    return dict(marker_of(folder).get("files", {}))


def marker_of(folder: Path) -> dict[str, Any]:
    """What the marker holds; empty where there is none that can be read."""
    try:
        found = json.loads(read_file(folder / MARKER))
    except (StoreError, OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("files"), dict) else {}


def _fill(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _keep(target: Path, made: Path, names: list[str]) -> None:
    """Copy the files that stay into the folder that replaces theirs."""
    for name in names:
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(target / name, made / name, follow_symlinks=False)


def _swap(target: Path, made: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        os.rename(made, target)
        return
    old = target.with_name(f".{target.name}.{os.urandom(6).hex()}.tmp")
    os.rename(target, old)
    try:
        os.rename(made, target)
    except OSError:
        os.rename(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)
