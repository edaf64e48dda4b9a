"""One run and the claims that are about it."""

from collections.abc import Callable, Iterator
from datetime import datetime

from pydantic import ValidationError

from latebloom._errors import DamagedFileError
from latebloom.analysis import Analysis, analyse
from latebloom.claims.claim import CLAIMS, Claim
from latebloom.claims.quantity import Measurement
from latebloom.claims.record import Record, merge, record_run
from latebloom.claims.verdict import Verdict
from latebloom.measures import Basis
from latebloom.runs import Run
from latebloom.store import identity

KEYS = "key_frequencies"
"""The name of the basis' key frequencies, and of the quantity that they are."""

Progress = Callable[[int, int], None]
"""Called before each quantity with the number of measured quantities and the total number."""


def measure_claims(run: Run | Analysis, progress: Progress | None = None) -> Record:
    """The record of a run with the quantities of every claim about such a run."""
    analysis = analyse(run)
    return record_run(analysis, _announced(_quantities(analysis.run), progress))


def complete_claims(run: Run | Analysis, progress: Progress | None = None) -> Record:
    """The stored record of a run, with those quantities measured that it lacks; all where none is stored, or where the
    run was measured with other key frequencies since.

    What was undefined is measured again if the run's measures were written since.
    """
    analysis = analyse(run)
    stored, names = stored_record(analysis.run), _quantities(analysis.run)
    if stored is not None and _has_other_keys(stored, analysis.measured_basis or {}):
        stored = None
    written = analysis.run.directory.table_written("measures")
    missing = [name for name in names if stored is None or _has_to_be_measured(stored.quantities.get(name), written)]
    if stored is not None and not missing:
        return stored
    measured = record_run(analysis, _announced(missing, progress))
    return measured if stored is None else merge([stored, measured])[0]


def _has_other_keys(stored: Record, basis: Basis) -> bool:
    """Whether the quantities were measured with other key frequencies than those of the basis."""
    measured, now = stored.quantities.get(KEYS), basis.get(KEYS)
    return measured is not None and isinstance(measured.value, tuple) and now is not None and measured.value != (*now,)


def _has_to_be_measured(stored: Measurement | None, written: datetime | None) -> bool:
    if stored is None or stored.reason is None or written is None:
        return stored is None
    return stored.date is None or stored.date < written


def _announced(names: list[str], progress: Progress | None) -> Iterator[str]:
    for done, name in enumerate(names):
        if progress is not None:
            progress(done, len(names))
        yield name


def write_record(run: Run, record: Record) -> None:
    """Store the record with the run, for `stored_record`. Errors: StoreError without rights, or on a full disk."""
    run.directory.write_document("quantities", record.model_dump(mode="json", exclude_defaults=True))


def stored_record(run: Run) -> Record | None:
    """The record that `latebloom claims` or `latebloom report` wrote to the run, perhaps without the quantities of
    newer claims; None where there is none that can be read, or it is not current: of another training or step, or
    older than the last training of the run.
    """
    manifest = run.manifest
    try:
        record = Record.model_validate(run.directory.read_document("quantities"))
    except (DamagedFileError, ValidationError):
        return None
    same = record.identity == identity(run.experiment.model_dump(mode="json")) and record.created == manifest.began
    current = record.step == manifest.step and record.date >= manifest.updated.replace(microsecond=0)
    return record if same and current else None


def stored_claims(run: Run) -> Record | None:
    """The stored record of a run if it has the quantities of every claim about such a run; else None."""
    record = stored_record(run)
    return record if record is not None and record.has(_quantities(run)) else None


def judge(run: Run, record: Record | None = None) -> dict[str, Verdict]:
    """The verdict on every claim about such a run, by id; empty where there is none.

    record: the measured quantities of the run; they are measured by default.
    """
    record = measure_claims(run) if record is None else record
    return {claim.id: claim.verdict(record) for claim in _about(run)}


def _quantities(run: Run) -> list[str]:
    """The quantities of every claim about such a run, each once."""
    return list(dict.fromkeys(name for claim in _about(run) for name in claim.quantities))


def _about(run: Run) -> list[Claim]:
    return [claim for claim in CLAIMS.values() if isinstance(claim, Claim) and claim.applies(run)]
