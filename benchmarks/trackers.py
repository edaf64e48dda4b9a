"""Makes an environment with every tracker, and runs the tests that train with each of them for real, offline.

    python benchmarks/trackers.py FOLDER

makes FOLDER with plain pip, or uses it if it is there. `make test` runs tests/trackers/test_real_trackers.py only for
the trackers that are installed. Exit status: that of the tests.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = "wandb,trackio,mlflow,tensorboard"
TESTS = ROOT / "tests" / "trackers" / "test_real_trackers.py"


def made(folder: Path) -> Path:
    """The Python of the environment, which is made first if it is not there.

    Only torch is held at the version of constraints.txt: trackers exclude some versions that latebloom is tested with.
    """
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    torch = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line.startswith("torch==")]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        constraints.write("\n".join(torch))
        constraints.flush()
        pip = [str(python), "-m", "pip", "install", "--quiet", "--constraint", constraints.name, "pytest"]
        subprocess.run([*pip, "--editable", f"{ROOT}[{EXTRAS}]"], check=True)
    return python


def main(folder: Path) -> int:
    """Run the tests there, without the plugins of the development environment."""
    options = ["-o", "addopts=--import-mode=importlib", "--noconftest", "-p", "no:cacheprovider", "-ra", "-v"]
    return subprocess.run([str(made(folder)), "-m", "pytest", *options, str(TESTS)], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
