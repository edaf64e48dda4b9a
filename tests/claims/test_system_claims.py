"""Claims about the systems beyond modular addition: upheld where they were planted, not by random weights."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from latebloom.circuits.induction import planted_induction
from latebloom.circuits.skip_trigrams import planted_trigrams
from latebloom.claims import judge
from latebloom.lab.measure import measure
from latebloom.models import Model, TransformerConfig
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.tasks import Data, DigitAddition, RepeatedSubsequences, SkipTrigrams, Task
from latebloom.tasks.guessing import guessing_losses
from latebloom.training import Experiment, Training

LAST = 1000
SMALL = TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=0)
TRIGRAMS, SUMS = SkipTrigrams(length=6), DigitAddition(digits=3)
REPEATS = RepeatedSubsequences(vocabulary=20, length=22, subsequence=4, repeats=3)


def made(path: Path, task: Task, model: Model, falls: dict[str, float]) -> Run:
    """A finished run whose parts fall from guessing to 0.01 nats round those steps (never where none is given)."""
    experiment = Experiment(
        task=task,
        data=Data(kind="stream", test_size=64),
        model=model.config,
        training=Training(steps=LAST, batch_size=8),
    )
    directory = RunDirectory(path)
    directory.create()
    manifest = new_manifest(path.name, experiment).model_copy(update={"status": "finished", "step": LAST})
    directory.write_manifest(manifest)
    rows = [_row(task, step, falls) for step in range(0, LAST + 1, 10)]
    directory.write_table("metrics", append_rows(empty_table(), rows))
    for step, one in ((0, model.config.build(task)), (LAST, model)):
        directory.write_checkpoint(step, {name: value.numpy() for name, value in one.state_dict().items()})
    return Run(path)


def _row(task: Task, step: int, falls: dict[str, float]) -> dict[str, float]:
    noise = np.random.default_rng(step)
    parts = {}
    for name, chance in guessing_losses(task).items():
        middle = falls.get(name, np.inf)
        height = np.interp(step, [middle - 40, middle + 40], [chance, 0.01]) if np.isfinite(middle) else chance
        parts[f"test_loss.{name}"] = float(height * noise.normal(1, 0.005))
    return {"step": step, "train_loss": 1.0, "test_loss": float(np.mean(list(parts.values()))), **parts}


def outcomes(run: Run, *names: str) -> list[str]:
    verdicts = judge(run)
    return [verdicts[name].state for name in names]


@pytest.fixture
def untrained(tmp_path: Path) -> Callable[[Task], Run]:
    return lambda task: measure(
        made(tmp_path / "untrained", task, SMALL.model_copy(update={"seed": 5}).build(task), {})
    )


def test_trigrams(tmp_path: Path, untrained: Callable[[Task], Run]) -> None:
    names = (
        "trigrams-change-each",
        "trigrams-at-once",
        "trigrams-make-the-whole",
        "trigrams-read-off",
        "trigrams-explain-the-loss",
    )
    falls = {name: 400 + 10.0 * i for i, name in enumerate(TRIGRAMS.components)}
    planted = made(tmp_path / "planted", TRIGRAMS, planted_trigrams(TRIGRAMS), falls)
    assert outcomes(measure(planted), *names) == ["holds"] * 5
    assert "holds" not in outcomes(untrained(TRIGRAMS), *names)


def test_trigrams_that_come_one_after_the_other_do_not_come_at_once(tmp_path: Path) -> None:
    falls = {name: 100 + 80.0 * i for i, name in enumerate(TRIGRAMS.components)}
    run = made(tmp_path / "slow", TRIGRAMS, planted_trigrams(TRIGRAMS), falls)
    assert outcomes(run, "trigrams-change-each", "trigrams-at-once") == ["holds", "fails"]


def test_digits(tmp_path: Path, untrained: Callable[[Task], Run]) -> None:
    names = ("digits-change-each", "digits-apart", "digits-0-and-1-first", "digits-make-the-whole")
    falls = {"digit_0": 150.0, "digit_1": 300.0, "digit_2": 700.0, "digit_3": 500.0}
    model = SMALL.model_copy(update={"d_mlp": 16}).build(SUMS)
    assert outcomes(made(tmp_path / "planted", SUMS, model, falls), *names) == ["holds"] * 4
    late = dict(zip(falls, reversed(falls.values())))
    assert outcomes(made(tmp_path / "late", SUMS, model, late), "digits-0-and-1-first") == ["fails"]
    assert "holds" not in outcomes(untrained(SUMS), *names)


@torch.no_grad()
def test_induction(tmp_path: Path, untrained: Callable[[Task], Run]) -> None:
    names = ("induction-two-heads", "induction-k-composition", "induction-through-keys", "induction-both-needed")
    falls = dict.fromkeys(REPEATS.components, 500.0)
    planted = made(tmp_path / "planted", REPEATS, planted_induction(REPEATS), falls)
    assert outcomes(planted, "induction-phase-change", *names) == ["holds"] * 5
    assert outcomes(untrained(REPEATS), "induction-phase-change", *names) == ["fails", "fails", *["undecided"] * 3]


@torch.no_grad()
@pytest.mark.parametrize(("formed", "expected"), [(500, "holds"), (300, "fails"), (700, "fails")])
def test_the_circuit_forms_where_the_loss_falls_or_at_another_time(tmp_path: Path, formed: int, expected: str) -> None:
    planted = planted_induction(REPEATS)
    generator = torch.Generator().manual_seed(0)
    for weight in (planted.blocks[0].attn.W_V, planted.blocks[0].attn.W_O):  # the control needs a head that writes
        weight[1] = 0.1 * torch.randn(weight[1].shape, generator=generator)
    before = planted.config.build(REPEATS)
    run = made(tmp_path / "planted", REPEATS, planted, dict.fromkeys(REPEATS.components, 500.0))
    for step in range(100, LAST, 20):
        model = planted if step >= formed else before
        run.directory.write_checkpoint(step, {name: value.numpy() for name, value in model.state_dict().items()})
    assert outcomes(run, "induction-forms-in-the-change") == [expected]


@pytest.mark.parametrize(("test", "expected"), [(900.0, "holds"), (150.0, "fails"), (None, "fails")])
def test_few_examples_grok_where_test_loss_comes_late(tmp_path: Path, test: float | None, expected: str) -> None:
    experiment = Experiment(
        task=TRIGRAMS, data=Data(train_size=20, test_size=50), model=SMALL, training=Training(steps=LAST)
    )
    directory = RunDirectory(tmp_path / "few")
    directory.create()
    manifest = new_manifest("few", experiment).model_copy(update={"status": "finished", "step": LAST})
    directory.write_manifest(manifest)
    rows = [
        {"step": s, "train_loss": 2.3 if s < 100 else 0.1, "test_loss": 2.3 if test is None or s < test else 0.2}
        for s in range(0, LAST + 1, 10)
    ]
    directory.write_table("metrics", append_rows(empty_table(), rows))
    assert outcomes(Run(directory.path), "trigrams-few-grok") == [expected]


def test_a_loss_that_only_decays_is_no_phase_change(tmp_path: Path) -> None:
    model = SMALL.build(REPEATS)
    run = made(tmp_path / "decay", REPEATS, model, {})
    chance = np.log(REPEATS.d_vocab_out)
    for height in (0.999, 1.2):
        rows = [
            {"step": s, "train_loss": 1.0, "test_loss": 0.01 + height * chance * np.exp(-s / 150)} | _decayed(s, height)
            for s in range(0, LAST + 1, 10)
        ]
        run.directory.write_table("metrics", append_rows(empty_table(), rows))
        assert outcomes(run, "induction-phase-change") == ["fails"]
    digits = made(tmp_path / "digits", SUMS, SMALL.model_copy(update={"d_mlp": 16}).build(SUMS), {})
    rows = [
        {"step": s, "train_loss": 1.0, "test_loss": 2.0 * np.exp(-s / 150)} | _decayed(s, 1.2)
        for s in range(0, LAST, 10)
    ]
    digits.directory.write_table("metrics", append_rows(empty_table(), rows))
    assert outcomes(digits, "digits-change-each") == ["fails"]


def _decayed(step: int, height: float) -> dict[str, float]:
    return {
        f"test_loss.{name}": 0.01 + height * nats * np.exp(-step / 150) for name, nats in guessing_losses(SUMS).items()
    }
