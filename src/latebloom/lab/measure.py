"""Compute every measure at every checkpoint of a run, and store the results in the run."""

from collections.abc import Callable, Sequence
from pathlib import Path

from latebloom._errors import DamagedFileError, UsageError
from latebloom.analysis import Analysis, Measured, read_measured
from latebloom.circuits import family_of, measure_snapshot
from latebloom.measures import MEASURES, fixed_basis, measures_of
from latebloom.runs import Run, open_run
from latebloom.store import RunLock, append_rows, empty_table

WRITE_EVERY = 20
"""Checkpoints between two writes, which an interrupted `measure` must repeat."""

Progress = Callable[[int, int], None]
"""Called with the number of measured checkpoints and the total number."""


def measure(
    target: Run | str | Path,
    rule: str | None = None,
    progress: Progress | None = None,
    root: str | Path = "runs",
    asked: Sequence[str] = (),
) -> Run:
    """Fill ``measures.parquet`` of a run, one row per checkpoint, and return the run; its `metrics` has the columns.

    target: a run (an object, a path or a name under ``root``).

    The family of the task may fix a basis, such as the key frequencies of a modular task: from the last checkpoint, by
    the rule of that name, for all checkpoints. The default is the rule of the last call, or else the family's default.
    asked: names of measures that take seconds, such as ``llc``, which are computed too; so are those that the run was
    measured with before. Rows that were measured with the same basis and measures are kept, so an interrupted call
    resumes where it stopped. Errors: UsageError for a run without checkpoints, an unknown rule, or a measure that is
    unknown or of another family of tasks; RunLockedError while the run trains.
    """
    from latebloom.runs.threads import one_thread_each

    run = open_run(target, root)
    analysis = Analysis(run)
    if not run.checkpoints:
        raise UsageError(run.no_checkpoints)
    before = _before(run)
    names = _names(analysis, before, asked)
    basis = analysis.snapshot_by(rule or (before.basis.get("rule") if before else None), analysis.step).basis
    with RunLock(run.path) as lock:
        run.directory.clean()
        same = before is not None and before.basis == basis and set(names) <= set(before.measures)
        table = run.directory.read_table("measures") if same else empty_table()
        if not same:  # first, so that a call that is killed here leaves no old rows under the new names
            run.directory.write_table("measures", table)
        run.directory.write_document("measures", Measured(analysis.step, basis, names).document)
        done = set(table["step"].to_pylist())
        left = [step for step in analysis.steps if step not in done]

        def row(step: int) -> dict[str, float | int | None]:
            return {"step": step, **measure_snapshot(analysis.checkpoint(step, fixed_basis(basis)), names)}

        with one_thread_each() as each:
            for start in range(0, len(left), WRITE_EVERY):
                rows = list(each(row, left[start : start + WRITE_EVERY]))
                lock.check()
                table = append_rows(table, rows)
                run.directory.write_table("measures", table)
                if progress is not None:
                    progress(len(table), len(analysis.steps))
    return run


def is_measured(run: Run) -> bool:
    """Whether every checkpoint has every measure, with the basis of the last checkpoint."""
    before, steps = _before(run), run.checkpoints
    if before is None or not steps or before.step != steps[-1]:
        return False
    names = {measure.name for measure in measures_of(family_of(run.task).name)}
    table = run.directory.read_table("measures")
    return names <= set(before.measures) and set(steps) <= set(table["step"].to_pylist())


def _before(run: Run) -> Measured | None:
    """What the run was measured with; None where it has to be measured anew, since that is missing or damaged."""
    try:
        return read_measured(run)
    except DamagedFileError:
        return None


def _names(analysis: Analysis, before: Measured | None, asked: Sequence[str]) -> tuple[str, ...]:
    """The measures of the run's family: those that are always computed, that are asked for, and of the last call."""
    family = analysis.family.name
    for name in asked:
        if MEASURES[name].family not in (None, family):
            expected = ", ".join(measure.name for measure in measures_of(family, MEASURES) if measure.costly)
            raise UsageError(
                f"measure: got {name!r}, which does not measure {analysis.task.name}, expected one of {expected}"
            )
    wanted = {*asked, *(before.measures if before else ())}
    return tuple(measure.name for measure in measures_of(family, wanted))
