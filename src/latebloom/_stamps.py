"""When the files of a package were changed: what was made from them is current while nothing differs."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

Stamp = tuple[str, int, int]
"""The path of a file, its size, and when it was changed, in nanoseconds."""


def stamps(*folders: Path, files: Iterable[Path] = (), ending: str = "") -> list[Stamp]:
    """Of every file below these folders whose name ends so, and of these other files, in order of their paths.

    Errors: OSError.
    """
    found = [entry for folder in folders for entry in _files(folder) if entry.name.endswith(ending)]
    stats = [(entry.path, entry.stat()) for entry in found] + [(str(file), file.stat()) for file in files]
    return sorted((path, stat.st_size, stat.st_mtime_ns) for path, stat in stats)


def _files(folder: str | Path) -> Iterator[os.DirEntry[str]]:
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from () if entry.name == "__pycache__" else _files(entry.path)
        else:
            yield entry
