"""Kill training at random moments (SIGKILL), resume it, and compare the bits with a run that was never killed.

    python benchmarks/kill_resume.py --runs 100 --out benchmarks/results/kill_resume.json

Each run is a process of its own (the command line, as a user would start it), killed after a random time and started
again with --resume, until it finishes. Every file but the manifest must equal the unkilled run's, byte by byte.
"""

import argparse
import json
import platform
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

RECIPE = ["small", "--task.p", "13", "--model.d_model", "32", "--model.d_head", "8", "--model.d_mlp", "64"]
SETTINGS = ["--training.stop", "steps", "--steps", "1500", "--recording.checkpoints", "50", "--seed", "3"]


def command(root: Path, name: str) -> list[str]:
    """One sitting of training."""
    train = [sys.executable, "-m", "latebloom", "train", *RECIPE, *SETTINGS]
    return [*train, "--runs", str(root), "--name", name, "--resume", "--quiet", "--json"]


def sitting(root: Path, name: str, kill_after: float | None) -> bool:
    """Train until the end, or until killed; whether it finished."""
    process = subprocess.Popen(command(root, name), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _, errors = process.communicate(timeout=kill_after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return False
    if process.returncode != 0:
        raise SystemExit(f"{name}: exit status {process.returncode}: {errors.decode()}")
    return True


def contents(run: Path) -> dict[str, bytes]:
    """Every file of a run but the manifest (which has times) and the lock (which has a process number)."""
    files = [file for file in run.rglob("*") if file.is_file() and file.name not in ("manifest.json", ".lock")]
    return {str(file.relative_to(run)): file.read_bytes() for file in files}


def main() -> None:
    """Run the comparison and write its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments of killing")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        start = time.monotonic()
        sitting(root, "unkilled", None)
        whole = time.monotonic() - start
        expected = contents(root / "unkilled")
        kills, equal = [], 0
        for number in range(options.runs):
            name, killed = f"run-{number}", 0
            # The first sitting is always killed; later ones only if the moment falls before their end.
            while not sitting(root, name, chance.uniform(0.3, 1.0) * whole if killed < 3 else None):
                killed += 1
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
