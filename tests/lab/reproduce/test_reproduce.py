"""The write-up executed on the smallest scale: trained, judged, drawn, written, and resumed."""

import json
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
import torch

from latebloom._errors import UsageError
from latebloom.claims import CLAIMS, SYSTEMS, Results
from latebloom.cli.main import main
from latebloom.lab.reproduce import BUDGETS, Entry, Reproduction, catalogue, plan, reproduce
from latebloom.lab.reproduce.result import Picture, SystemResult
from latebloom.lab.reproduce.train import SystemRuns
from latebloom.runs import JobResult, Run
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


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many runs were drawn, call by call; the drawing itself, which takes longest, is left out."""
    calls: list[int] = []

    def draw(entry: Entry, runs: list[Run], home: Path, budget: str) -> tuple[Picture, ...]:
        calls.append(len(runs))
        return ()

    monkeypatch.setattr(import_module("latebloom.lab.reproduce.reproduce"), "draw_pictures", draw)
    return calls


@pytest.mark.parametrize("budget", BUDGETS)
def test_the_catalogue_names_what_there_is(budget) -> None:
    for name, entry in catalogue(budget).items():
        assert name in SYSTEMS
        assert entry.jobs()
        assert all(job.experiment.model.seed >= 100 for job in entry.jobs()), "rules were tuned on the seeds below"
        assert any(claim.system == name for claim in CLAIMS.values())


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in the checkout, whose stored records would count."""
    monkeypatch.chdir(tmp_path)


def test_every_claim_gets_a_verdict_and_a_place_on_the_page(tiny: None, tmp_path: Path, capsys) -> None:
    torch.save({"train_losses": [2.3] * 50, "test_losses": [2.3] * 50}, tmp_path / "theirs.pth")
    published = ["--published", f"trigrams-few={tmp_path / 'theirs.pth'}"]
    status = main(["reproduce", "--runs", str(tmp_path), "--workers", "1", "--json", *published])
    home = tmp_path / "reproduce"
    stored = json.loads(capsys.readouterr().out)
    assert [one["systems"] for one in stored["published"]] == [["trigrams-few"]]
    (theirs,) = next(claim for claim in stored["claims"] if claim["id"] == "trigrams-few-grok")["published"]
    assert (theirs["file"], theirs["outcome"]) == ("theirs.pth", "undecided"), "nothing is learned"
    assert "theirs.pth" in (home / "quick.html").read_text()
    assert not [one for one in home.rglob("*.jsonl") if "theirs" in one.read_text()]
    assert stored == json.loads((home / "quick.json").read_text())
    assert sorted(claim["id"] for claim in stored["claims"]) == sorted(CLAIMS)
    mine = {claim["id"]: claim for claim in stored["claims"] if claim["system"] == "trigrams"}
    # 30 steps on nearly nothing teach it nothing: what a circuit would show is not there. Two runs decide nothing.
    read_off = mine["trigrams-read-off"]
    assert (read_off["outcome"], read_off["fails"], read_off["runs"]) == ("undecided", 2, 2)
    assert status == 0
    others = [claim for claim in stored["claims"] if claim["system"] != "trigrams"]
    assert {claim["outcome"] for claim in others} == {"not measured"}
    assert all(claim["found"] and claim["command"].startswith("latebloom reproduce --budget") for claim in others)
    pictures = {picture["name"]: picture for picture in stored["systems"][0]["pictures"]}
    assert (home / pictures["trigram-circuit"]["file"]).exists()
    assert pictures["excluded-loss"]["file"] is None
    page = (home / "quick.html").read_text()
    assert all(f'id="{id}"' in page for id in CLAIMS)
    # A picture of the write-up is drawn once and shown twice; a milestone that is not reached says so.
    drawn = pictures["component-losses"]["file"].removeprefix("figures/").removesuffix(".svg")
    assert (page.count(f'<svg id="{drawn}"'), page.count(f'<use href="#{drawn}"')) == (1, 1)
    assert "not by step 30" in page


def test_without_a_drawing_every_picture_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("latebloom.lab.reproduce.reproduce"), "catalogue", lambda budget: {})
    result, _ = reproduce("quick", tmp_path, workers=1, quiet=True)
    assert result.sheet
    assert all(picture.file is None and picture.says for picture in result.sheet)
    page = (tmp_path / "reproduce" / "quick.html").read_text()
    assert page.count('class="frame none"') == len(result.sheet)
    assert "<use" not in page


def test_a_run_with_a_complete_record_is_done_wherever_it_was_trained(
    tiny: None, tmp_path: Path, drawn: list[int]
) -> None:
    here, there, results = tmp_path / "here", tmp_path / "there", Results(tmp_path / "records")

    def call(root: Path) -> Reproduction:
        result, stopped = reproduce("quick", root, workers=1, quiet=True, results=results)
        assert stopped is None
        return result

    def weights() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.safetensors")}

    first, trained = call(here), weights()
    assert call(here).claims == first.claims
    elsewhere = call(there)
    assert elsewhere.claims == first.claims
    assert (elsewhere.systems[0].finished, drawn) == (2, [2, 2]), "what is not here is not drawn"
    # One record lost, the other without a quantity: both runs are still in the runs directory, and measured again.
    line = json.loads((results.path / "trigrams.jsonl").read_text().splitlines()[0])
    assert line["quantities"].pop("trigrams_found_at_end")
    (results.path / "trigrams.jsonl").write_text(json.dumps(line) + "\n")
    assert call(here).claims == first.claims
    assert weights() == trained


def test_a_run_elsewhere_that_lacks_a_quantity_is_not_trained_again_unless_asked(
    tiny: None, tmp_path: Path, drawn: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    results, lacked = Results(tmp_path / "records"), "trigrams_found_at_end"
    reproduce("quick", tmp_path / "here", workers=1, quiet=True, results=results)
    lines = map(json.loads, (results.path / "trigrams.jsonl").read_text().splitlines())
    older = [{**line, "quantities": {k: v for k, v in line["quantities"].items() if k != lacked}} for line in lines]
    (results.path / "trigrams.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in older))

    row = plan("quick", tmp_path / "there", results=results)[0]
    assert (row["left"], row["lacking"], row["lacks"]) == (0, 2, [lacked])
    assert plan("quick", tmp_path / "there", results=results, again=True)[0]["left"] == 2
    main(["reproduce", "--dry-run", "--runs", str(tmp_path / "there"), "--results", str(results.path)])
    assert f"2 runs that are not here lack {lacked}; --again trains them again" in capsys.readouterr().out

    result, stopped = reproduce("quick", tmp_path / "there", workers=1, quiet=True, results=results)
    assert stopped is None
    assert not list((tmp_path / "there").rglob("*.safetensors"))
    claims = {claim.id: claim for claim in result.claims if claim.system == "trigrams"}
    assert claims["trigrams-read-off"].state == "not measured"
    assert claims["trigrams-read-off"].command == "latebloom reproduce --budget quick --only trigrams --again"
    assert claims["trigrams-explain-the-loss"].state != "not measured"

    again, _ = reproduce("quick", tmp_path / "there", workers=1, quiet=True, results=results, again=True)
    assert "not measured" not in {claim.state for claim in again.claims if claim.system == "trigrams"}


def test_an_earlier_verdict_is_kept_beside_a_claim_that_is_not_measured(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(import_module("latebloom.lab.reproduce.reproduce"), "catalogue", lambda budget: {})
    claim = {"id": "groks", "outcome": "holds", "value": 5.0, "found": "as found", "rule": "the rule then", "runs": 5}
    (tmp_path / "history").mkdir()
    stored = {"date": "2026-11-24", "claims": [claim, {**claim, "id": "late-losses", "runs": 0}]}
    (tmp_path / "history" / "reproduction-quick-2026-11.json").write_text(json.dumps(stored))
    result, _ = reproduce("quick", tmp_path, results=Results(tmp_path / "quantities"))
    earlier = {claim.id: [(e.state, e.rule) for e in claim.history] for claim in result.claims if claim.history}
    assert earlier == {"groks": [("holds", "the rule then")]}
    assert "by an earlier rule: holds" in (tmp_path / "reproduce" / "quick.html").read_text()


def test_a_system_whose_pictures_are_gone_is_to_be_drawn_again(
    tiny: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SystemRuns, "train", lambda *asked: Tally(0, Counter(), {}))
    result, _ = reproduce("quick", tmp_path, workers=1, quiet=True)
    picture = Picture(id="a", name="a", title="", of="", command=None, file="figures/a.svg", says="")
    stored = result.model_copy(update={"systems": (SYSTEM.model_copy(update={"pictures": (picture,)}),)})
    (tmp_path / "reproduce" / "quick.json").write_text(stored.model_dump_json())
    (tmp_path / "reproduce" / "figures").mkdir()
    (tmp_path / "reproduce" / "figures" / "a.svg").write_text("<svg viewBox='0 0 1 1'></svg>")
    (again,) = reproduce("quick", tmp_path, workers=1, quiet=True)[0].systems
    assert again.pictures == (picture,)
    (tmp_path / "reproduce" / "figures" / "a.svg").unlink()
    assert reproduce("quick", tmp_path, workers=1, quiet=True)[0].systems == ()


@pytest.mark.parametrize(("failed", "problem"), [([], None), ([("b", "no rights")], "trigrams: no rights")])
def test_a_run_that_failed_is_a_problem_and_one_that_diverged_is_not(
    tiny: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failed: list[tuple[str, str]], problem: str | None
) -> None:
    tally = Tally(9, Counter(), {})
    for number in range(8):
        tally.end(JobResult(f"a-{number}", "diverged", 3, "not finite"))
    for name, message in failed:
        tally.end(JobResult(name, "failed", 0, message))
    monkeypatch.setattr(SystemRuns, "train", lambda *asked: tally)
    assert reproduce("quick", tmp_path, workers=1, quiet=True)[1] == problem


def test_only_names_systems(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--only: got 'digit', expected one of mainline, "):
        reproduce("quick", tmp_path, only=["digit"])
