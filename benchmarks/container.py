"""Go through Containerfile step by step, where no container can be built, in a folder instead of an image.

    python benchmarks/container.py --out benchmarks/results/container.json

COPY copies the committed files, RUN pip installs into an empty environment, and ENTRYPOINT runs with CMD and with a
small training. Paths of the image are those of the folder. The commands see the programs of that environment alone,
so that nothing of this machine, such as a compiler, is used. What only an image has (FROM, USER, useradd) is listed as
not executed.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from environments import ROOT, SMALL, run


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a container file: (word, arguments), with continued lines joined."""
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]
    return [(word, " ".join(rest.split())) for word, _, rest in (line.partition(" ") for line in lines)]


class Image:
    """A folder in the place of an image."""

    def __init__(self, place: Path) -> None:
        self.place, self.environment, self.home = place, place / "environment", place / "home"
        self.home.mkdir()
        run([sys.executable, "-m", "venv", str(self.environment)], check=True)
        self.variables = {"PATH": str(self.environment / "bin"), "HOME": str(self.home)}

    def moved(self, word: str) -> str:
        """A word of a command, with a path of the image as one of the folder."""
        return f"{self.place}{word}" if word.startswith(("/opt/", "/home/")) else word

    def copy(self, target: str) -> subprocess.CompletedProcess[str]:
        """COPY of the whole context: the committed files."""
        there = self.moved(target)
        Path(there).mkdir(parents=True)
        return run(["bash", "-c", f"git archive HEAD | tar --extract --directory {shlex.quote(there)}"], cwd=ROOT)

    def call(self, words: list[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """A program of the environment."""
        program = str(self.environment / "bin" / words[0])
        return run([program, *map(self.moved, words[1:])], cwd=self.home, env=variables)


def carried_out(image: Image, word: str, rest: str) -> dict[str, Any] | None:
    """What became of a step; None where it was not executed."""
    match word, rest.split(" ", 1)[0]:
        case "COPY", ".":
            done = image.copy(rest.split()[1])
        case "RUN", "pip":
            done = image.call(shlex.split(rest), {**os.environ, **image.variables})
        case _:
            return None
    return {"status": done.returncode, **({"said": done.stderr.strip()[-300:]} if done.returncode else {})}


def main() -> int:
    """Carry out the steps and write what became of them; 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    steps: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        image = Image(Path(folder))
        found = instructions((ROOT / "Containerfile").read_text())
        for word, rest in found:
            if word not in ("ENTRYPOINT", "CMD"):
                result = carried_out(image, word, rest)
                steps.append({"step": f"{word} {rest}", **(result or {"not_executed": True})})
        entry, command = (json.loads(rest) for word, rest in found if word in ("ENTRYPOINT", "CMD"))
        for arguments in (command, ["train", "small", *SMALL, "--name", "first"], ["report", "first"]):
            done = image.call([*entry, *arguments], image.variables)
            steps.append({"step": shlex.join(["latebloom", *arguments]), "status": done.returncode})
            steps[-1] |= {"said": done.stderr.strip()[-300:]} if done.returncode else {}
    result = {"command": "python benchmarks/container.py", "date": datetime.now(UTC).date().isoformat(), "steps": steps}
    print(json.dumps(result, indent=1))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    return 1 if any(step.get("status") for step in steps) else 0


if __name__ == "__main__":
    sys.exit(main())
