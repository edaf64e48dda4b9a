"""The write-up executed in the smallest: trained, judged, drawn, written, and gone on with."""

import json
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from latebloom._errors import UsageError
from latebloom.claims import CLAIMS, SYSTEMS
from latebloom.cli.main import main
from latebloom.cli.overrides import configured
from latebloom.lab.reproduce import BUDGETS, Entry, catalogue, reproduce
from latebloom.lab.reproduce.result import Picture, SystemResult
from latebloom.runs import JobResult
from latebloom.sweeps.spec import Spec
from latebloom.sweeps.tally import Tally

TINY = Spec(
    recipe="skip_trigrams",
    seeds=(0, 1),
    settings=("--task.length", "5", "--data.test_size", "50", "--training.steps", "30", "--training.batch_size", "16"),
)
SYSTEM = SystemResult(
    name="trigrams", title="", commands=(), finished=2, runs=2, seconds=0.0, milestones=(), pictures=()
)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of one small system."""
    entry = Entry("trigrams", (TINY,), True, ("trigram-circuit", "excluded-loss"), ())
    for name in ("reproduce", "plan"):
        module = import_module(f"latebloom.lab.reproduce.{name}")  # the package has functions of these names
        monkeypatch.setattr(module, "catalogue", lambda budget: {"trigrams": entry})


@pytest.mark.parametrize("budget", BUDGETS)
def test_the_catalogue_names_what_there_is(budget) -> None:
    for name, entry in catalogue(budget).items():
        assert name in SYSTEMS
        assert entry.jobs(configured)
        assert any(claim.system == name for claim in CLAIMS)


def test_every_claim_gets_a_verdict_and_a_place_on_the_page(tiny: None, tmp_path: Path, capsys) -> None:
    status = main(["reproduce", "--runs", str(tmp_path), "--workers", "1", "--json"])
    home = tmp_path / "reproduce"
    stored = json.loads(capsys.readouterr().out)
    assert stored == json.loads((home / "quick.json").read_text())
    assert sorted(claim["id"] for claim in stored["claims"]) == sorted(claim.id for claim in CLAIMS)
    mine = {claim["id"]: claim for claim in stored["claims"] if claim["system"] == "trigrams"}
    # 30 steps on nearly nothing teach it nothing: what a circuit would show is not there.
    assert mine["trigrams-read-off"]["outcome"] == "fails"
    assert mine["trigrams-read-off"]["runs"] == 2
    assert status == 1
    others = [claim for claim in stored["claims"] if claim["system"] != "trigrams"]
    assert {claim["outcome"] for claim in others} == {"undecided"}
    assert all(claim["found"] for claim in others)
    pictures = {picture["name"]: picture for picture in stored["systems"][0]["pictures"]}
    assert (home / pictures["trigram-circuit"]["file"]).exists()
    assert pictures["excluded-loss"]["file"] is None
    page = (home / "quick.html").read_text()
    assert all(f'id="{claim.id}"' in page for claim in CLAIMS)
    # What the write-up has a picture of is drawn once and shown twice; a milestone that is not reached is told.
    drawn = pictures["component-losses"]["file"].removeprefix("figures/").removesuffix(".svg")
    assert (page.count(f'<svg id="{drawn}"'), page.count(f'<use href="#{drawn}"')) == (1, 1)
    assert "not by step 30" in page


def test_without_a_drawing_every_picture_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("latebloom.lab.reproduce.reproduce"), "catalogue", lambda budget: {})
    result, _ = reproduce("quick", tmp_path, configured, workers=1, quiet=True)
    assert result.sheet
    assert all(picture.file is None and picture.says for picture in result.sheet)
    page = (tmp_path / "reproduce" / "quick.html").read_text()
    assert page.count('class="frame none"') == len(result.sheet)
    assert "<use" not in page


def test_the_same_call_trains_nothing_twice(tiny: None, tmp_path: Path) -> None:
    first, _ = reproduce("quick", tmp_path, configured, workers=1, quiet=True)
    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.safetensors")}
    again, stopped = reproduce("quick", tmp_path, configured, workers=1, quiet=True)
    assert stopped is None
    assert again.claims == first.claims
    assert files == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.safetensors")}


def test_a_system_whose_pictures_are_gone_is_to_be_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("latebloom.lab.reproduce.reproduce"), "catalogue", lambda budget: {})
    result, _ = reproduce("quick", tmp_path, configured, workers=1, quiet=True)
    picture = Picture(id="a", name="a", title="", of="", command=None, file="figures/a.svg", says="")
    stored = result.model_copy(update={"systems": (SYSTEM.model_copy(update={"pictures": (picture,)}),)})
    (tmp_path / "reproduce" / "quick.json").write_text(stored.model_dump_json())
    (tmp_path / "reproduce" / "figures").mkdir()
    (tmp_path / "reproduce" / "figures" / "a.svg").write_text("<svg viewBox='0 0 1 1'></svg>")
    assert reproduce("quick", tmp_path, configured, workers=1, quiet=True)[0].systems == stored.systems
    (tmp_path / "reproduce" / "figures" / "a.svg").unlink()
    assert reproduce("quick", tmp_path, configured, workers=1, quiet=True)[0].systems == ()


@pytest.mark.parametrize(("failed", "problem"), [([], None), ([("b", "no rights")], "trigrams: no rights")])
def test_a_run_that_failed_is_a_problem_and_one_that_diverged_is_not(
    tiny: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failed: list[tuple[str, str]], problem: str | None
) -> None:
    tally = Tally(9, Counter(), {})
    for number in range(8):
        tally.end(JobResult(f"a-{number}", "diverged", 3, "not finite"))
    for name, message in failed:
        tally.end(JobResult(name, "failed", 0, message))
    module = import_module("latebloom.lab.reproduce.reproduce")
    monkeypatch.setattr(module, "train_system", lambda *asked: ([], tally))
    assert reproduce("quick", tmp_path, configured, workers=1, quiet=True)[1] == problem


def test_only_names_systems(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--only: got 'digit', expected one of mainline, "):
        reproduce("quick", tmp_path, configured, only=["digit"])
