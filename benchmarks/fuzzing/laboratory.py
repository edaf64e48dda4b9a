"""The place where tries are made: runs to damage, a folder that nothing may touch, and the command line in one call."""

import contextlib
import io
import json
import os
import re
import shutil
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fuzzing.odd import CANARY
from fuzzing.verdicts import FaultError, refused
from latebloom._errors import LatebloomError
from latebloom.cli import main
from latebloom.recipes.settings import experiment_of
from latebloom.runs import Job, train_batch, train_run
from latebloom.store import RunDirectory
from latebloom.store.sweep_documents import FAILURES, Failure
from latebloom.sweeps.asked import SWEEP, Asked
from latebloom.sweeps.expand import expand
from latebloom.sweeps.spec import make_spec

SETTINGS = {
    "task.p": "5",
    "model.d_model": "8",
    "model.d_head": "4",
    "model.n_heads": "2",
    "model.d_mlp": "8",
    "training.stop": "steps",
    "recording.checkpoints": "2",
    "recording.metrics": "1",
}
"""Of the smallest model that trains."""
OPTIONS = [word for name, value in SETTINGS.items() for word in (f"--{name}", value)]
HALF, WHOLE = 4, 6
"""Steps of the run that is damaged, and of the run that it must become where it is resumed."""


@dataclass(frozen=True)
class Ended:
    """A command that ended by the rules."""

    status: int
    output: str
    errors: str

    @property
    def verdict(self) -> str:
        """In one word."""
        return ("done", "failed", "refused")[self.status]


class Laboratory:
    """Folders below one place: ``templates`` (made once), ``work`` (new for each try), ``guard`` (never touched)."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.work, self.guard, self.mark = place / "work", place / "guard", place / "mark"
        self.templates = place / "templates"

    def make(self) -> None:
        """Train the templates."""
        self.guard.mkdir(parents=True)
        (self.guard / "secret.txt").write_text("of the user\n")
        (self.guard / "checkpoints").mkdir()
        (self.guard / "checkpoints" / "step-99999999.safetensors").write_text("of the user\n")
        modules = self.place / "modules"
        modules.mkdir()
        (modules / f"{CANARY}.py").write_text(f"import os\nos.makedirs({str(self.mark)!r}, exist_ok=True)\n")
        for steps, name in ((HALF, "r"), (HALF, "other"), (WHOLE, "whole")):
            experiment = experiment_of("small", 0, [*OPTIONS, "--training.steps", str(steps)])
            train_run(experiment, name, self.templates)
        spec = make_spec("small", ["optimiser.lr=1e-3,3e-3"], "0:2", [*OPTIONS, "--training.steps", str(HALF)])
        jobs = expand(spec)
        train_batch([Job(job.experiment, job.name) for job in jobs], self.templates / "s")
        sweep = RunDirectory(self.templates / "s")
        sweep.write_document(SWEEP, Asked(asked=(spec,)).model_dump(mode="json"))
        failure = Failure(message="no reason", experiment=jobs[0].experiment.model_dump(mode="json"))
        sweep.write_document(FAILURES, {"small-9-failed": failure.model_dump(mode="json")})
        self.command("measure", str(self.templates / "r"))
        self.command("explain", str(self.templates / "r"))

    def at(self, place: Path) -> "Laboratory":
        """Another laboratory with the same templates."""
        other = Laboratory(place)
        for name in ("guard", "modules", "templates"):
            shutil.copytree(self.place / name, place / name)
        (place / "modules" / f"{CANARY}.py").write_text(f"import os\nos.makedirs({str(other.mark)!r}, exist_ok=True)\n")
        other.expected = self.expected
        other.enter()
        return other

    def enter(self) -> None:
        """Make the folder of work the current one, and let the canary be found."""
        self.renew()
        sys.path.insert(0, str(self.place / "modules"))

    def renew(self, *names: str) -> None:
        """An empty folder of work with copies of these templates in ``runs``."""
        os.chdir(self.place)
        shutil.rmtree(self.work, ignore_errors=True)
        (self.work / "runs").mkdir(parents=True)
        os.chdir(self.work)
        for name in names:
            shutil.copytree(self.templates / name, self.work / "runs" / name)

    def learn(self) -> None:
        """What the damaged run must become: its weights, state and metrics, kept in memory."""
        self.expected: dict[str, Any] = contents(RunDirectory(self.templates / "whole"))

    def command(self, *arguments: str) -> Ended:
        """Run one command. Errors: FaultError where it breaks a rule."""
        output, errors = io.StringIO(), io.StringIO()
        try:
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
                status = main(arguments)
        except BaseException as error:
            trace = "".join(traceback.format_exception(error)[-6:])
            raise FaultError("traceback", f"{shown(arguments)}\n{trace}") from None
        ended = Ended(status, output.getvalue(), errors.getvalue())
        check(arguments, ended)
        return ended

    def resumed(self) -> str:
        """Resume the damaged run. Errors: FaultError where it succeeds with other weights, state or metrics.

        A resume reads no earlier checkpoints: one that is missing stays missing, a damaged one is refused on reading.
        """
        ended = self.command("train", "small", *OPTIONS, "--steps", str(WHOLE), "--name", "r", "--quiet")
        if ended.status != 0:
            return f"resume {ended.verdict}"
        try:
            found = contents(RunDirectory(Path("runs/r")))
        except LatebloomError as error:
            return f"resumed, then {refused(error)}"
        missing = self.expected["checkpoints"].keys() - found["checkpoints"].keys()
        kept = {step: one for step, one in self.expected["checkpoints"].items() if step not in missing}
        if not equal(found, self.expected | {"checkpoints": kept}) or WHOLE in missing:
            raise FaultError("silently wrong", "resumed to other bits")
        return f"resume {ended.verdict}"

    def untouched(self) -> dict[str, tuple[int, int, int]]:
        """What must be the same after a try: everything beside the folder of work."""
        entries = [*self.place.iterdir(), *self.guard.rglob("*")]
        kept = [entry for entry in entries if entry not in (self.work, self.templates, self.mark)]
        return {str(entry): _stamp(entry) for entry in kept}


def _stamp(entry: Path) -> tuple[int, int, int]:
    found = entry.lstat()
    return (found.st_ino, 0, 0) if entry.name in ("modules",) else (found.st_ino, found.st_size, found.st_mtime_ns)


def contents(run: RunDirectory) -> dict[str, Any]:
    """The weights at every step, the state and the metrics."""
    checkpoints = {step: run.read_checkpoint(step) for step in run.checkpoint_steps()}
    return {"checkpoints": checkpoints, "state": run.read_state(), "metrics": run.read_table("metrics").to_pydict()}


def equal(one: Any, other: Any) -> bool:
    """Whether two values have the same bits, through dictionaries, lists and arrays."""
    if isinstance(one, np.ndarray):
        same = isinstance(other, np.ndarray) and one.dtype == other.dtype and one.shape == other.shape
        return same and one.tobytes() == other.tobytes()
    if isinstance(one, dict):
        return isinstance(other, dict) and one.keys() == other.keys() and all(equal(one[k], other[k]) for k in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(equal, one, other))
    return repr(one) == repr(other)


_PROGRESS = re.compile(r"step \d+/\d+ |\d+/\d+ runs: ")
"""Lines that a training prints while it trains, unless it is told to be quiet."""


def shown(arguments: tuple[str, ...]) -> str:
    """The command, in one printable line."""
    return ascii([argument[:80] for argument in arguments])


def check(arguments: tuple[str, ...], ended: Ended) -> None:
    """The rules of the command line. Errors: FaultError."""
    lines = ended.errors.splitlines()
    if "Traceback (most recent call last)" in ended.errors or ended.status not in (0, 1, 2):
        raise FaultError("traceback", f"{shown(arguments)} status {ended.status}: {ended.errors[-1500:]}")
    told = [line for line in lines if line.startswith("latebloom")]
    progress = [line for line in lines if _PROGRESS.match(line)]
    quiet = arguments[:1] != ("train",) or "--quiet" in arguments or "--json" in arguments
    if len(told) + (0 if quiet else len(progress)) < len(lines) or (ended.status == 2 and not told):
        raise FaultError("not one line", f"{shown(arguments)} status {ended.status}: {ended.errors[-1500:]!r}")
    if ended.status == 0 and "--json" in arguments and "--help" not in arguments and "-h" not in arguments:
        try:
            json.loads(ended.output, parse_constant=_no_constant)
        except ValueError as error:
            raise FaultError("silently wrong", f"{shown(arguments)} printed no JSON: {error}") from None


def _no_constant(name: str) -> None:
    raise ValueError(name)
