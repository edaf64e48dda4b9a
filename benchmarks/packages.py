"""Build the packages, install them in empty environments, and use them from there.

    python benchmarks/packages.py --out benchmarks/results/packages.json
    python benchmarks/packages.py --only tutorials --out benchmarks/results/packages.json

It builds an sdist and a wheel from the tree, and the wheel once more from the sdist: both wheels must have the same
files. It installs the wheel with pip and nothing else, and with uv and the extras that the tutorials need. In both
environments it asks for the version and for every command's help and trains, measures and explains a small model. In
the second it also executes every tutorial, each in an empty folder. Nothing is shared with the environment that runs
this script: home, caches of compiled code and packages are new. `make packages` and `make tutorials` call it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from environments import ROOT, SMALL, run

CONSTRAINTS = ROOT / "constraints.txt"
TUTORIALS = ROOT / "docs" / "tutorials"
RUNNER = ROOT / "docs" / "notebooks.py"
TOOLS = ("build==1.6.1", "uv")
"""What builds and installs, in an environment of its own."""

SHOWN = ("latebloom", "torch", "numpy", "scipy", "numba", "pyarrow", "pydantic", "matplotlib", "pandas")
JOB = [
    f"train small {' '.join(SMALL)} --name first",
    "runs",
    "explain first",
    "phases first",
    "measure first",
    "export first --to state-dict --out exported",
    "explain exported/model.safetensors --json",
]
"""What a new user does first, on a tiny model."""

DRAWN = ["report first", "figure training-curve first --out curve.pdf", "table small-sweep"]
"""What needs the extras."""

SWEEP = f"sweep small {' '.join(SMALL[:-3])} --training.steps 4 --seeds 0:2 --quiet"


def extras_of_tutorials() -> str:
    """The extras that docs/tutorials/index.md tells its readers to install."""
    (extras,) = set(re.findall(r"'\.\[([a-z,]+)\]'", (TUTORIALS / "index.md").read_text()))
    return extras


class Environment:
    """An empty environment. installer: pip or uv. extras: of latebloom, to install with it."""

    def __init__(self, place: Path, installer: str, extras: str, tools: Path) -> None:
        self.place, self.installer, self.extras = place, installer, extras
        self._uv = str(tools / "bin" / "uv")
        self.python = place / "bin" / "python"
        self.home = place / "home"
        self.variables = {
            "PATH": f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.home),
            "MPLBACKEND": "agg",
            "OMP_NUM_THREADS": "1",
            "NUMBA_NUM_THREADS": "1",
        }

    def install(self, wheel: Path) -> dict[str, Any]:
        """Make the environment and install the wheel, pinned."""
        start = monotonic()
        what = f"{wheel}[{self.extras}]" if self.extras else str(wheel)
        pinned = ["--quiet", "--constraint", str(CONSTRAINTS), what]
        if self.installer == "uv":
            _checked([self._uv, "venv", "--quiet", "--python", sys.executable, str(self.place)])
            _checked([self._uv, "pip", "install", "--python", str(self.python), *pinned])
        else:
            _checked([sys.executable, "-m", "venv", str(self.place)])
            _checked([str(self.python), "-m", "pip", "install", *pinned])
        self.home.mkdir()
        script = (
            "import json; from importlib.metadata import distributions; "
            "print(json.dumps({d.metadata['Name'].lower(): d.version for d in distributions()}))"
        )
        found = json.loads(_checked([str(self.python), "-c", script]).stdout)
        return {
            "installer": self.installer,
            "extras": self.extras,
            "seconds": round(monotonic() - start),
            "packages": len(found),
            "megabytes": round(sum(path.stat().st_size for path in self.place.rglob("*") if path.is_file()) / 1e6),
            "versions": {name: found[name] for name in SHOWN if name in found},
        }

    def latebloom(self, command: str) -> subprocess.CompletedProcess[str]:
        """A command in the home of the environment."""
        program = str(self.place / "bin" / "latebloom")
        return run([program, *command.split()], cwd=self.home, env=self.variables)

    def used(self, commands: list[str]) -> dict[str, Any]:
        """Run the commands, and every command's help; what did not end with status 0 is wrong."""
        listed = self.latebloom("--help").stdout.partition("commands:")[2]
        names = re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE)
        wrong = []
        for command in ["--version", *(f"{name} --help" for name in names), *commands]:
            done = self.latebloom(command)
            if (
                done.returncode
                or "Traceback" in done.stderr
                or not (done.stdout or done.stderr or "--quiet" in command)
            ):
                wrong.append(f"latebloom {command}: status {done.returncode}, {done.stderr.strip()[-300:]}")
        return {"helps": len(names), "commands": len(commands) + 1, "wrong": wrong}

    def tutorials(self) -> dict[str, dict[str, Any]]:
        """Execute every tutorial; the first one also compiles code for this machine."""
        found = {}
        for path in sorted(TUTORIALS.glob("*.ipynb")):
            with tempfile.TemporaryDirectory() as empty:
                start = monotonic()
                done = run([str(self.python), str(RUNNER), "--here", str(path)], cwd=empty, env=self.variables)
                problem = (done.stderr.strip().splitlines() or ["no message"])[-1] if done.returncode else None
                cells = json.loads(Path(empty, path.stem, path.name).read_text())["cells"] if not problem else []
            seconds = round(monotonic() - start, 1)
            found[path.stem] = {"seconds": seconds, "cells": sum(c["cell_type"] == "code" for c in cells)}
            found[path.stem] |= {"problem": problem} if problem else {}
            print(f"  {path.stem}: {problem or f'{seconds} s'}", flush=True)
        return found


def _checked(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    done = run(command, **options)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:4])} …: {done.stderr.strip()[-2000:]}")
    return done


def tools(place: Path) -> Path:
    """An environment with what builds and installs."""
    _checked([sys.executable, "-m", "venv", str(place)])
    _checked([str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", *TOOLS])
    return place


def built(place: Path, with_tools: Path) -> tuple[Path, dict[str, Any]]:
    """The wheel that is built from the sdist, and what was built."""
    build = [str(with_tools / "bin" / "python"), "-m", "build", "--outdir"]
    _checked([*build, str(place / "tree"), "--wheel", str(ROOT)])
    _checked([*build, str(place / "sdist"), str(ROOT)])  # the wheel of this one is made from the sdist
    (sdist,) = (place / "sdist").glob("*.tar.gz")
    (of_tree,), (of_sdist,) = ((place / name).glob("*.whl") for name in ("tree", "sdist"))
    different = sorted(name for name, _ in contents(of_tree) ^ contents(of_sdist))
    sizes = {"sdist": sdist, "wheel": of_sdist}
    return of_sdist, {
        "megabytes": {name: round(path.stat().st_size / 1e6, 2) for name, path in sizes.items()},
        "files_in_wheel": len(contents(of_sdist)),
        "different_in_wheel_of_sdist": different,
    }


def contents(wheel: Path) -> set[tuple[str, str]]:
    """Name and hash of each file of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {(name, hashlib.sha256(archive.read(name)).hexdigest()) for name in archive.namelist()}


def problems(result: dict[str, Any]) -> list[str]:
    """What is wrong in a result."""
    found = [f"{name} differs" for name in result.get("built", {}).get("different_in_wheel_of_sdist", [])]
    found += [line for one in result.get("environments", []) for line in one["wrong"]]
    tutorials = result.get("tutorials", {}).get("notebooks", {})
    return found + [f"{name}: {one['problem']}" for name, one in tutorials.items() if "problem" in one]


def main() -> int:
    """Build, install, use; write what became of it. 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("packages", "tutorials"), help="leave the rest out")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    today = datetime.now(UTC).date().isoformat()
    result: dict[str, Any] = json.loads(options.out.read_text()) if options.out and options.out.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        made_with = tools(place / "tools")
        wheel, about = built(place, made_with)
        machine = {"machine": platform.platform(), "python": platform.python_version()}
        second = Environment(place / "uv", "uv", extras_of_tutorials(), made_with)
        installed = second.install(wheel)
        if options.only != "tutorials":
            first = Environment(place / "pip", "pip", "", made_with)
            result |= {"command": "make packages", "date": today, **machine, "built": about}
            result["environments"] = [
                {**first.install(wheel), **first.used(JOB)},
                {**installed, **second.used([*JOB, SWEEP, *DRAWN])},
            ]
        if options.only != "packages":
            about = {"command": "make tutorials", "date": today, **machine, "versions": installed["versions"]}
            result["tutorials"] = {**about, "extras": second.extras, "notebooks": second.tutorials()}
    print(json.dumps(result, indent=1))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    wrong = problems(result)
    print(*wrong, sep="\n", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
