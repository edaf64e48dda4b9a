"""Kill commands at random moments (SIGKILL), repeat them, and compare the bits with those of a command never killed.

    python benchmarks/kill_resume.py --kills 1000 --out benchmarks/results/kill_resume.json

Train, train --seeds, measure, import and sweep, each in a process forked from one that has imported everything. Half of
the kills come after a random time, half right before or after a random operation on the disk. Of a sweep the
coordinator is killed, half of the times after a random time since its worker began to write. Then the same command runs
again, and is killed again now and then, until it finishes. Every file except the manifests, which have times, and
the locks, which have process numbers, must equal that of the command that was never killed, byte by byte, and there
must be no other file. The command can be interrupted and goes on from the file of ``--out``.
"""

from __future__ import annotations

import os

os.environ |= {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}

import argparse
import json
import platform
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from latebloom.cli import main as latebloom
from latebloom.runs.environment import git_commit
from latebloom.store import RunDirectory, operations
from latebloom.store.directory import KEPT

SMALL = ["--training.stop", "steps", "--task.p", "5", "--model.d_mlp", "8"]
SMALL += ["--model.d_model", "8", "--model.d_head", "4", "--model.n_heads", "2"]
TRAIN = ["small", *SMALL, "--recording.checkpoints", "20", "--recording.metrics", "5", "--quiet"]
COMMANDS: dict[str, tuple[float, list[str]]] = {
    "train": (0.32, ["train", *TRAIN, "--steps", "100", "--name", "r"]),
    "train --seeds": (0.25, ["train", *TRAIN, "--steps", "40", "--seeds", "0:3", "--name", "r"]),
    "measure": (0.2, ["measure", "templates/r", "--json"]),
    "import": (0.22, ["import", "templates/r/checkpoints", "--task", "modular_addition", "--p", "5", "--name", "i"]),
    "sweep": (0.01, ["sweep", *TRAIN, "--steps", "60", "--seeds", "0:3", "--workers", "1", "--name", "s"]),
}
"""Share of the kills, and the command."""
OPERATIONS = ("write", "overwrite", "sync", "rename", "remove", "make_folder")
AGAIN = 0.3
"""Chance that a command that was killed is killed once more."""


def start(command: list[str], place: Path, before: Callable[[], None] = lambda: None) -> int:
    """Run the command in a forked process with ``place`` as its folder of runs; the process."""
    child = os.fork()
    if child:
        return child
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.chdir(place)
        before()
        status = latebloom([*command, "--runs", "."])
    except BaseException:
        status = 99
    os._exit(status)


def kill_at(number: int, after: bool) -> Callable[[], None]:
    """Let the process kill itself at this operation on the disk."""

    def install() -> None:
        count = -1
        for name in OPERATIONS:
            setattr(operations, name, _killing(getattr(operations, name), lambda: number == advance(), after))

        def advance() -> int:
            nonlocal count
            count += 1
            return count

    return install


def _killing(operate: Callable[..., None], now: Callable[[], bool], after: bool) -> Callable[..., None]:
    def call(*arguments: Any) -> None:
        hit = now()
        if hit and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        operate(*arguments)
        if hit:
            os.kill(os.getpid(), signal.SIGKILL)

    return call


def count_in(file: Path) -> Callable[[], None]:
    """Let the process add a byte to this file at each operation on the disk."""

    def install() -> None:
        for name in OPERATIONS:
            setattr(operations, name, _counting(getattr(operations, name), file))

    return install


def _counting(operate: Callable[..., None], file: Path) -> Callable[..., None]:
    def call(*arguments: Any) -> None:
        with file.open("ab") as counted:
            counted.write(b".")
        operate(*arguments)

    return call


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def finish(command: list[str], place: Path, before: Callable[[], None] = lambda: None) -> None:
    """Run the command to its end. Errors: SystemExit where it fails.

    An import that was killed after its last step is refused, since it is complete.
    """
    status = os.waitstatus_to_exitcode(os.waitpid(start(command, place, before), 0)[1])
    if status != 0 and not (command[0] == "import" and status == 2):
        raise SystemExit(f"{command[0]}: status {status} in {place}")


def killed(command: list[str], place: Path, chance: random.Random, expected: Whole) -> bool:
    """Start the command and kill it; whether it was killed before it ended."""
    workers: list[int] = []
    if chance.random() < 0.5:
        child = start(command, place, kill_at(chance.randrange(expected.operations), chance.random() < 0.5))
    else:
        child = start(command, place)
        longest = expected.seconds
        if command[0] == "sweep" and chance.random() < 0.5:
            longest = 1.0
            while not list(place.glob("s/*/manifest.json")) and not _has_ended(child):
                time.sleep(0.01)
        time.sleep(chance.random() * longest)
        workers = children(child) if command[0] == "sweep" else []
        os.kill(child, signal.SIGKILL)
    died = os.WIFSIGNALED(os.waitpid(child, 0)[1])
    while any(Path(f"/proc/{worker}").exists() for worker in workers):  # they end with their coordinator
        time.sleep(0.01)
    return died


def _has_ended(child: int) -> bool:
    """Whether a process has ended, without waiting for it."""
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def contents(place: Path) -> dict[str, bytes]:
    """Every file, also of what was left over, except manifests and locks."""
    files = [file for file in place.rglob("*") if file.is_file() and file.name not in ("manifest.json", ".lock")]
    return {str(file.relative_to(place)): _compared(file) for file in files}


def _compared(file: Path) -> bytes:
    """The bytes of a file; of a kept result the result alone, since one that goes on reads fewer files than another."""
    content = file.read_bytes()
    is_kept = file.parent.name == KEPT and file.suffix == ".json"
    return json.dumps(json.loads(content)["result"]).encode() if is_kept else content


def folders(place: Path) -> set[str]:
    """Every directory."""
    return {str(folder.relative_to(place)) for folder in place.rglob("*") if folder.is_dir()}


def statuses(place: Path) -> list[str]:
    """The status of every run, as its manifest has it."""
    return [RunDirectory(file.parent).read_manifest().status for file in sorted(place.rglob("manifest.json"))]


@dataclass
class Whole:
    """What a command that was never killed leaves, the seconds that it takes, and its operations on the disk."""

    place: Path
    seconds: float
    operations: int
    files: dict[str, bytes] = field(default_factory=dict)

    def differs(self, place: Path) -> str:
        """How a place differs; nothing where it does not."""
        found = contents(place)
        if found.keys() != self.files.keys() or folders(place) != folders(self.place):
            return f"left over or lost: {sorted(found.keys() ^ self.files.keys())}"
        if found != self.files:
            return f"different: {[name for name in found if found[name] != self.files[name]]}"
        return "" if statuses(place) == statuses(self.place) else f"statuses {statuses(place)}"


def whole(command: list[str], place: Path) -> Whole:
    """Run the command once without killing it."""
    begun, counted = time.monotonic(), place.with_name(f"{place.name}-operations")
    finish(command, place, count_in(counted))
    return Whole(place, time.monotonic() - begun, counted.stat().st_size, contents(place))


def main() -> int:
    """Kill, repeat, compare, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after this time; the same command goes on")
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments of killing")
    parser.add_argument("--commands", default=";".join(COMMANDS))
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    commit = git_commit() or "no checkout"
    result: dict[str, Any] = {"kills": 0, "seconds": 0.0, "commits": {}, "commands": {}, "wrong": []}
    options.out = None if options.out is None else options.out.absolute()
    if options.out is not None and options.out.exists():
        result |= json.loads(options.out.read_text())
    names = options.commands.split(";")
    chance = random.Random(f"{options.seed}:{result['kills']}")
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        root = Path(folder)
        fresh = root / "fresh"
        fresh.mkdir()
        os.chdir(fresh)
        latebloom(["train", *TRAIN, "--steps", "100", "--name", "r", "--runs", "templates"])
        os.chdir(shutil.copytree(fresh, root / "warm"))
        for name in ("train --seeds", "measure", "import"):  # imports and compiles what they need
            latebloom([*COMMANDS[name][1], "--runs", str(root / "warm")])
        os.chdir(fresh)
        wholes: dict[str, Whole] = {}
        begun, before = time.monotonic(), result["seconds"]
        while result["kills"] < options.kills and time.monotonic() - begun < 60 * options.minutes:
            name = chance.choices(names, [COMMANDS[one][0] for one in names])[0]
            command = COMMANDS[name][1]
            if name not in wholes:
                wholes[name] = whole(command, shutil.copytree(fresh, root / f"whole-{len(wholes)}"))
            place = shutil.copytree(fresh, root / "killed")
            kills = int(killed(command, place, chance, wholes[name]))
            while kills and chance.random() < AGAIN and killed(command, place, chance, wholes[name]):
                kills += 1
            finish(command, place)
            counts = result["commands"].setdefault(name, {"kills": 0, "repeats": 0, "equal": 0})
            if kills:
                problem = wholes[name].differs(place)
                counts["kills"] += kills
                counts["repeats"] += 1
                counts["equal"] += not problem
                result["kills"] += kills
                result["commits"][commit] = result["commits"].get(commit, 0) + kills
                if problem:
                    result["wrong"].append(f"{name}: {problem}")
                    print(result["wrong"][-1], flush=True)
            shutil.rmtree(place)
            result["seconds"] = round(before + time.monotonic() - begun, 1)
            if options.out is not None:
                described = {
                    "command": f"python benchmarks/kill_resume.py --kills {options.kills}",
                    "date": datetime.now(UTC).date().isoformat(),
                    "machine": platform.platform(),
                }
                options.out.write_text(json.dumps(described | result, indent=1) + "\n")
        os.chdir("/")
    print(json.dumps(result, indent=1))
    return 1 if result["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
