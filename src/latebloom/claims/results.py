"""Committed measurements: a file ``SYSTEM.jsonl`` for each system, one run per line, sorted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from latebloom._errors import DamagedFileError
from latebloom.claims.record import Record, merge
from latebloom.store import atomic_write, folder_lock, made_folder
from latebloom.store.disk import read_if_there

_READ: dict[Path, tuple[bytes, tuple[Record, ...]]] = {}
"""By file, what was read last and its records: judging reads each file several times, and parsing takes longest."""


@dataclass(frozen=True)
class Results:
    """The records in a directory, which is made when the first record is added.

    Lines of one run in a file, as after a merge by git, count as one record: see `latebloom.claims.record.merge`.
    Files are replaced whole, so a kill or a full disk leaves the old file. Processes that add records to one
    directory wait for each other.
    """

    path: Path

    def read(self, system: str) -> list[Record]:
        """The records of a system; none where there is no file. Errors: DamagedFileError naming file and line."""
        file = self._file(system)
        content = read_if_there(file) or b""
        before = _READ.get(file)
        if before is None or before[0] != content:
            before = _READ[file] = content, _parsed(content, file)
        return list(before[1])

    def add(self, system: str, records: Iterable[Record]) -> None:
        """Merge records into the file of a system."""
        made_folder(self.path)
        with folder_lock(self.path):
            merged = merge([*self.read(system), *records])
            atomic_write(self._file(system), "".join(f"{record.to_line()}\n" for record in merged).encode())

    def _file(self, system: str) -> Path:
        return self.path / f"{system}.jsonl"


def _parsed(content: bytes, file: Path) -> tuple[Record, ...]:
    try:
        lines = content.decode().splitlines()
    except UnicodeDecodeError as error:
        raise DamagedFileError(f"{file} is damaged, expected text in UTF-8: {error}") from None
    records = (Record.from_line(line, f"{file}:{number}") for number, line in enumerate(lines, 1) if line.strip())
    return tuple(merge(records))
