"""The stored record of one run, and what is measured again."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from latebloom.analysis import Analysis
from latebloom.claims import CLAIMS, Claim, Measurement, complete_claims, stored_record, write_record
from latebloom.claims.record import Record, record_run
from latebloom.runs import Run

NAME = "mean_attention_to_self"


@pytest.mark.parametrize("undefined", [True, False])
def test_what_was_undefined_is_measured_again_after_new_measures(
    planted_run: Run, tmp_path: Path, undefined: bool
) -> None:
    """As after `latebloom claims` without `latebloom measure`. What was defined stays."""
    run = Run(shutil.copytree(planted_run.path, tmp_path / "run"))
    run.directory.write_table("measures", run.directory.read_table("metrics"))
    written = run.directory.table_written("measures")
    assert written is not None
    before = stored(run, written - timedelta(seconds=1), undefined)
    write_record(run, before)
    again = complete_claims(run).quantities
    assert again[NAME].reason is None
    assert (again[NAME] == before.quantities[NAME]) is not undefined
    assert all(again[name] == one for name, one in before.quantities.items() if name != NAME)


@pytest.mark.parametrize("keys", [(1.0, 2.0), None])
def test_other_key_frequencies_make_all_quantities_anew(planted_run: Run, tmp_path: Path, keys) -> None:
    run = Run(shutil.copytree(planted_run.path, tmp_path / "run"))
    now = Analysis(run).basis["key_frequencies"]
    assert now != [1, 2]
    run.directory.write_document("measures", {"step": run.checkpoints[-1], **Analysis(run).basis})
    before = stored(run, datetime.now(UTC), undefined=False)
    one = Measurement(value=tuple(map(float, now)) if keys is None else keys, date=datetime.now(UTC))
    write_record(run, before.model_copy(update={"quantities": before.quantities | {"key_frequencies": one}}))
    assert (complete_claims(run).quantities[NAME] == before.quantities[NAME]) is (keys is None)


def test_a_damaged_record_counts_as_not_measured(planted_run: Run, tmp_path: Path) -> None:
    run = Run(shutil.copytree(planted_run.path, tmp_path / "run"))
    write_record(run, record_run(Analysis(run), []))
    assert stored_record(run) is not None
    (run.path / "quantities.json").write_text('{"identity"')
    assert stored_record(run) is None


def stored(run: Run, date: datetime, undefined: bool) -> Record:
    """A record with every quantity of the run at 1, and one perhaps undefined."""
    record = record_run(Analysis(run), [NAME])
    about = [claim for claim in CLAIMS.values() if isinstance(claim, Claim) and claim.applies(run)]
    needed = [name for claim in about for name in claim.quantities]
    one = Measurement(value=1.0, date=date)
    odd = Measurement(reason="the run has no measures", date=date) if undefined else one
    return record.model_copy(update={"quantities": dict.fromkeys(needed, one) | {NAME: odd}, "date": datetime.now(UTC)})
