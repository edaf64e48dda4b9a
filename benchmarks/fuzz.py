"""Attack latebloom with odd commands, settings and mutated files. Seeded, and resumable.

    python benchmarks/fuzz.py --count 100000 --workers 2 --out benchmarks/results/fuzz.json

Each try is made from its number and the seed, in a process with limits of memory and time forked from one that
has imported everything. A try is a fault where it gives a traceback or more than one line, executes anything that a
file names (a canary), writes outside its folder (a guarded folder, and the interpreter's audit events), leaves
temporary files, hangs, takes too much memory, or is silently wrong: mutated data must be refused or give equal results.
The summary counts the tries by the commit of the code that they judged.
``--only N,N`` repeats some tries and shows what they did; ``--kinds 'queries;curves'`` makes some kinds alone.
"""

from __future__ import annotations

import os

os.environ |= {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "COLUMNS": "200"}

import argparse
import json
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import torch
from fuzzing import commands, curves, damaged, settings, weight_files
from fuzzing.laboratory import Laboratory
from fuzzing.processes import Attempt, Outcome, outcomes
from fuzzing.verdicts import BAD

from latebloom.runs.environment import git_commit

KINDS: dict[str, tuple[float, Attempt]] = {
    "settings as text": (25, settings.attempt_text),
    "settings as JSON": (12, settings.attempt_json),
    "tensors of a run": (29, damaged.attempt_tensors),
    "tables of a run": (17, damaged.attempt_table),
    "weight files": (8, weight_files.attempt),
    "manifests, opened": (3, damaged.attempt_open),
    "curves": (1, curves.attempt),
    "files of a run, in commands": (1.5, damaged.attempt_run),
    "links, pipes, folders": (1, damaged.attempt_place),
    "files of a sweep": (0.5, damaged.attempt_sweep),
    "commands": (1, commands.attempt),
    "training": (0.5, commands.attempt_train),
    "queries": (0.5, commands.attempt_query),
}
"""Share of each kind of try in percent, and how it is made: commands take some hundred times as long as files."""
BATCH = 200
FAST = Path("/dev/shm")


def choose(number: int, seed: int, kinds: Sequence[str]) -> tuple[str, Attempt, random.Random]:
    """The try of this number."""
    rng = random.Random(f"{seed}:{number}")
    kind = rng.choices(kinds, [KINDS[name][0] for name in kinds])[0]
    return kind, KINDS[kind][1], rng


_laboratory: Laboratory | None = None


def batch(numbers: Sequence[int], seed: int, kinds: Sequence[str], parent: Laboratory) -> list[Outcome]:
    """The tries of a batch, in a process of the pool."""
    global _laboratory
    if _laboratory is None:
        _laboratory = parent.at(parent.place.parent / f"laboratory-{os.getpid()}")
    return list(outcomes(numbers, lambda number: choose(number, seed, kinds), _laboratory))


def fuzz(options: argparse.Namespace, laboratory: Laboratory) -> dict[str, Any]:
    """Tries up to the count. Of an earlier summary with the same seed and kinds, the faults alone are repeated."""
    kinds = list(KINDS) if options.kinds is None else options.kinds.split(";")
    commit = git_commit() or "no checkout"
    summary: dict[str, Any] = {"seed": options.seed, "of_kinds": kinds, "tries": 0, "seconds": 0.0, "commits": {}}
    summary |= {"faults": 0, "kinds": {}, "verdicts": {}, "shown": []}
    if options.out is not None and options.out.exists():
        earlier = json.loads(options.out.read_text())
        summary = earlier if (earlier.get("seed"), earlier.get("of_kinds")) == (options.seed, kinds) else summary
    verdicts = {kind: Counter(found) for kind, found in summary["verdicts"].items()}
    for old in summary["shown"]:
        verdicts[old["kind"]][old["verdict"]] -= 1
    again = [old["number"] for old in summary["shown"]]
    summary |= {"shown": [], "faults": 0}
    before, start = summary["seconds"], time.monotonic()
    batches: list[Sequence[int]] = [[number] for number in again]
    batches += [
        range(first, min(first + BATCH, options.count)) for first in range(summary["tries"], options.count, BATCH)
    ]
    with ProcessPoolExecutor(options.workers, multiprocessing.get_context("fork")) as pool:
        waiting = [pool.submit(batch, numbers, options.seed, kinds, laboratory) for numbers in batches]
        for future in waiting:
            for outcome in future.result():
                verdicts.setdefault(outcome.kind, Counter())[outcome.verdict] += 1
                summary["tries"] = max(summary["tries"], outcome.number + 1)
                summary["commits"][commit] = summary["commits"].get(commit, 0) + 1
                if outcome.verdict in BAD:
                    summary["faults"] += 1
                    summary["shown"].append(vars(outcome))
                    print(outcome.number, outcome.kind, outcome.verdict, outcome.detail, flush=True)
            summary["verdicts"] = {kind: dict(sorted((+found).items())) for kind, found in sorted(verdicts.items())}
            summary["kinds"] = {kind: sum(found.values()) for kind, found in summary["verdicts"].items()}
            summary["seconds"] = round(before + time.monotonic() - start, 1)
            if options.out is not None:
                options.out.write_text(json.dumps(summary, indent=1) + "\n")
            if options.minutes is not None and time.monotonic() - start > 60 * options.minutes:
                for later in waiting:
                    later.cancel()
                break
    return summary


def main() -> int:
    """Make the tries, or repeat one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, help="stop after this time; the same command goes on")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--kinds", help=f"some of: {', '.join(KINDS)}")
    parser.add_argument("--only", metavar="N,N", help="repeat these tries, and keep the folder of the last")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    options.out = None if options.out is None else options.out.absolute()
    torch.set_num_threads(1)
    place = Path(tempfile.mkdtemp(prefix="latebloom-fuzz-", dir=FAST if FAST.is_dir() else None))
    os.environ["MPLCONFIGDIR"] = str(place / "laboratory" / "cache")
    laboratory = Laboratory(place / "laboratory")
    laboratory.make()
    laboratory.learn()
    laboratory.enter()
    weight_files.warm_up()
    damaged.warm_up(laboratory)
    if options.only is not None:
        kinds = list(KINDS) if options.kinds is None else options.kinds.split(";")
        numbers = [int(number) for number in options.only.split(",")]
        bad = 0
        for found in outcomes(numbers, lambda number: choose(number, options.seed, kinds), laboratory):
            print(f"{found.number} {found.kind}: {found.verdict} {found.detail}", flush=True)
            bad += found.verdict in BAD
        print(laboratory.work)
        return int(bad > 0)
    try:
        summary = fuzz(options, laboratory)
    finally:
        os.chdir("/")
        shutil.rmtree(place)
    print(json.dumps({name: summary[name] for name in ("tries", "seconds", "faults", "kinds")}, indent=1))
    return 1 if summary["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
