"""Makes an environment for each library that opens our runs, opens every recipe's run in it, and writes differences.

    python benchmarks/interop.py FOLDER [NAME ...]

makes FOLDER/NAME with plain pip and the repository's constraints, or uses it if it is there, and adds its results to
benchmarks/results/interop.json. It takes minutes and gigabytes, so `make test` runs tests/interop only where a library
is installed.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT, RESULTS = HERE.parent, HERE / "results" / "interop.json"
ENVIRONMENTS = {
    "transformer-lens-4": (["transformer-lens==4.3.*"], ["transformer_lens"]),
    "transformer-lens-3": (["transformer-lens==3.9.*"], ["transformer_lens"]),
    "transformers": (["transformers", "nnsight"], ["transformers", "nnsight"]),
    "devinterp": (["devinterp"], ["devinterp"]),
}
"""By the name of an environment: what pip installs, and the libraries that are compared in it."""


def made(folder: Path, packages: list[str]) -> Path:
    """The Python of an environment, which is made first if it is not there."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--constraint", str(ROOT / "constraints.txt")]
    subprocess.run([*pip, *packages, "--editable", str(ROOT)], check=True)
    return python


def main(folder: Path, names: list[str]) -> None:
    """Compare in each environment, and keep what was found in the others."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in names or ENVIRONMENTS:
        packages, libraries = ENVIRONMENTS[name]
        python = made(folder / name, packages)
        command = [str(python), str(ROOT / "tests" / "interop" / "opened.py"), *libraries]
        found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        results[name] = {"date": datetime.now(UTC).date().isoformat(), **json.loads(found)}
        RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
