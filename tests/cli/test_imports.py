"""Commands that need no model import neither torch nor what else takes long to import."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from latebloom.claims import complete_claims, write_record
from latebloom.lab.measure import measure
from latebloom.runs import Run

SLOW = ("torch", "numba", "scipy.stats", "pandas", "matplotlib", "jinja2")
"""What takes a tenth of a second or more to import."""

CALLED = """
import json, os, sys
from latebloom.cli import main
found = {}
for command in json.loads(sys.argv[1]):
    out, sys.stdout = sys.stdout, open(os.devnull, "w")
    status = main(command)
    sys.stdout = out
    found[" ".join(command)] = [status, *(name for name in json.loads(sys.argv[2]) if name in sys.modules)]
print(json.dumps(found))
"""


def called(*commands: str, home: Path) -> dict[str, list[int | str]]:
    """Of each command the exit status and the modules of `SLOW` that are imported when it ends, in one new process
    with nothing kept."""
    arguments = (json.dumps([command.split() for command in commands]), json.dumps(SLOW))
    done = subprocess.run(
        [sys.executable, "-c", CALLED, *arguments],
        cwd=home,
        env={"PATH": "", "PYTHONPATH": ":".join(sys.path), "XDG_CACHE_HOME": str(home / "cache")},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, list[int | str]] = json.loads(done.stdout)
    return found


def test_a_command_that_needs_no_model_imports_nothing_slow(tmp_path: Path, planted_run: Run) -> None:
    run = Run(Path(shutil.copytree(planted_run.path, tmp_path / "runs" / "a")))
    measure(run)
    write_record(run, complete_claims(run))
    read = ("runs", "tasks", "recipes", "train --help", "claims", "phases a", "claims a --exit-zero")
    found = called(*read, "figure training-curve a", home=tmp_path)
    drawn = found.pop("figure training-curve a")
    assert found == {command: [0] for command in read}
    assert drawn == [0, "matplotlib"]
