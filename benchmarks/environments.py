"""Build a wheel, install it in empty environments, and run every command and some tests from it.

    python benchmarks/environments.py --out benchmarks/results/environments.json

One environment for each Python of `PYTHONS` that is installed here and each choice of versions: "oldest", the lowest
that pyproject.toml declares, "newest", the highest that pip finds, and "pinned", those of constraints.txt. What does
not install is recorded as such, with the last line of pip. ``--torch`` replaces the version of torch, where only some
builds are at hand; ``--pythons 3.11 --choices oldest,pinned`` makes some environments alone. A result of an earlier
call for another environment is kept.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
CHOICES = ("oldest", "newest", "pinned")
EXTRAS = "figures,query,tables,explorer"
TESTED = ["beartype", "hypothesis", "pytest"]
TESTS = ["tests/store", "tests/phases", "tests/models/test_tables.py", "tests/runs/test_train_run.py"]
SHOWN = ("torch", "numpy", "scipy", "numba", "pyarrow", "pydantic", "safetensors", "rich", "jaxtyping")
SMALL = ["--training.stop", "steps", "--task.p", "5", "--model.d_mlp", "8", "--model.n_heads", "2"]
SMALL += ["--model.d_model", "8", "--model.d_head", "4", "--recording.checkpoints", "2", "--steps", "4", "--quiet"]
COMMANDS: list[tuple[str, int]] = [
    ("--version", 0),
    ("--help", 0),
    ("recipes", 0),
    ("tasks", 0),
    ("claims", 0),
    (f"train small {' '.join(SMALL)} --name r", 0),
    (f"train small {' '.join(SMALL)} --name m --seeds 0:2", 0),
    (f"sweep small {' '.join(SMALL[:-3])} --training.steps 4 --grid optimiser.lr=1e-3,3e-3 --seeds 0 --name s", 0),
    ("runs --json", 0),
    ("explain r --json", 0),
    ("phases r --json", 0),
    ("measure r --json", 0),
    ("claims r --json", 1),
    ("report r", 0),
    ("figure training-curve r", 0),
    ("table s", 0),
    ("statistics s", 0),
    ("query SELECT|run|FROM|runs", 0),
    ("export r --to state-dict --out exported", 0),
    ("import exported/model.safetensors --task modular_addition --p 5 --name imported", 0),
    ("zoo --runs runs --out zoo", 0),
    ("seeds s", 2),
    ("crossover --help", 0),
    ("reproduce --help", 0),
    ("explore --help", 0),
    ("bench --help", 0),
    ("explain absent", 2),
]
"""Commands, where | stands for a space in an argument, and the status with which each must end."""


def versions(choice: str) -> list[str]:
    """Lines of a file of constraints."""
    if choice == "pinned":
        return (ROOT / "constraints.txt").read_text().splitlines()
    if choice == "newest":
        return []
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = [*declared["dependencies"]]
    names += [one for extra in EXTRAS.split(",") for one in declared["optional-dependencies"][extra]]
    return [re.sub(r">=([\d.]+)$", _lowest, name) for name in names]


def _lowest(found: re.Match[str]) -> str:
    """``>=2.0`` as ``==2.0.*``, whose lowest release is not always still there."""
    return f"=={found[1]}.*"


def interpreter(version: str) -> str | None:
    """The path of this Python; None where it is not installed."""
    shims = [str(path) for path in (Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin")]
    found = shutil.which(f"python{version}", path=os.pathsep.join([*shims, *os.environ["PATH"].split(os.pathsep)]))
    return found if found and run([found, "--version"]).returncode == 0 else None


def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """A process with its output."""
    return subprocess.run(command, capture_output=True, text=True, **options)


def commit() -> str:
    """Of the sources that the wheel was built from."""
    return run(["git", "rev-parse", "HEAD"], cwd=ROOT).stdout.strip()


def installed(python: str, choice: str, wheel: Path, place: Path, torch: str | None) -> tuple[str, str | None]:
    """Make an environment: its interpreter, and why that failed."""
    run([python, "-m", "venv", str(place)])
    own = str(place / "bin" / "python")
    lines = [line for line in versions(choice) if torch is None or not line.startswith("torch")]
    (place / "constraints.txt").write_text("\n".join([*lines, *([f"torch=={torch}"] if torch else [])]))
    command = [
        own,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--prefer-binary",
        "--constraint",
        str(place / "constraints.txt"),
    ]
    done = run([*command, f"{wheel}[{EXTRAS}]", *TESTED])
    return own, None if done.returncode == 0 else " ".join(done.stderr.strip().splitlines()[-1:])[:300]


def tried(own: str, place: Path) -> dict[str, Any]:
    """Run every command from the environment, in an empty folder."""
    home = place / "home"
    home.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    wrong = []
    for command, status in COMMANDS:
        words = [word.replace("|", " ") for word in command.split(" ")]
        done = run([str(Path(own).with_name("latebloom")), *words], cwd=home, env=environment)
        if done.returncode != status or "Traceback" in done.stderr:
            wrong.append(f"latebloom {command}: status {done.returncode}, {done.stderr.strip()[-300:]}")
        print(f"  latebloom {command[:60]}: {done.returncode}", flush=True)
    return {"commands": len(COMMANDS), "commands_wrong": wrong}


def tested(own: str, tests: list[str]) -> dict[str, Any]:
    """Run some tests against what is installed."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    environment.pop("PYTHONPATH", None)
    done = run([own, "-m", "pytest", "-p", "no:cacheprovider", *tests], cwd=ROOT, env=environment)
    last = (done.stdout.strip().splitlines() or [done.stderr[-300:]])[-1]
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    return {"tests": tests, "tests_said": last, "tests_failed": failed, "tests_status": done.returncode}


def environment(version: str, choice: str, wheel: Path, options: argparse.Namespace) -> dict[str, Any]:
    """What one environment is, and what became of it."""
    python = interpreter(version)
    if python is None:
        return {"installed": False, "why": f"Python {version} is not on this machine"}
    place = Path(options.place) / f"{version}-{choice}"
    shutil.rmtree(place, ignore_errors=True)
    own, problem = installed(python, choice, wheel, place, options.torch)
    if problem is not None:
        return {"installed": False, "why": problem}
    script = (
        f"import json; from importlib.metadata import version as v; print(json.dumps({{n: v(n) for n in {SHOWN}}}))"
    )
    found = {"python": run([own, "--version"]).stdout.split()[-1], **json.loads(run([own, "-c", script]).stdout)}
    tests = options.tests.split(",")
    return {"installed": True, "commit": commit(), "versions": found, **tried(own, place), **tested(own, tests)}


def main() -> int:
    """Make the environments, and write what became of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pythons", default=",".join(PYTHONS))
    parser.add_argument("--choices", default=",".join(CHOICES))
    parser.add_argument("--torch", help="version of torch in all of them")
    parser.add_argument("--tests", default=",".join(TESTS))
    parser.add_argument("--place", default=None, help="folder of the environments (default: a temporary one)")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        options.place = options.place or folder
        run(
            [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, str(ROOT)], check=True
        )
        wheel = next(Path(folder).glob("latebloom-*.whl"))
        result: dict[str, Any] = json.loads(options.out.read_text()) if options.out and options.out.exists() else {}
        environments = result.get("environments", {})
        for version in options.pythons.split(","):
            for choice in options.choices.split(","):
                print(f"Python {version}, {choice}", flush=True)
                environments[f"Python {version}, {choice}"] = environment(version, choice, wheel, options)
                result = {
                    "command": "python benchmarks/environments.py",
                    "date": datetime.now(UTC).date().isoformat(),
                    "machine": platform.platform(),
                    "environments": environments,
                }
                if options.out:
                    options.out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))
    bad = [one for one in environments.values() if one.get("commands_wrong") or one.get("tests_status")]
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
