"""Make each write, rename, sync and removal of a run fail, in each way in which a disk fails, as SQLite's tests do.

    python benchmarks/fault_injection.py --out benchmarks/results/fault_injection.json

A small run that was killed is resumed, trained further and measured; every operation on the disk goes through
`latebloom.store.operations`. For each operation and each fault the run is made again with that fault. Afterwards it
must be readable, each file old or new, and made once more without faults it must have the bits of the run without
faults, with nothing left over. ``--every N`` takes every Nth operation. The command can be interrupted and goes on from
the file of ``--out``.
"""

from __future__ import annotations

import os

os.environ |= {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}

import argparse
import errno
import json
import math
import platform
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from latebloom._errors import LatebloomError, RunNotFoundError
from latebloom.lab.measure import measure
from latebloom.models import TransformerConfig
from latebloom.runs import Run, recorder, train_run
from latebloom.runs.environment import git_commit
from latebloom.store import operations
from latebloom.tasks import Data, ModularAddition
from latebloom.training import Experiment, Optimiser, Recording, Training

OPERATIONS = ("write", "overwrite", "sync", "rename", "remove", "make_folder")


class Crash(BaseException):
    """The process or the machine ended here: nothing that comes later happens, not even cleaning up."""


class Disk:
    """Counts operations, and lets the one of a number fail.

    fault: "fails" (input/output error, from then on), "fails once", "is full" (from then on), "is full once", "writes
    half" (and then fails once), "crash after", "power cut": as a crash before it, and what was not synced is undone.
    """

    def __init__(self, fault: str = "", number: int = -1) -> None:
        self.fault, self.number, self.count, self.done = fault, number, 0, []
        self.crashed = False
        self.unsynced: dict[Path, bytes | None] = {}

    def call(self, name: str, operate: Callable[..., None], *arguments: Any) -> None:
        """Do one operation, or what the fault makes of it."""
        if self.crashed:
            raise Crash
        number, self.count = self.count, self.count + 1
        self.done.append(name)
        hit = number == self.number or (number > self.number >= 0 and self.fault in ("fails", "is full"))
        if not hit:
            self._do(name, operate, *arguments)
            return
        if self.fault == "power cut":
            self._forget()
        elif self.fault == "crash after":
            self._do(name, operate, *arguments)
        elif self.fault == "writes half" and name in ("write", "overwrite"):
            operate(arguments[0], arguments[1][: len(arguments[1]) // 2])
        if self.fault in ("power cut", "crash after"):
            self.crashed = True
            raise Crash
        code = errno.ENOSPC if self.fault.startswith("is full") else errno.EIO
        raise OSError(code, os.strerror(code))

    def _do(self, name: str, operate: Callable[..., None], *arguments: Any) -> None:
        """Do it, and remember how to undo it until it is synced."""
        first = arguments[0]
        if name == "write":
            self.unsynced[first] = None
        elif name == "rename":
            target = arguments[1]
            self.unsynced[target] = target.read_bytes() if target.exists() else None
            self.unsynced.pop(first, None)
        elif name == "sync":
            for path in [path for path in self.unsynced if first in (path, path.parent)]:
                del self.unsynced[path]
        operate(*arguments)

    def _forget(self) -> None:
        """Undo what was not synced: renames have not happened, files have no content."""
        for path, content in self.unsynced.items():
            if content is None:
                path.unlink(missing_ok=True) if not path.name.startswith(".") else path.write_bytes(b"")
            else:
                path.write_bytes(content)


@contextmanager
def on(disk: Disk) -> Iterator[None]:
    """Send the store's operations to this disk, and make those that the records ask for alone.

    A training that waits, for a compilation or on a busy machine, would commit more often.
    """
    real = {name: getattr(operations, name) for name in OPERATIONS}
    usual = recorder.COMMIT_SECONDS

    def through(name: str) -> Callable[..., None]:
        return lambda *arguments: disk.call(name, real[name], *arguments)

    try:
        recorder.COMMIT_SECONDS = math.inf
        for name in OPERATIONS:
            setattr(operations, name, through(name))
        yield
    finally:
        recorder.COMMIT_SECONDS = usual
        for name, operate in real.items():
            setattr(operations, name, operate)


FAULTS = ("fails", "fails once", "is full", "is full once", "writes half", "crash after", "power cut")


def experiment(steps: int) -> Experiment:
    """The smallest run that has everything."""
    return Experiment(
        recipe="tiny",
        task=ModularAddition(p=5),
        data=Data(fraction=0.5, seed=1),
        model=TransformerConfig(d_model=8, n_heads=2, d_head=4, d_mlp=8, seed=2),
        optimiser=Optimiser(lr=1e-2),
        training=Training(steps=steps, stop="steps"),
        recording=Recording(checkpoints="2", metrics="1"),
    )


KILLED_AT = 26
"""The operation after which an earlier attempt was killed: a checkpoint without its state, and half a table."""


def prepare(root: Path) -> None:
    """What a killed training left, so that resuming it has something to remove."""
    with suppress(Crash), on(Disk("crash after", KILLED_AT)):
        train_run(experiment(2), "r", root)
    run = Run(root / "r")
    if run.checkpoints != [0, 2] or not list(run.path.glob(".*.tmp")):
        raise SystemExit(f"{KILLED_AT} is not the operation that is meant: update it")


def make(root: Path) -> None:
    """Train the run, train it further, measure it."""
    train_run(experiment(2), "r", root)
    train_run(experiment(4), "r", root)
    measure(Run(root / "r"))


def finish(root: Path) -> None:
    """Train the run to its end, and measure it."""
    train_run(experiment(4), "r", root)
    measure(Run(root / "r"))


def contents(run: Path) -> dict[str, bytes]:
    """Every file of a run except the manifest, which has times, and the lock, which has a process number."""
    files = [file for file in run.rglob("*") if file.is_file() and file.name not in ("manifest.json", ".lock")]
    return {str(file.relative_to(run)): file.read_bytes() for file in files}


def read(run: Run) -> None:
    """Read everything that there is. Errors: LatebloomError."""
    with suppress(RunNotFoundError):  # it ended before there was one
        run.rows()
        for step in run.checkpoints:
            run.checkpoint(step)
        run.directory.read_state()
        run.directory.read_document("measures")


def attempt(fault: str, number: int, root: Path, expected: dict[str, bytes]) -> str:
    """What became of the run with this fault at this operation: "right", or what is wrong."""
    prepare(root)
    before = set(root.rglob(".*.tmp"))
    try:
        with on(Disk(fault, number)):
            make(root)
        ended = "survived"
    except Crash:
        ended = "crashed"
    except LatebloomError as error:
        ended = "stopped"
        if "\n" in str(error):
            return f"an error of more than one line: {error}"
    except Exception as error:
        return f"an error that is not latebloom's: {error!r}"
    if ended == "stopped" and fault.endswith("once") and set(root.rglob(".*.tmp")) - before:
        return "temporary files are left where they could be removed"
    try:
        read(Run(root / "r"))
        finish(root)
        read(Run(root / "r"))
    except LatebloomError as error:
        return f"not readable or not resumed: {error}"
    found = contents(root / "r")
    if found != expected:
        return (
            f"other files: {sorted(name for name in found.keys() | expected if found.get(name) != expected.get(name))}"
        )
    return f"right, {ended}"


def sweep(
    every: int = 1,
    faults: tuple[str, ...] = FAULTS,
    earlier: Mapping[str, Any] | None = None,
    save: Callable[[dict[str, Any]], None] = lambda result: None,
) -> dict[str, Any]:
    """Each fault at every operation, or at every Nth; ``earlier``: a result to go on from, which ``save`` got."""
    result = {"commits": {}, "operations": {}, "tries": 0, "wrong": [], "verdicts": {}} | dict(earlier or {})
    commit = git_commit() or "no checkout"
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        whole = Disk()
        prepare(Path(folder) / "whole")
        with on(whole):
            make(Path(folder) / "whole")
        expected = contents(Path(folder) / "whole" / "r")
        result["operations"] = dict(sorted(Counter(whole.done).items()))
        tries = [(f, n) for place, f in enumerate(faults) for n in range(7 * place % every, whole.count, every)]
        for fault, number in tries[result["tries"] :]:
            root = Path(folder) / "faulty"
            found = attempt(fault, number, root, expected)
            verdict = f"{fault}: {found}" if found.startswith("right") else "wrong"
            if verdict == "wrong":
                result["wrong"].append(f"{fault} at {number} ({whole.done[number]}): {found}")
            result["tries"] += 1
            result["commits"][commit] = result["commits"].get(commit, 0) + 1
            result["verdicts"] = dict(sorted((Counter(result["verdicts"]) + Counter([verdict])).items()))
            save(result)
            shutil.rmtree(root, ignore_errors=True)
    return result


def main() -> int:
    """Make the tries, and write their figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    described = {
        "command": "python benchmarks/fault_injection.py" + (f" --every {options.every}" if options.every > 1 else ""),
        "date": datetime.now(UTC).date().isoformat(),
        "machine": platform.platform(),
    }

    def save(result: dict[str, Any]) -> None:
        if options.out:
            options.out.write_text(json.dumps(result | described, indent=1) + "\n")

    earlier = json.loads(options.out.read_text()) if options.out and options.out.exists() else None
    result = sweep(options.every, earlier=earlier, save=save)
    print(json.dumps(result, indent=1))
    return 1 if result["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
