"""The first tries of the fuzzer: no traceback, nothing executed, nothing written outside, nothing silently wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

FOLDERS = os.pathsep.join(map(str, (Path(__file__).parents[1] / "benchmarks", *sys.path)))
FUZZER = Path(__file__).parents[1] / "benchmarks" / "fuzz.py"


def test_the_first_2000_tries(tmp_path: Path) -> None:
    out = tmp_path / "fuzz.json"
    command = [sys.executable, str(FUZZER), "--count", "2000", "--workers", "2", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    summary = json.loads(out.read_text())
    assert sum(summary["kinds"].values()) == summary["tries"] == 2000


def test_the_fuzzer_sees_faults(tmp_path: Path) -> None:
    """A fuzzer that cannot find anything proves nothing: tries that do what is forbidden are seen as such."""
    script = """
import json, os, sys
from pathlib import Path
from random import Random
from fuzzing.laboratory import Laboratory
from fuzzing.processes import outcomes
from fuzzing.verdicts import FaultError
laboratory = Laboratory(Path(sys.argv[1]))
for folder in ("guard", "work", "modules"):
    (laboratory.place / folder).mkdir()
tries = {
    "traceback": lambda rng, lab: 1 / 0,
    "executed": lambda rng, lab: os.mkdir(lab.mark) or "done",
    "written outside": lambda rng, lab: (lab.guard / "x").write_text("") and "" or "done",
    "left over": lambda rng, lab: (lab.work / ".a.tmp").write_text("") and "" or "done",
    "crash": lambda rng, lab: os._exit(3),
    "done": lambda rng, lab: (lab.work / ".a.tmp").unlink(missing_ok=True) or "done",
}
names = list(tries)
chosen = lambda number: (names[number], tries[names[number]], Random(number))
print(json.dumps([one.verdict for one in outcomes(range(len(names)), chosen, laboratory)]))
"""
    command = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": FOLDERS})
    assert done.returncode == 0, done.stderr
    expected = ["traceback", "executed", "written outside", "left over", "crash", "done"]
    assert json.loads(done.stdout) == expected
