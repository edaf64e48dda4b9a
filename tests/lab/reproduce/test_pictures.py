"""The write-up's pictures: whole and in order, drawn of the right run, and with a reason where they are not."""

import re
from pathlib import Path

import pytest
from pages.pictures import contact_sheet

from latebloom.claims import SYSTEMS
from latebloom.figures import FIGURES, SWEEP_FIGURES
from latebloom.lab.reproduce import Entry, catalogue
from latebloom.lab.reproduce import contact_sheet as entries
from latebloom.lab.reproduce.choose import matches
from latebloom.lab.reproduce.pictures import draw_pictures
from latebloom.lab.reproduce.result import SystemResult
from latebloom.lab.reproduce.write_up_pictures import write_up_pictures
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory

SECTIONS = (
    "Introduction",
    "Key Claims",
    "What Is A Phase Change?",
    "Empirical Observations",
    "Grokking = Phase Changes + Regularisation + Limited Data",
    "Speculation: Phase Changes are Everywhere",
    "Background on Discrete Fourier Transforms",
    "Calculating waves",
    "Calculating 2D products of waves",
    "Calculating cos(w(x+y)), sin(w(x+y)) and calculating logits",
    "Evolution of Circuits During Training",
    "Notable Observations",
)
"""Those of the write-up that hold pictures, in its order; footnotes stand last."""


def test_pictures_name_what_there_is_in_the_order_of_the_write_up() -> None:
    pictures = write_up_pictures()
    for picture in pictures:
        assert picture.system in SYSTEMS
        assert picture.figure in {**FIGURES, **SWEEP_FIGURES}
    quoted = [re.search('"(.+)"', picture.place) for picture in pictures]
    places = [SECTIONS.index(found[1]) if found else len(SECTIONS) for found in quoted]
    assert places == sorted(places)
    assert set(places) == set(range(len(SECTIONS) + 1))


def test_a_chosen_run_is_one_that_the_full_budget_trains() -> None:
    systems = catalogue("full")
    for picture in write_up_pictures():
        if picture.where:
            jobs = systems[picture.system].jobs()
            assert 0 < sum(matches(job.experiment, picture.where) for job in jobs) < len(jobs)


@pytest.fixture
def in_float32(planted_run: Run, tmp_path: Path) -> Run:
    """The planted run's curves under other settings."""
    experiment = planted_run.experiment
    training = experiment.training.model_copy(update={"loss_dtype": "float32"})
    directory = RunDirectory(tmp_path / "in-float32")
    directory.create()
    directory.write_manifest(new_manifest("in-float32", experiment.model_copy(update={"training": training})))
    directory.write_table("metrics", planted_run.directory.read_table("metrics"))
    return Run(directory.path)


ENTRY = Entry("precision", (), False, ("training-curve",), ())


def test_the_run_with_the_settings_is_drawn(planted_run: Run, in_float32: Run, tmp_path: Path) -> None:
    chosen, first = draw_pictures(ENTRY, [planted_run, in_float32], tmp_path, "full")
    assert (chosen.id, chosen.of) == ("training-curve-float32-none", "in-float32")
    assert (first.id, first.of) == ("training-curve", planted_run.path.name)
    assert all(picture.file and (tmp_path / picture.file).exists() for picture in (chosen, first))
    assert first.command == f"latebloom figure training-curve {tmp_path.name}/precision/{planted_run.path.name}"


def test_settings_that_no_run_has_are_a_reason(planted_run: Run, tmp_path: Path) -> None:
    chosen, first = draw_pictures(ENTRY, [planted_run], tmp_path, "full")
    assert chosen.file is None
    assert "training.loss_dtype = float32" in chosen.says
    assert first.file is not None


def test_the_sheet_has_every_picture_drawn_or_a_reason(planted_run: Run, in_float32: Run, tmp_path: Path) -> None:
    drawn = draw_pictures(ENTRY, [planted_run, in_float32], tmp_path, "full")
    system = SystemResult(
        name="precision", title="", commands=(), finished=2, runs=2, seconds=0.0, milestones=(), pictures=drawn
    )
    sheet = entries.contact_sheet({"precision": system}, lambda name: f"{name} is <not> trained")
    assert [picture.caption for picture in sheet] == [picture.caption for picture in write_up_pictures()]
    assert [picture.file for picture in sheet if picture.file] == [drawn[0].file]
    page = contact_sheet(sheet)
    assert page.count("<td") == len(sheet)
    assert page.count("<img") == 1
    assert 'src="images/reproduction/full-precision-training-curve-float32-none.svg"' in page
    assert page.count("is &lt;not&gt; trained") == len(sheet) - 1
