"""Static pages of other runs than modular transformers: their text, parts, circuits, and nothing about waves."""

import json
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom._registry import Registry
from latebloom.circuits import family as families
from latebloom.circuits import family_of
from latebloom.circuits.induction import planted_induction
from latebloom.circuits.skip_trigrams import planted_trigrams
from latebloom.figures import render
from latebloom.lab.explain import explain
from latebloom.lab.report import report
from latebloom.lab.summary import command, summarise
from latebloom.models import EmbeddingMLPConfig, LinearConfig, Model, TransformerConfig
from latebloom.recipes import recipe as experiment_of
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.tasks import (
    TASKS,
    Data,
    DigitAddition,
    ModularAddition,
    RepeatedSubsequences,
    SharedFeature,
    SkipTrigrams,
    Task,
)
from latebloom.tasks.guessing import guessing_losses
from latebloom.training import Experiment, Training

LAST = 1000
SMALL = TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=16)
TRIGRAMS, SUMS, FEATURE = SkipTrigrams(length=6), DigitAddition(digits=2), SharedFeature(examples=20)
REPEATS = RepeatedSubsequences(vocabulary=20, length=22, subsequence=4, repeats=3)
FRESH, FEW = Data(kind="stream", test_size=64), Data(train_size=30, test_size=64)
OF_PAIRS = ("Key frequencies", "The algorithm", "table of sums", "pairs it", "mod p", "Ablations", "W_logit", "θ")


def made(path: Path, task: Task, model: Model, data: Data, train_ends: float = 200) -> Run:
    """A finished run: train loss falls until ``train_ends``, part i of the test loss round step 400 + 30 i."""
    config = getattr(model, "config", LinearConfig())
    experiment = Experiment(task=task, data=data, model=config, training=Training(steps=LAST, batch_size=8))
    directory = RunDirectory(path)
    directory.create()
    done = {"status": "finished", "step": LAST}
    directory.write_manifest(new_manifest(path.name, experiment).model_copy(update=done))
    rows = [_row(task, step, train_ends) for step in range(0, LAST + 1, 10)]
    directory.write_table("metrics", append_rows(empty_table(), rows))
    directory.write_checkpoint(LAST, {name: value.numpy() for name, value in model.state_dict().items()})
    return Run(path)


def _row(task: Task, step: int, train_ends: float) -> dict[str, float]:
    noise = np.random.default_rng(step)
    parts = {}
    for i, (name, nats) in enumerate(guessing_losses(task).items()):
        chance = nats or np.log(
            task.d_vocab_out
        )  # the linear model's answer is always the same, and yet it must learn it
        middle = 400 + 30 * i
        loss = float(np.interp(step, [middle - 30, middle + 30], [chance, 0.001]) * noise.normal(1, 0.005))
        parts |= {f"test_loss.{name}": loss} if len(task.components) > 1 else {"test_loss": loss}
    train = float(10 ** (np.interp(step, [0, train_ends, LAST], [0, -4, -4.1]) + noise.normal(0, 0.01)))
    whole = {"test_loss": float(np.mean(list(parts.values()))), "test_accuracy": 0.75}
    return {"step": step, "train_loss": train, "sum_squared_weights": 300.0 + step, **whole, **parts}


Pages = dict[str, tuple[dict[str, Any], str]]
"""Summary and page of each of RUNS."""

RUNS = {
    "digits": (SUMS, SMALL.build(SUMS), FRESH),
    "trigrams": (TRIGRAMS, planted_trigrams(TRIGRAMS), FRESH),
    "few trigrams": (TRIGRAMS, planted_trigrams(TRIGRAMS), FEW),
    "repeats": (REPEATS, planted_induction(REPEATS), FRESH),
    "linear": (FEATURE, LinearConfig().build(FEATURE), Data(fraction=0.5)),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    root = tmp_path_factory.mktemp("runs")
    runs = {name: made(root / name, *parts) for name, parts in RUNS.items()}
    texts = {name: report(run, static=True).read_text() for name, run in runs.items()}
    return {name: (json.loads((run.path / "summary.json").read_text()), texts[name]) for name, run in runs.items()}


@pytest.mark.parametrize("name", RUNS)
def test_a_page_of_every_task_describes_its_own_data_only(name: str, pages: Pages) -> None:
    summary, page = pages[name]
    task, _, data = RUNS[name]
    assert [word for word in OF_PAIRS if word in page] == []
    assert family_of(task).words.asks in page
    assert ("accuracy on fresh examples" in page) == (data.kind == "stream")
    assert ("accuracy on unseen examples" in page) == (data.kind == "finite")
    assert page.count('role="img"') == sum("says" in figure for figure in summary["figures"]) >= 2
    assert all(f'id="figure-{figure["name"]}"' in page for figure in summary["figures"])


@pytest.mark.parametrize("name", ["digits", "trigrams", "repeats"])
def test_parts_are_dated_where_they_fell(name: str, pages: Pages) -> None:
    summary, page = pages[name]
    rows = summary["changes"]["rows"]
    assert len(rows) == len(RUNS[name][0].components)
    for i, row in enumerate(rows):
        assert row["change"]["step"] == pytest.approx(400 + 30 * i, abs=25)
        assert f'<th scope="row">{row["name"]}</th>' in page
    assert f"{len(rows)} of {len(rows)}</b>" in page


def test_the_planted_circuit_is_on_the_page(pages: Pages) -> None:
    trigrams, page = pages["trigrams"]
    assert dict(trigrams["weights"]["rows"])["of the ten strongest are the task's"] == "10"
    assert "loss with the ten trigrams alone" in page
    repeats, page = pages["repeats"]
    assert "into" in dict(repeats["weights"]["rows"])["circuit"]
    assert dict(repeats["weights"]["rows"])["circuit"] in page


def test_a_linear_model_has_no_circuit_and_no_parts(pages: Pages) -> None:
    summary, page = pages["linear"]
    assert summary["weights"] == {"rows": None, "reason": None}
    assert summary["changes"] is None
    assert "A linear model has no circuit to look for." in page
    assert "on the same 10 examples in batches of 8" in page
    assert "When each part changed" not in page


def test_the_phases_of_a_run_that_groks_are_described(pages: Pages) -> None:
    for name in ("linear", "few trigrams"):
        summary, page = pages[name]
        assert [phase["name"] for phase in summary["phases"]["phases"]][:3] == [
            "memorisation",
            "circuit formation",
            "clean-up",
        ]
        assert "What happened, phase by phase" in page
        assert "right for all examples needs smaller weights" in page


def test_a_stream_whose_losses_fall_together_has_no_phases_and_no_boundaries(tmp_path: Path) -> None:
    run = made(tmp_path / "together", SUMS, SMALL.build(SUMS), FRESH, train_ends=LAST)
    page = report(run, tmp_path / "page.html", static=True).read_text()
    assert "this run has no phases of grokking" in page
    assert "Boundaries of the phases" not in page
    assert "3 of 3 parts have a phase change of their own" in page.split("<nav")[0]


def test_a_model_that_cannot_be_explained_is_shown_with_the_reason(tmp_path: Path) -> None:
    two = SMALL.model_copy(update={"n_layers": 2}).build(TRIGRAMS)
    run = made(tmp_path / "two", TRIGRAMS, two, FRESH)
    summary = summarise(run)
    assert summary["weights"]["rows"] is None
    assert (
        f"No explanation: {summary['weights']['reason']}"
        in report(run, tmp_path / "page.html", static=True).read_text()
    )


def test_every_built_in_task_has_a_family() -> None:
    own = [task for task in TASKS.values() if task.__module__.startswith("latebloom.")]
    assert all(family_of(task()).name != "any" for task in own)


def test_a_task_without_a_family_gets_a_true_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(families, "FAMILIES", Registry("family"))
    run = made(tmp_path / "unknown", TRIGRAMS, planted_trigrams(TRIGRAMS), FRESH)
    page = report(run, static=True).read_text()
    assert "No family is registered for this task" in page
    assert f"The task: {TRIGRAMS.summary}." in page
    assert "Each part of the task has a loss of its own." in page
    assert "strongest" not in page.split('id="claims"')[0]
    assert [word for word in OF_PAIRS if word in page] == []
    with pytest.raises(UsageError, match="skip_trigrams, which has no circuit to look for"):
        explain(run)
    with pytest.raises(UsageError, match="expected one of the family skip_trigrams"):
        render("trigram-circuit", run)


def test_a_modular_summary_has_what_the_committed_one_has(planted_run: Run) -> None:
    stored = json.loads((Path(__file__).parents[2] / "results" / "mainline" / "summary.json").read_text())
    summary = summarise(planted_run)
    assert set(stored) <= set(summary)
    assert set(stored["run"]) - {"train_pairs"} <= set(summary["run"])
    assert [figure["name"] for figure in summary["figures"]] == [figure["name"] for figure in stored["figures"]]


def test_a_page_describes_a_model_on_embeddings(tmp_path: Path) -> None:
    task = ModularAddition(p=7)
    run = made(tmp_path / "run", task, EmbeddingMLPConfig(d_embed=8, widths=(6, 5)).build(task), Data())
    assert "An MLP on added embeddings, with 6 and 5 neurons" in report(run, static=True).read_text()


def test_the_command_of_a_run_can_be_pasted_into_a_shell() -> None:
    """A schedule has spaces; a group's table has a usual name, and another table is quoted."""
    plain = experiment_of("linear", 3)
    spaced = plain.with_settings({"recording.checkpoints": "20 until 20, 1000"})
    words = shlex.split(command("linear", 3, spaced.model_dump(mode="json")) or "")
    assert words == ["latebloom", "train", "linear", "--seed", "3", "--recording.checkpoints", "20 until 20, 1000"]
    group = experiment_of("s5", 0).with_settings({"task.entries": "A4"})
    assert "--task.entries A4" in (command("s5", 0, group.model_dump(mode="json")) or "")
    turned = [[(a + b + 1) % 3 for b in range(3)] for a in range(3)]
    other = shlex.split(command("s5", 0, {"task": {"entries": turned}}) or "")
    assert json.loads(other[other.index("--task.entries") + 1]) == turned
