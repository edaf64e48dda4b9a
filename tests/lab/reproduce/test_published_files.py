"""Published files, judged by our rules: a planted model and its curves; a random one; what is unknown is skipped."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from latebloom import UsageError
from latebloom.circuits.induction import planted_induction
from latebloom.circuits.modular import planted_transformer
from latebloom.lab.reproduce import PublishedVerdict, judge_published
from latebloom.models import Transformer
from latebloom.tasks import ModularAddition, RepeatedSubsequences

PUBLISHED = Path(os.environ.get("LATEBLOOM_PUBLISHED", "none"))
"""A directory with the published files of the write-up's authors, which are not part of this repository."""

P, KEYS = 31, (3, 5, 9)
STEPS = np.arange(12_000)


def published_layout(model: Transformer) -> dict[str, Tensor]:
    """The state dict of the published runs: transposed, with a logit for `=`."""
    state = {}
    for name, value in model.state_dict().items():
        leaf = name.rsplit(".", 1)[-1]
        if leaf in ("W_Q", "W_K", "W_V"):
            value = value.transpose(1, 2)
        elif leaf == "W_O":
            value = value.flatten(0, 1).T
        elif leaf in ("W_E", "W_in", "W_out"):
            value = value.T
        elif leaf == "W_U":
            value = torch.cat([value, torch.full_like(value[:, :1], -1.0)], 1)
        state[name] = value.contiguous()
    return state


def grokking() -> dict[str, list[float]]:
    """Train loss falls by step 1 000; test loss rises to 20 and falls near step 6 000; kept every 10 steps."""
    noise = np.exp(0.02 * np.random.default_rng(0).normal(size=len(STEPS)))
    train = np.maximum(4.0 * 10 ** (-STEPS / 150), 1e-7) * noise
    test = (np.minimum(4 + STEPS / 50, 20.0) / (1 + np.exp((STEPS - 6_000) / 200)) + 1e-6) * noise
    return {"train_losses": train.tolist(), "test_losses": test[::10].tolist()}


def save(path: Path, content: object) -> str:
    torch.save(content, path)
    return str(path)


def states(verdicts: dict[str, list[PublishedVerdict]]) -> dict[str, str]:
    return {id: one.state for id, (one,) in verdicts.items()}


def test_a_planted_model_with_its_curves(tmp_path: Path) -> None:
    # The name of the file is wrong on purpose: it must not decide.
    file = save(tmp_path / "induction.pth", {"model": published_layout(planted_transformer(P, KEYS)), **grokking()})
    ((judged,), verdicts) = judge_published([file])
    assert (judged.file, judged.systems) == ("induction.pth", ("mainline", "certificates"))
    found = states(verdicts)
    for holds in (
        "groks",
        "test-loss-falls-late",
        "logits-are-cosines",
        "logits-nothing-else",
        "restricted-does-better",
    ):
        assert found[holds] == "holds", verdicts[holds]
    for unknown in ("excluded-parts-early", "circuit-grows-smoothly", "weights-rise", "performance-retained"):
        assert found[unknown] == "undecided"
        assert "the file holds no checkpoints" in verdicts[unknown][0].finding
    assert not [one.finding for (one,) in verdicts.values() if "/published" in one.finding]


def test_weights_alone_and_curves_alone_are_skipped_or_named(tmp_path: Path) -> None:
    weights = save(tmp_path / "finite.pth", published_layout(planted_transformer(P, KEYS)))
    curves = save(tmp_path / "curves.pth", grokking())
    files, verdicts = judge_published([str(tmp_path)])
    assert verdicts == {}
    assert [one.note.partition(";")[0] for one in files] == [
        "it holds curves alone, which do not state their task",
        "it does not state whether it was trained on a fixed train set or on fresh examples",
    ]
    _, verdicts = judge_published([f"mainline={curves}"])
    assert verdicts["groks"][0].state == "holds"
    assert verdicts["logits-are-cosines"][0] == PublishedVerdict(
        file="curves.pth", state="undecided", value=None, finding="the file holds no weights"
    )
    _, verdicts = judge_published([f"mainline={weights}"])
    assert (verdicts["logits-are-cosines"][0].state, verdicts["groks"][0].state) == ("holds", "undecided")
    ((refused,), _) = judge_published([f"digits={weights}"])
    assert refused.note == "its model is one of modular_addition, expected digit_addition for the system digits"


def test_a_random_model_upholds_nothing(tmp_path: Path) -> None:
    random = planted_transformer(P, KEYS).config.model_copy(update={"seed": 3}).build(ModularAddition(p=P))
    flat = (4.1 + 0.01 * np.random.default_rng(0).normal(size=2_000)).tolist()
    file = save(tmp_path / "a.pth", {"model": published_layout(random), "train_losses": flat, "test_losses": flat})
    ((judged,), verdicts) = judge_published([file])
    assert verdicts == {}
    assert judged.note.startswith("it does none of these on more than ")
    assert judged.note.endswith("its task is not known")
    _, verdicts = judge_published([f"mainline={file}"])
    assert [id for id, state in states(verdicts).items() if state == "holds"] == []


def test_what_the_content_states_decides_the_kind_of_data(tmp_path: Path) -> None:
    model = planted_induction(RepeatedSubsequences(vocabulary=40, length=52))
    loss = (3.8 / (1 + np.exp((np.arange(3_000) - 900) / 40)) + 0.05).tolist()
    content = {"model": model.state_dict(), "train_losses": loss}
    ((judged,), _) = judge_published([save(tmp_path / "unknown.pth", content)])
    assert judged.systems == ()
    stated = save(tmp_path / "stated.pth", {**content, "data_config": {"is_finite": False}})
    ((judged,), verdicts) = judge_published([stated])
    assert judged.systems == ("induction",)
    assert (verdicts["induction-two-heads"][0].state, verdicts["induction-phase-change"][0].state) == ("holds", "holds")


def test_a_path_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected a file or a directory of published weights"):
        judge_published([str(tmp_path / "none.pth")])


def test_a_file_that_would_run_code_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "bad.pth").write_bytes(b"not a file of tensors")
    ((judged,), verdicts) = judge_published([str(tmp_path)])
    assert (judged.systems, verdicts) == ((), {})
    assert "bad.pth" not in judged.note


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="LATEBLOOM_PUBLISHED names no directory with the published files")
def test_the_published_files_themselves() -> None:
    induction, finite = PUBLISHED / "induction_head_infinite.pth", PUBLISHED / "5_digit_addition_finite.pth"
    files, verdicts = judge_published([str(induction), f"digits-few={finite}"])
    assert [one.systems for one in files] == [("induction",), ("digits-few",)]
    assert {state for id, state in states(verdicts).items() if id != "induction-forms-in-the-change"} == {"holds"}
