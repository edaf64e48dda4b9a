"""Export checkpoints of a run into folders that other libraries open."""

from pathlib import Path
from typing import Any, Literal

from latebloom._errors import UsageError
from latebloom.analysis import Analysis
from latebloom.claims import judge, stored_record
from latebloom.exports import FORMATS, Exported, write_folder
from latebloom.runs import Run, open_run


def export(
    target: Run | str | Path,
    to: str,
    out: str | Path,
    step: int | Literal["all"] | None = None,
    root: str | Path = "runs",
    *,
    overwrite: bool = False,
) -> list[Path]:
    """Write one checkpoint (by default the last) into the folder ``out``, or every one into ``out/step-…``.

    to: the name of a format, see `latebloom.exports.FORMATS`. Each folder appears whole or not at all. Returns the
    folders. Errors: UsageError for a model without a counterpart, for a step that is not stored, and for a folder with
    files that no export wrote, unless ``overwrite``.
    """
    run, form, folder = open_run(target, root), FORMATS[to], Path(out)
    if run.path.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"--out: got {folder}, which holds the run itself; choose another folder")
    if step == "all" and not run.checkpoints:
        raise UsageError(run.no_checkpoints)
    facts, folders = facts_of(run), []
    for one in run.checkpoints if step == "all" else [step]:
        exported = exported_of(run, one, facts)
        place = folder / f"step-{exported.step:08d}" if step == "all" else folder
        write_folder(place, form.made(exported), _identity(exported, to), overwrite)
        folders.append(place)
    return folders


def exported_of(run: Run, step: int | None, facts: dict[str, Any] | None = None) -> Exported:
    """One checkpoint with what is known of the run; the metrics are those of its step."""
    checkpoint = run.checkpoint(step)
    manifest = run.manifest
    known = {**(facts_of(run) if facts is None else facts), "metrics": _metrics(run, checkpoint.step)}
    return Exported(
        manifest.name,
        manifest.recipe,
        manifest.seed,
        checkpoint.step,
        checkpoint.model,
        run.task,
        manifest.experiment,
        known,
    )


def facts_of(run: Run) -> dict[str, Any]:
    """What the run stores about all of it: outcome, verdicts on claims and key frequencies; nothing is measured."""
    facts: dict[str, Any] = {"outcome": run.outcome.reason}
    record = stored_record(run)
    if record is not None:
        facts["verdicts"] = {name: verdict.state for name, verdict in judge(run, record).items()}
    keys = key_frequencies(run)
    return facts if keys is None else {**facts, "key_frequencies": keys}


def key_frequencies(run: Run) -> list[int] | None:
    """The stored key frequencies of the run; None where `latebloom measure` has stored none."""
    found = (Analysis(run).measured_basis or {}).get("key_frequencies")
    return None if found is None else [int(k) for k in found]


def _metrics(run: Run, step: int) -> dict[str, float]:
    """The logged metrics at the step; empty where the recording left it out."""
    rows = [row for row in run.directory.read_table("metrics").to_pylist() if row["step"] == step]
    return {name: value for row in rows for name, value in row.items() if name != "step" and value is not None}


def _identity(exported: Exported, to: str) -> dict[str, object]:
    return {"format": to, "run": exported.name, "step": exported.step}
