"""Reading a run: its experiment, its metrics, and its checkpoints as models."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from latebloom._errors import DamagedFileError, RunNotFoundError, UsageError, first_problem
from latebloom._registry import suggested
from latebloom._text import html_table
from latebloom.phases import Outcome, Phases, Series
from latebloom.runs.classes import check_registered
from latebloom.runs.outcome import outcome_of_experiment, phases_of_experiment
from latebloom.store import Manifest, RunDirectory, column, effective_status, join_on_step, locate, not_found
from latebloom.tasks import Task
from latebloom.training import Experiment

if TYPE_CHECKING:
    import pyarrow

    from latebloom.models import Model


@dataclass(frozen=True)
class Checkpoint:
    """The weights at one step, as a model that can be run."""

    step: int
    model: Model


@dataclass(frozen=True)
class Run:
    """One training in one directory. Each property reads the disk, so a running run can be watched."""

    path: Path

    @property
    def directory(self) -> RunDirectory:
        """The files."""
        return RunDirectory(self.path)

    @property
    def manifest(self) -> Manifest:
        """The description of the run, and its progress."""
        return self.directory.read_manifest()

    @property
    def status(self) -> str:
        """running, interrupted, finished, diverged, failed or damaged."""
        return effective_status(self.directory)

    @cached_property
    def experiment(self) -> Experiment:
        """The experiment.

        Errors: UsageError where the class of its task, model or optimiser is not registered, DamagedFileError where
        this version cannot read it.
        """
        manifest = self.manifest
        check_registered(self.path, manifest)
        try:
            return Experiment.model_validate(manifest.experiment)
        except ValidationError as error:
            raise DamagedFileError(f"{self.path}: its experiment does not validate: {first_problem(error)}") from None

    @property
    def task(self) -> Task:
        """The task it was trained on."""
        return self.experiment.task

    @property
    def metrics(self) -> pyarrow.Table:
        """Metrics logged during training and measures added later, one row per step; an Arrow table.

        ``run.metrics.to_pandas()`` or ``polars.from_arrow(run.metrics)``. Losses in nats.
        """
        return join_on_step(self.directory.read_table("metrics"), self.directory.read_table("measures"))

    def series(self, name: str) -> Series:
        """One column of `metrics` against the step. Errors: UsageError for a column that does not exist."""
        table = self.metrics
        if name not in table.column_names:
            raise UsageError(
                f"{self.path} has no series {name!r}, expected one of {', '.join(table.column_names[1:8])} …; "
                f"`{suggested('measure', str(self.path))}` adds those that need the final model"
            )
        return _series(table, name)

    def all_series(self) -> dict[str, Series]:
        """Every column of `metrics` against the step, by name."""
        table = self.metrics
        return {name: _series(table, name) for name in table.column_names[1:]}

    @property
    def phases(self) -> Phases:
        """Boundaries, phases and the outcome, from the series alone. A run without a test set has no phases, and the
        reason is given."""
        return phases_of_experiment(self.experiment, self.all_series())

    @property
    def outcome(self) -> Outcome:
        """Whether it grokked, and if not, which other outcome it has, at its last recorded step."""
        return outcome_of_experiment(self.experiment, self.all_series())

    @property
    def checkpoints(self) -> list[int]:
        """Steps at which weights were stored."""
        return self.directory.checkpoint_steps()

    @property
    def no_checkpoints(self) -> str:
        """What to say where a run without checkpoints needs one."""
        imported = self.manifest.imported
        if imported is not None:
            return f"{self.path} has no checkpoints: it was imported from {imported.file}, which holds none"
        return f"{self.path} has no checkpoints yet; train it further"

    def checkpoint(self, step: int | None = None) -> Checkpoint:
        """The weights of a step (by default the last one stored) as a model in float32.

        Errors: UsageError with the nearest steps where that step was not stored.
        """
        import torch

        if step is None:
            steps = self.checkpoints
            if not steps:
                raise UsageError(self.no_checkpoints)
            step = steps[-1]
        model = self.experiment.model.build(self.task)
        stored = self.directory.read_checkpoint(step)
        try:
            model.load_state_dict({name: torch.from_numpy(value) for name, value in stored.items()})
        except RuntimeError:
            raise DamagedFileError(f"{self.path}: the checkpoint at step {step} holds another model") from None
        return Checkpoint(step, model)

    def rows(self) -> list[tuple[str, str]]:
        """Labels and values that summarise the run, for printing."""
        manifest = self.manifest
        table = self.directory.read_table("metrics")
        recorded = {name: f"{name}_loss" for name in ("train", "test") if f"{name}_loss" in table.column_names}
        series = {name: _series(table, column) for name, column in recorded.items()}
        losses = [f"{name} {one.value[-1]:.3g}" for name, one in series.items() if len(one)]
        phases = self.phases
        return [
            ("run", str(self.path)),
            ("recipe", manifest.recipe),
            ("seed", "unknown" if manifest.seed is None else str(manifest.seed)),
            ("status", self.status),
            ("step", f"{manifest.step}" + (f" ({manifest.stopped_because})" if manifest.stopped_because else "")),
            ("loss", ", ".join(losses) or "none yet"),
            ("outcome", phases.outcome.reason),
            *([("collapse", f"{phases.collapse} {_remedy(self.experiment)}")] if phases.collapse else []),
            ("checkpoints", str(len(self.checkpoints))),
            *_origin(manifest),
        ]

    def _repr_html_(self) -> str:
        return html_table(self.rows())


def _origin(manifest: Manifest) -> list[tuple[str, str]]:
    """The run that it started from; or where an imported run comes from, what is assumed and what was left out."""
    if manifest.started_from is not None:
        return [("started from", f"{manifest.started_from.name} at step {manifest.started_from.step}")]
    if manifest.imported is None:
        return []
    origin = manifest.imported
    rows = [("imported from", f"{origin.file}, {origin.form_with_hash}")]
    rows += [("assumed", f"{name}: {text}") for name, text in origin.assumed.items()]
    return rows + [("left out", f"{name}: {text}") for name, text in origin.left_out.items()]


def _remedy(experiment: Experiment) -> str:
    """What may prevent a collapse, by the optimiser."""
    optimiser = experiment.optimiser
    if optimiser.name == "adam" and optimiser.weight_decay:
        return "Weight decay is L2 in the gradient of adam, which rescales it; try --optimiser.name adamw."
    return "Try a lower --optimiser.lr or --optimiser.weight_decay."


def _series(table: pyarrow.Table, name: str) -> Series:
    return Series.of(column(table, "step"), column(table, name))


def open_run(run: Run | str | Path, root: str | Path = "runs") -> Run:
    """The run at a path, or of a name under ``root``; a `Run` is returned as it is.

    Errors: RunNotFoundError where there is none.
    """
    if isinstance(run, Run):
        return run
    found = locate(run, root)
    if found is not None:
        return Run(found.path)
    raise RunNotFoundError(not_found(run, root))
