"""A sweep stored at a URI (``s3://…``, ``gs://…``, ``file://…``), for clusters whose machines share no disk."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pyarrow import fs
from pydantic import ValidationError

from latebloom._errors import StoreError, UsageError
from latebloom.runs import BatchObserver, Job, JobResult, train_batch
from latebloom.store import Manifest
from latebloom.store.documents import parse_json
from latebloom.sweeps.place import PlannedStatus

_LAST = ("state.safetensors", "manifest.json")
"""Copied last and in this order: as on a disk, the state commits a step and the manifest records it."""

READERS = 16
"""Statuses that are read at once."""


@dataclass(frozen=True)
class Remote:
    """Workers copy a run into a scratch directory, train it there, and copy it back when their batch ends.

    Limits: a worker that is killed loses its work since the batch began. Nothing prevents two sweeps
    at one place, since object stores have no locks.
    """

    uri: str

    def __str__(self) -> str:
        return self.uri

    def lock(self) -> AbstractContextManager[object]:
        with self._opened() as (system, path):
            system.create_dir(path)
        return nullcontext()

    def status(self, name: str) -> PlannedStatus:
        content = self._content(f"{name}/manifest.json")
        if content is None:
            return "new"
        try:
            status = Manifest.model_validate_json(content).status
        except ValidationError:
            return "damaged"
        return "interrupted" if status == "running" else status

    def statuses(self, names: Sequence[str]) -> dict[str, PlannedStatus]:
        with self._opened() as (system, path):
            entries = system.get_file_info(fs.FileSelector(path, allow_not_found=True))
        begun = {entry.base_name for entry in entries}
        # An answer of an object store takes tens of milliseconds, most of which is waiting.
        with ThreadPoolExecutor(READERS) as pool:
            return dict(zip(names, pool.map(lambda name: self.status(name) if name in begun else "new", names)))

    def train(self, jobs: Sequence[Job], observer: BatchObserver) -> list[JobResult]:
        with TemporaryDirectory(prefix="latebloom-") as folder:
            scratch = Path(folder)
            for job in jobs:
                self._fetch(job.name, scratch)
            try:
                return train_batch(jobs, scratch, observer)
            finally:
                self._deliver_all(jobs, scratch)

    def read(self, name: str) -> Any:
        content = self._content(f"{name}.json")
        return None if content is None else parse_json(content, f"{self.uri}/{name}.json")

    def write(self, name: str, value: Any) -> None:
        content = json.dumps(value, indent=2).encode()
        with self._opened() as (system, path):
            # Object stores publish an object only once it is complete; on a disk, a half-written file is visible.
            temporary = f"{path}/.{name}.json.tmp"
            with system.open_output_stream(temporary) as stream:
                stream.write(content)
            system.move(temporary, f"{path}/{name}.json")

    def _content(self, name: str) -> bytes | None:
        with self._opened() as (system, path):
            if not system.get_file_info(f"{path}/{name}").is_file:
                return None
            with system.open_input_stream(f"{path}/{name}") as stream:
                return stream.read()

    def _fetch(self, name: str, scratch: Path) -> None:
        with self._opened() as (system, path):
            if system.get_file_info(f"{path}/{name}/manifest.json").is_file:
                fs.copy_files(f"{path}/{name}", str(scratch / name), source_filesystem=system)

    def _deliver_all(self, jobs: Sequence[Job], scratch: Path) -> None:
        """Copy every run back, even after an error with another run; then raise the first error."""
        errors = []
        for job in jobs:
            try:
                self._deliver(job.name, scratch)
            except Exception as error:  # The other runs are complete and would be lost with the scratch directory.
                errors.append(error)
        if errors:
            raise errors[0]

    def _deliver(self, name: str, scratch: Path) -> None:
        files = [file for file in (scratch / name).rglob("*") if file.is_file() and not file.name.startswith(".")]
        with self._opened() as (system, path):
            for folder in sorted({file.parent for file in files}):
                system.create_dir(f"{path}/{folder.relative_to(scratch).as_posix()}")
            for file in sorted(files, key=lambda file: _LAST.index(file.name) if file.name in _LAST else -1):
                target = f"{path}/{file.relative_to(scratch).as_posix()}"
                fs.copy_files(str(file), target, destination_filesystem=system)

    @contextmanager
    def _opened(self) -> Iterator[tuple[Any, str]]:
        """The file system and the path in it; errors of the block become one line."""
        try:
            system, path = _connected(self.uri)
        except (ValueError, OSError) as error:
            raise UsageError(f"--runs: got {self.uri!r}, which pyarrow cannot open: {error}") from None
        try:
            yield system, path
        except OSError as error:
            raise StoreError(f"{self.uri}: {error}") from None


@cache
def _connected(uri: str) -> tuple[Any, str]:
    """The file system and the path in it, once in each process: a new one would connect anew for each request.

    Errors: ValueError, OSError.
    """
    system, path = fs.FileSystem.from_uri(uri)
    return system, path
