"""Makes an environment for each library that opens our runs, opens every recipe's run in it, and writes differences.

    python benchmarks/interop.py FOLDER [NAME ...]

makes FOLDER/NAME with plain pip and the repository's constraints, or uses it if it is there, compares in all of them at
once, and writes what each found to benchmarks/results/interop.json. It takes minutes and gigabytes, so `make test` runs
tests/interop only where a library is installed. Exit status 1 where something failed.
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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
    python, ready = folder / "bin" / "python", folder / "latebloom.ready"
    if ready.exists() and ready.read_text() == str(ROOT):
        return python
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--constraint", str(ROOT / "constraints.txt")]
    subprocess.run([*pip, *packages, "--editable", str(ROOT)], check=True)
    ready.write_text(str(ROOT))
    return python


def found_in(python: Path, libraries: list[str], log: Path) -> dict[str, Any]:
    """What tests/interop/opened.py prints in an environment."""
    command = [str(python), str(ROOT / "tests" / "interop" / "opened.py"), *libraries]
    with log.open("w") as errors:
        found = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=errors, text=True).stdout
    return {"date": datetime.now(UTC).date().isoformat(), **json.loads(found)}


def failures(results: dict[str, Any]) -> list[str]:
    """The comparisons that ended in an error, in words."""
    return [
        f"{name}: {library}: {case}: {found['failed']}"
        for name, result in results.items()
        for library in ENVIRONMENTS[name][1]
        for case, found in result[library].items()
        if "failed" in found
    ]


def main(folder: Path, names: list[str]) -> int:
    """Compare in each environment, keep what was found in the others, and write as soon as one is done."""
    chosen = names or list(ENVIRONMENTS)
    pythons = {name: made(folder / name, ENVIRONMENTS[name][0]) for name in chosen}
    failed: list[str] = []
    with ThreadPoolExecutor() as pool:
        waiting = {
            pool.submit(found_in, pythons[name], ENVIRONMENTS[name][1], folder / f"{name}.log"): name for name in chosen
        }
        for done in as_completed(waiting):
            fresh = {waiting[done]: done.result()}
            kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
            RESULTS.write_text(json.dumps({**kept, **fresh}, indent=1, sort_keys=True) + "\n")
            failed += failures(fresh)
    print(*failed, sep="\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
