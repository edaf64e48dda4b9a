"""One run and the claims that are about it."""

from pydantic import ValidationError

from latebloom.analysis import Analysis, analyse
from latebloom.claims.claim import CLAIMS, Claim
from latebloom.claims.record import Record, record_run
from latebloom.claims.verdict import Verdict
from latebloom.runs import Run
from latebloom.store import identity


def measure_claims(run: Run | Analysis) -> Record:
    """The record of a run with the quantities of every claim about such a run."""
    analysis = analyse(run)
    return record_run(analysis, _quantities(analysis.run))


def stored_claims(run: Run) -> Record | None:
    """The record that `latebloom claims` wrote to the run; None where there is none, or it is not current: of another
    training or step, older than the last training of the run, or without a quantity of a claim about it.

    Errors: DamagedFileError if the file is not JSON.
    """
    document, manifest = run.directory.read_document("quantities"), run.manifest
    try:
        record = Record.model_validate(document)
    except ValidationError:
        return None
    same = record.identity == identity(run.experiment.model_dump(mode="json")) and record.created == manifest.created
    current = record.step == manifest.step and record.date >= manifest.updated.replace(microsecond=0)
    return record if same and current and record.has(_quantities(run)) else None


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
