"""The first mutated files of the fuzzer: none executed, none a traceback, none read wrongly."""

import subprocess
import sys
from pathlib import Path

FUZZER = Path(__file__).parents[2] / "benchmarks" / "fuzz_weight_files.py"


def test_mutated_files(tmp_path: Path) -> None:
    command = [sys.executable, str(FUZZER), "--count", "200", "--out", str(tmp_path / "summary.json")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
