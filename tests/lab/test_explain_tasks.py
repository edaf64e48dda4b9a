"""`explain` on the other systems: the task follows from the shapes, and the planted circuit is detected."""

import pytest
import torch
from safetensors.torch import save_file

from latebloom._errors import UsageError
from latebloom.circuits.induction import planted_induction
from latebloom.circuits.skip_trigrams import planted_trigrams
from latebloom.lab.explain import explain
from latebloom.models import TransformerConfig
from latebloom.tasks import DigitAddition, RepeatedSubsequences, SkipTrigrams


def test_planted_trigrams_are_recovered_a_file(tmp_path):
    save_file(dict(planted_trigrams(SkipTrigrams(length=7)).state_dict()), tmp_path / "trigrams.safetensors")
    explanation = explain(tmp_path / "trigrams.safetensors")
    assert (explanation.task, explanation.found) == ("skip_trigrams", 10)
    assert explanation.restricted_loss < 0.1 < explanation.restricted_loss_control
    assert dict(explanation.rows())["of the ten strongest are the task's"] == "10"


def test_random_weights_have_no_trigrams(tmp_path):
    config = TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=0)
    save_file(dict(config.build(SkipTrigrams(length=7)).state_dict()), tmp_path / "random.safetensors")
    assert explain(tmp_path / "random.safetensors").found < 5


def test_a_rule_for_key_frequencies_is_refused_where_there_are_none(tmp_path):
    save_file(dict(planted_trigrams(SkipTrigrams(length=7)).state_dict()), tmp_path / "trigrams.safetensors")
    with pytest.raises(UsageError, match="got embedding, but skip_trigrams has no key frequencies"):
        explain(tmp_path / "trigrams.safetensors", rule="embedding")


def test_planted_induction_under_the_published_names(tmp_path):
    task = RepeatedSubsequences()
    state = planted_induction(task).state_dict()
    renamed = {name.replace("blocks.", "attn_blocks."): value for name, value in state.items()}
    torch.save(renamed, tmp_path / "induction.pth")
    explanation = explain(tmp_path / "induction.pth")
    assert explanation.task == "repeated_subsequences"
    assert explanation.pair is not None
    assert dict(explanation.rows())["circuit"].count(" into ") == 1


def test_digit_addition_is_recognised_by_its_length(tmp_path):
    config = TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=32)
    save_file(dict(config.build(DigitAddition(digits=3)).state_dict()), tmp_path / "sum.safetensors")
    explanation = explain(tmp_path / "sum.safetensors")
    assert (explanation.task, explanation.digits) == ("digit_addition", 3)
    assert dict(explanation.rows())["task"] == "digit_addition, 3 digits"


def test_unknown_shapes_are_refused(tmp_path):
    config = TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=32)
    state = dict(config.build(DigitAddition(digits=3)).state_dict())
    state["unembed.W_U"] = torch.zeros(16, 9)
    save_file(state, tmp_path / "odd.safetensors")
    with pytest.raises(UsageError, match="12 input tokens, 9 outputs and 12 positions; expected one of a modular task"):
        explain(tmp_path / "odd.safetensors")
