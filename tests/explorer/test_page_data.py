"""The data of a page: true captions, valid JSON, and a page for runs of every kind."""

import json
import math
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latebloom._text import nats, percent
from latebloom.analysis import Analysis
from latebloom.claims import complete_claims
from latebloom.explorer.page import render_page
from latebloom.lab.explorer import packed_weights, page_of
from latebloom.lab.explorer.captions import CAPTIONS, captions_of
from latebloom.lab.explorer.claims import OF_CLAIM, OF_FIGURE, views_of
from latebloom.lab.explorer.evidence import Evidence
from latebloom.lab.measure import measure
from latebloom.models import Linear, LinearConfig
from latebloom.runs import Run, train_run
from latebloom.store import append_rows, empty_table
from latebloom.tasks import Data, ModularAddition, SharedFeature
from latebloom.training import Experiment, Optimiser, Recording, Training

OF_A_CIRCUIT = {
    "embedding-spectrum", "circles", "attention-maps", "neuron-gallery", "logits-fourier", "w-logit",
    "cos-coefficients", "excluded-by-frequency", "restricted", "take-apart", "try-it",
}  # fmt: skip
KEYS = "3, 5, 9"


@pytest.fixture(scope="module")
def planted(planted_run: Run) -> dict[str, Any]:
    analysis = Analysis(planted_run)
    return page_of(Evidence(analysis, complete_claims(analysis)))


def text(page: dict[str, Any], view: str) -> str:
    return " ".join(page["captions"].get(view, []))


def test_captions_of_a_planted_circuit_are_what_was_planted(planted: dict[str, Any]) -> None:
    """By hand: keys 3, 5 and 9; train loss level at 1000, test loss under guessing between 3000 and 4000."""
    explanation = planted["modular"]["explanation"]
    assert text(planted, "page").startswith("Grokked: ")
    assert f"Its key frequencies are {KEYS}" in text(planted, "page")
    assert f"The key frequencies {KEYS} hold" in text(planted, "embedding-spectrum")
    levels, under = (int(re.sub(r"\D", "", found[1])) for found in (
        re.search(r"levels out at step ([\d,]+)", text(planted, "losses")),
        re.search(r"guessing \([^)]*\) from step ([\d,]+) on", text(planted, "losses")),
    ) if found)  # fmt: skip
    assert 900 < levels < 1200
    assert 3000 < under < 4000
    fve = explanation["logits"]["fve_cos_fit"]
    assert f"explain {percent(fve)} of" in text(planted, "logits-fourier")
    assert f"leave {percent(1 - fve)} unexplained" in text(planted, "logits-fourier")
    clustered = explanation["neurons"]["clustered_fraction"]
    assert f"{percent(clustered)} are in a cluster" in text(planted, "neuron-gallery")


def test_a_caption_counts_the_verdicts_and_names_what_fails(planted: dict[str, Any]) -> None:
    for view, sentences in planted["captions"].items():
        rows = [row for row in planted["verdicts"] if view in row["views"]]
        failing = [row for row in rows if row["state"] == "fails"]
        assert sum(sentence.startswith("Fails on this run") for sentence in sentences) == len(failing), view
        assert all(any(row["finding"] in sentence for sentence in sentences) for row in failing)
        assert any("One run decides nothing" in sentence for sentence in sentences) == bool(rows), view


def test_a_run_that_only_memorised_has_no_circuit_on_its_page(memorised_run: Run) -> None:
    analysis = Analysis(memorised_run)
    page = page_of(Evidence(analysis, complete_claims(analysis)))
    assert (page["run"]["outcome"], page["run"]["learned"]) == ("memorised", None)
    assert text(page, "page").startswith("Memorised: ")
    assert "no key frequencies, so no waves explain its answers" in text(page, "page")
    measured = [s for view in OF_A_CIRCUIT for s in page["captions"].get(view, []) if "this run" not in s]
    assert measured == []
    assert not {row["state"] for row in page["verdicts"] if row["id"] == "groks"} & {"holds"}
    assert page["modular"]["key_frequencies"] == []


def test_overlapping_phases_have_a_reason_and_learned_sets(overlapping_run: Run, planted: dict[str, Any]) -> None:
    """By hand: train loss falls below a nat at about 370 and levels out at 4500; test loss falls between."""
    page = page_of(Analysis(overlapping_run))
    assert page["phases"]["phases"] == []
    assert re.search(
        r"they overlap. .* from step 3,\d{3}, and train loss levelled out at step 4,\d{3}", page["phases"]["reason"]
    )
    learned = page["run"]["learned"]
    assert 300 < learned["train"] < 500 < 3000 < learned["test"] < 3300
    assert learned["bar"] == "99 % accuracy"
    assert "it and the loss there are interpolated" in text(page, "losses")
    assert planted["run"]["learned"]["test"] == learned["test"]


def test_a_collapse_is_said_with_the_outcome(copied: Run) -> None:
    rows = [{"step": step, "train_accuracy": float(100 <= step < 900)} for step in range(0, 1001, 10)]
    (copied.path / "metrics.parquet").unlink()
    (copied.path / "measures.parquet").unlink(missing_ok=True)  # another test may have measured the run
    copied.directory.write_table("metrics", append_rows(empty_table(), rows))
    headline = page_of(Analysis(Run(copied.path)))["run"]["headline"]
    assert "Collapsed: train accuracy was 99 % or more until step 890 and ends at 0 %." in headline


def test_what_is_not_stored_is_not_said(planted_run: Run, tmp_path: Path) -> None:
    shutil.copytree(planted_run.path, tmp_path / "copy")
    (tmp_path / "copy" / "quantities.json").unlink(missing_ok=True)
    page = page_of(Analysis(Run(tmp_path / "copy")))
    assert {row["state"] for row in page["verdicts"]} == {"not measured"}
    assert not any("this picture" in s for sentences in page["captions"].values() for s in sentences)
    assert "circles" not in page["captions"]
    quick = page_of(Analysis(Run(tmp_path / "copy")), explained=False, judged=False)
    assert quick["pending"] == ["explanation", "verdicts"]
    assert (quick["captions"], quick["verdicts"], quick["modular"]["explanation"]) == ({}, [], None)


@pytest.fixture
def copied(planted_run: Run, tmp_path: Path) -> Run:
    shutil.copytree(planted_run.path, tmp_path / "run")
    return Run(tmp_path / "run")


def test_a_run_without_checkpoints_has_a_page_with_the_reason(copied: Run) -> None:
    shutil.rmtree(copied.path / "checkpoints")
    analysis = Analysis(copied)
    page = page_of(analysis)
    assert packed_weights(analysis) is None
    assert page["missing"]["weights"] == "planted has no checkpoints, so nothing can be computed from its weights."
    assert page["modular"]["explanation"] is None
    assert "planted has no checkpoints" in page["modular"]["reason"]
    assert str(copied.path) not in json.dumps(page)
    assert 'id="latebloom-weights"></script>' in render_page(page, None)


def test_weights_without_curves_have_a_page(copied: Run) -> None:
    for table in ("metrics", "measures"):
        (copied.path / f"{table}.parquet").unlink(missing_ok=True)
    page = page_of(Analysis(copied))
    assert page["metrics"] == {"step": [], "columns": {}}
    assert (page["run"]["outcome"], page["run"]["learned"]) == (None, None)
    assert page["phases"]["reason"] == "No separate phases: train loss was not recorded."
    assert page["run"]["headline"].startswith("No outcome")
    assert page["missing"]["metrics"] == "No losses were recorded in planted."
    assert page["task"]["guessing"] == pytest.approx(math.log(page["task"]["p"]), rel=0.01)
    assert page["modular"]["key_frequencies"] == [3, 5, 9]


def test_a_run_that_diverged_has_a_page(tmp_path: Path) -> None:
    experiment = Experiment(
        task=ModularAddition(p=11), data=Data(fraction=0.5), optimiser=Optimiser(lr=1e8),
        training=Training(steps=100), recording=Recording(checkpoints="5", metrics="5"),
    )  # fmt: skip
    with pytest.raises(Exception, match="not finite"):
        train_run(experiment, root=tmp_path, name="diverged")
    page = page_of(Analysis(Run(tmp_path / "diverged")))
    assert page["run"]["headline"].startswith("Diverged: ")
    json.dumps(page, allow_nan=False)


def test_names_cannot_end_the_script_and_numbers_are_json(planted: dict[str, Any]) -> None:
    named = {**planted, "run": {**planted["run"], "name": "</script><b>&"}}
    html = render_page(named, b"weights")
    (data,) = re.findall(r'id="latebloom-page">(.*?)</script>', html, re.DOTALL)
    assert json.loads(data)["run"]["name"] == "</script><b>&"
    assert "<title>&lt;/script&gt;&lt;b&gt;&amp;" in html
    with pytest.raises(ValueError, match="JSON"):
        render_page({**planted, "extra": {"x": float("nan")}}, None)


def test_every_claim_of_one_run_with_a_figure_has_a_view() -> None:
    assert all(views_of(id) == views for id, views in OF_CLAIM.items())
    assert set(OF_CLAIM) & set(OF_FIGURE) == set()


def test_a_caption_of_another_package_stands_under_its_view(planted_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from latebloom.lab.explorer.captions import caption

    monkeypatch.setattr(CAPTIONS, "_things", dict(CAPTIONS._things))

    @caption("my-view", "modular")
    def mine(evidence: Evidence) -> list[str | None]:
        return [f"The run has {len(evidence.analysis.run.checkpoints)} checkpoints.", None]

    assert captions_of(Evidence(Analysis(planted_run)))["my-view"] == ["The run has 4 checkpoints."]


SILENT = {"attention-patterns", "sequence-answers", "claims", "train", "train-curves"}
"""Views without a sentence about the run: two show what the visitor chooses or types, one lists verdicts, and
two train another model."""


def test_every_view_has_a_caption_or_is_silent_on_purpose() -> None:
    views = Path(__file__).parents[2] / "web" / "src"
    files = [*views.glob("views/*.tsx"), *views.glob("trainer/*.tsx")]
    named = {name for file in files for name in re.findall(r'registerView\(\{\s+name: "([\w-]+)"', file.read_text())}
    assert len(named) > 20
    assert named - {one.view for one in CAPTIONS.values()} == SILENT


def test_captions_of_curves_give_their_last_values(planted_run: Run, tmp_path: Path) -> None:
    shutil.copytree(planted_run.path, tmp_path / "run")
    run = measure(Run(tmp_path / "run"))
    last = Analysis(run).require("embedding_gini").value[-1]
    captions = captions_of(Evidence(Analysis(run)))
    assert captions["sparsity"][0].endswith(f"it is {percent(last)}.")
    alone = {k: Analysis(run).require(f"excluded_loss.k{k}").value[-1] for k in (3, 5, 9)}
    on_train, over_all, *_ = captions["excluded-by-frequency"]
    assert f"on the train set, as in the chart, is between {nats(min(alone.values()))} nats" in on_train
    assert "over all pairs, the test set included, is between" in over_all


def test_the_caption_of_the_linear_model_has_its_means(tmp_path: Path) -> None:
    experiment = Experiment(
        task=SharedFeature(examples=8), model=LinearConfig(), data=Data(fraction=0.5), training=Training(steps=2)
    )
    run = Run(train_run(experiment, root=tmp_path, name="linear").path)
    model, rows = run.checkpoint(2).model, Analysis(run).train_rows
    assert isinstance(model, Linear)
    assert rows is not None
    own = model.w_own.detach().numpy()
    shared, means = captions_of(Evidence(Analysis(run)))["shared-feature"]
    assert shared == f"At step 2 the weight that all examples share is {model.w_shared.item():.3g}."
    assert f"is {own[rows].mean():.3g} on average" in means
    assert f"and {np.delete(own, rows).mean():.3g} if not" in means
