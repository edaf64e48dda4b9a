"""Kill training at random moments (SIGKILL), resume it, and compare the bits with a run that was never killed.

    python benchmarks/kill_resume.py --runs 100 --out benchmarks/results/kill_resume.json

Each attempt runs the command line in a process of its own, forked from one that has imported torch. It is killed after
a random time and started again with --resume until it finishes. Every file except the manifest must equal that of the
run that was never killed, byte by byte.
"""

import argparse
import contextlib
import json
import multiprocessing
import platform
import random
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

RECIPE = ["small", "--task.p", "13", "--model.d_model", "32", "--model.d_head", "8", "--model.d_mlp", "64"]
PROCESSES = multiprocessing.get_context("forkserver")
SETTINGS = ["--training.stop", "steps", "--steps", "800", "--recording.checkpoints", "50", "--seed", "3"]


def attempt(root: Path, name: str, kill_after: float | None) -> bool:
    """Train in a process of its own until the end, or until killed; whether it finished."""
    arguments = ["train", *RECIPE, *SETTINGS, "--runs", str(root), "--name", name, "--resume", "--quiet"]
    process = PROCESSES.Process(target=train, args=(arguments,))
    process.start()
    process.join(kill_after)
    if process.is_alive():
        process.kill()
        process.join()
        return False
    if process.exitcode != 0:
        raise SystemExit(f"{name}: exit status {process.exitcode}")
    return True


def train(arguments: list[str]) -> None:
    """Run the command line without output."""
    from latebloom.cli import main as command_line

    with open("/dev/null", "w") as nowhere, contextlib.redirect_stdout(nowhere):
        status = command_line(arguments)
    raise SystemExit(status)


def killed_on_the_way(root: Path, name: str, chance: random.Random, longest: float) -> int:
    """Train to the end, but kill training at up to three random moments: in start-up, in training or while writing."""
    killed = 0
    while not attempt(root, name, chance.uniform(0.2, 1.0) * longest if killed < 3 else None):
        killed += 1
    return killed


def contents(run: Path) -> dict[str, bytes]:
    """Every file of a run except the manifest, which has times, and the lock, which has a process number."""
    files = [file for file in run.rglob("*") if file.is_file() and file.name not in ("manifest.json", ".lock")]
    return {str(file.relative_to(run)): file.read_bytes() for file in files}


def main() -> None:
    """Run the comparison and write its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments of killing")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    PROCESSES.set_forkserver_preload(
        ["latebloom.recipes.settings", "latebloom.lab.train", "latebloom.cli.commands.train"]
    )
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        attempt(root, "warm-up", None)
        start = time.monotonic()
        attempt(root, "unkilled", None)
        whole = time.monotonic() - start
        expected = contents(root / "unkilled")
        kills, equal = [], 0
        for number in range(options.runs):
            name = f"run-{number}"
            killed, longest = 0, whole
            while not killed:  # it ended before it was killed and proves nothing: train it again, kill it earlier
                shutil.rmtree(root / name, ignore_errors=True)
                killed = killed_on_the_way(root, name, chance, longest)
                longest *= 0.8
            same = contents(root / name) == expected
            equal += same
            kills.append(killed)
            print(f"{name}: killed {killed} times, {'same bits' if same else 'DIFFERENT'}", flush=True)
    result = {
        "command": " ".join(["python", "benchmarks/kill_resume.py", "--runs", str(options.runs)]),
        "date": datetime.now(UTC).date().isoformat(),
        "machine": platform.platform(),
        "runs": options.runs,
        "kills": sum(kills),
        "runs_killed_at_least_once": sum(killed > 0 for killed in kills),
        "runs_with_the_bits_of_the_unkilled_one": equal,
        "files_compared": len(expected),
        "seconds_unkilled": round(whole, 2),
    }
    print(json.dumps(result, indent=2))
    if options.out:
        options.out.write_text(json.dumps(result, indent=2) + "\n")
    raise SystemExit(0 if equal == options.runs else 1)


if __name__ == "__main__":
    main()
