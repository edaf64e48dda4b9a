"""A sweep at a URI: runs are fetched into a scratch directory, trained and copied back."""

import json
from pathlib import Path

import pytest

from latebloom._errors import DamagedFileError, StoreError, UsageError
from latebloom.runs import Run, train_run
from latebloom.store.sweep_documents import FAILURES as NAME
from latebloom.sweeps.place import Folder, place_of
from latebloom.sweeps.remote import Remote


def test_skip_continue_and_add_at_a_uri(jobs, inline, bits, tmp_path: Path) -> None:
    place = place_of(f"file://{tmp_path}/bucket", "sweep")
    assert isinstance(place, Remote)
    there = tmp_path / "bucket" / "sweep"

    def stop(record) -> None:
        if record.step >= 13:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_run(jobs([1])[0].experiment, jobs([1])[0].name, there, observer=stop)
    assert [place.status(job.name) for job in jobs([0, 1])] == ["new", "interrupted"]
    tally, _ = inline(place, jobs([0, 1]))
    assert tally.count("finished") == 2
    tally, engine = inline(place, jobs([0, 1, 2]))
    assert (tally.over_before["finished"], len(engine.batches)) == (2, 1)
    for job in jobs([0, 1, 2]):
        alone = train_run(job.experiment, job.name, tmp_path / "alone")
        assert bits(there / job.name) == bits(alone.path)
        assert Run(there / job.name).status == "finished"


def test_failures_are_stored_at_the_uri(jobs, inline, tmp_path: Path) -> None:
    place = Remote(f"file://{tmp_path}/sweep")
    inline(place, jobs([0]), lose=lambda batch: True)
    assert list(place.read(NAME)) == [jobs([0])[0].name]


def test_a_document_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    place = Remote(f"file://{tmp_path}")
    place.write("a", {"old": 1})
    with (tmp_path / "a.json").open() as before:  # an open file keeps its old content
        place.write("a", {"new": 2})
        assert json.load(before) == {"old": 1}
    assert place.read("a") == {"new": 2}
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]


def test_a_damaged_document_is_a_one_line_error(tmp_path: Path) -> None:
    (tmp_path / "failures.json").write_text('{"a": {"mess')
    with pytest.raises(DamagedFileError, match=r"/failures\.json is damaged, expected JSON: ") as caught:
        Remote(f"file://{tmp_path}").read(NAME)
    assert "\n" not in str(caught.value)


def test_a_run_that_cannot_be_copied_back_does_not_affect_others(jobs, tmp_path: Path) -> None:
    place, (blocked, other) = Remote(f"file://{tmp_path}"), jobs([0, 1])
    (tmp_path / blocked.name).write_text("a file where its directory would be")
    with pytest.raises(StoreError, match=blocked.name):
        place.train([blocked, other], lambda name, step: None)
    assert place.status(other.name) == "finished"


def test_the_statuses_of_many_runs(jobs, tmp_path: Path) -> None:
    place, (done, damaged, new) = Remote(f"file://{tmp_path}/sweep"), jobs([0, 1, 2])
    names = [job.name for job in (done, damaged, new)]
    assert place.statuses(names) == dict.fromkeys(names, "new")
    place.train([done], lambda name, step: None)
    (tmp_path / "sweep" / damaged.name).mkdir()
    (tmp_path / "sweep" / damaged.name / "manifest.json").write_text("{")
    assert place.statuses(names) == dict(zip(names, ("finished", "damaged", "new"), strict=True))


def test_choice_of_a_place(tmp_path: Path) -> None:
    assert place_of(str(tmp_path), "a") == Folder(tmp_path / "a")
    assert place_of("s3://bucket/runs/?region=x&scheme=http", "a") == Remote("s3://bucket/runs/a?region=x&scheme=http")
    for runs, name in ((str(tmp_path), "a/b"), (str(tmp_path), ".."), (str(tmp_path), "")):
        with pytest.raises(UsageError, match="--name"):
            place_of(runs, name)
    with pytest.raises(UsageError, match="--runs: got 'nonsense://x/a'"):
        place_of("nonsense://x", "a").status("b")
