"""Time and peak memory of the commands on a run, cold and warm: medians of several calls, each in a process of its own.

latebloom train mainline --training.stop settled --name demo && latebloom measure demo && latebloom claims demo
python benchmarks/commands.py runs/demo --out benchmarks/results/commands.json

Cold: nothing is kept, neither in the run nor in the user's cache; the run has its checkpoints, metrics, measures and
quantities, except those that the command makes anew. Warm: the same command once more. The run is copied first, so it
stays as it is, and what the copy lacks is measured before. Beside the commands: the imports that none of them can do
without. Run nothing else on the machine at the same time; this takes some minutes.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

FIRST_CLAIMS = "claims demo (nothing measured)"

COMMANDS: dict[str, Sequence[str]] = {
    "--help": (),
    "recipes": (),
    "tasks": (),
    "runs": (),
    "train --help": (),
    "phases demo": (),
    "explain demo": (),
    "figure training-curve demo": (),
    "figure embedding-spectrum demo": (),
    "measure demo": ("measures.parquet", "measures.json"),
    "claims demo": (),
    FIRST_CLAIMS: ("quantities.json",),
    "report demo": (),
    "report demo --static": (),
}
"""The commands, perhaps with a note in brackets, each with the files of the run that it makes anew when it is cold."""

IMPORTS = ("numpy", "torch", "latebloom.lab.explain")
"""What takes the time of a cold command at least: torch alone, and all that an explanation imports."""

GOALS = {
    "--help": 0.3,
    "recipes": 0.3,
    "tasks": 0.3,
    "runs": 0.3,
    "explain demo": 1.5,
    "figure training-curve demo": 1.5,
    "figure embedding-spectrum demo": 1.5,
    "claims demo": 2.0,
    "report demo": 3.0,
}
"""Seconds that a command should take at most."""

FIRST = ("small", "mainline_stream", "mlp", "addition_5", "skip_trigrams", "induction")
"""A recipe for each kind of compiled step."""


def called(arguments: Sequence[str], home: Path) -> tuple[float, float, str]:
    """Seconds, peak megabytes and standard error of one command in a folder, with a cache of its own."""
    return python(["-m", "latebloom", *arguments], home)


def python(arguments: Sequence[str], home: Path) -> tuple[float, float, str]:
    """The same for any arguments of Python."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(home / "cache")}
    began = perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=home,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = perf_counter() - began
    # A claim that fails is a result, with the status 1.
    if os.waitstatus_to_exitcode(status) not in ((0, 1) if "claims" in arguments else (0,)):
        raise SystemExit(f"python {' '.join(arguments)} failed: {said}")
    return seconds, usage.ru_maxrss / 1024, said


def measured(run: Path, command: str, anew: Sequence[str], repeats: int) -> dict[str, Any]:
    """One command, cold and warm."""
    found: dict[str, list[tuple[float, float, str]]] = {"cold": [], "warm": []}
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "runs" / "demo"
            shutil.copytree(run, copy, ignore=shutil.ignore_patterns("kept", "figures", "report*.html", *anew))
            for calls in found.values():
                calls.append(called(command.partition(" (")[0].split(), Path(folder)))
    return {name: medians(calls) for name, calls in found.items()}


def medians(calls: Sequence[tuple[float, float, str]]) -> dict[str, float]:
    """Median time and median memory."""
    return {
        "seconds": round(median(seconds for seconds, _, _ in calls), 3),
        "megabytes": round(median(size for _, size, _ in calls)),
    }


def imported(repeats: int) -> dict[str, dict[str, float]]:
    """A process that only imports something."""
    calls = {name: [python(["-c", f"import {name}"], Path.cwd()) for _ in range(repeats)] for name in IMPORTS}
    return {name: medians(found) for name, found in calls.items()}


def first_training(recipe: str) -> dict[str, Any]:
    """Seconds of a short training where nothing is compiled yet, and of the same training afterwards; ``says``:
    whether the first one says that it compiles."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["train", recipe, "--steps", "20", "--runs"]
        (first, _, said), (second, _, _) = (called([*command, name], Path(folder)) for name in ("first", "second"))
    return {"seconds": round(first, 1), "seconds_afterwards": round(second, 1), "says": "compiling" in said}


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] = print) -> None:
    """Measure, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", action="append", help="one of the commands, as in --only 'explain demo'")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    checkpoints = len(list(options.run.glob("checkpoints/*.safetensors")))
    commands: dict[str, Any] = {}
    prepared = tempfile.TemporaryDirectory()
    run = Path(shutil.copytree(options.run, Path(prepared.name) / "runs" / "demo"))
    for command in ("measure demo", "claims demo"):
        called(command.split(), Path(prepared.name))
    for command in options.only or COMMANDS:
        row = measured(run, command, COMMANDS[command], options.repeats)
        commands[command] = row = {**row, "goal_seconds": GOALS.get(command)}
        if command == "measure demo":
            row["milliseconds_per_checkpoint"] = round(1000 * row["cold"]["seconds"] / checkpoints)
        say(f"{command}: {row}")
    prepared.cleanup()
    imports = imported(options.repeats)
    say(f"imports: {imports}")
    first = {} if options.only else {recipe: first_training(recipe) for recipe in FIRST}
    say(f"first trainings: {first}")
    # Nothing of latebloom is imported before the commands have run: the memory of this process counts as theirs.
    from latebloom.bench import machine

    result = {
        "command": "python benchmarks/commands.py RUN",
        "machine": machine(),
        "repeats": options.repeats,
        "checkpoints": checkpoints,
        "commands": commands,
        "imports": imports,
        "first_trainings": first,
    }
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
