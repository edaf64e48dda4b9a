"""Exports: what is written, what is refused, and that a folder of somebody else is left alone."""

import ast
import builtins
import json
import re
import shutil
import textwrap

import pytest
import torch
from safetensors.torch import load, load_file

from latebloom._errors import UsageError
from latebloom.exports import FORMATS, Exported, write_folder
from latebloom.exports.vocabulary import answer_tokens, words
from latebloom.lab.export import export
from latebloom.models import BilinearConfig, EmbeddingMLPConfig, LinearConfig, MLPConfig, TransformerConfig
from latebloom.recipes import RECIPES
from latebloom.tasks import ModularAddition, SharedFeature

TASK = ModularAddition(p=5)
SMALL = TransformerConfig(n_layers=2, d_model=8, n_heads=2, d_head=3, d_mlp=6)


def exported(config, task=TASK):
    return Exported("a run", "recipe", 0, 7, config.build(task), task, {})


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"residual_scale": 2.0, "d_mlp": 0}, "residual_scale: got 2"),
        ({"attention_mix": 0.5}, "attention_mix: got 0.5"),
        ({"activation": "square"}, "activation: got square"),
        ({"activation": "tanh"}, "activation: got tanh"),
    ],
)
def test_a_setting_without_a_counterpart_is_refused_by_name(changed, named):
    model = exported(SMALL.model_copy(update=changed))
    with pytest.raises(UsageError, match=named):
        FORMATS["transformerlens"].made(model)
    assert FORMATS["huggingface"].made(model)


@pytest.mark.parametrize(
    "changed",
    [
        {"activation": "gelu"},
        {"activation": "gelu_new"},
        {"attention": "bidirectional"},
        {"norm": "layernorm"},
        {"norm": "layernorm_pre"},
        {"attention_bias": True, "unembed_bias": True},
        {"positions": False},
        {"tied": True},
        {"init_scale": 3.0},
        {"d_mlp": 0},
    ],
)
def test_a_setting_with_a_counterpart_is_written_whole(changed):
    """Every weight of the model is in the files, under both of TransformerLens' names, and so are positions, biases
    and an unembedding that the model itself may lack."""
    model = exported(SMALL.model_copy(update=changed))
    files = FORMATS["transformerlens"].made(model)
    old, new = load(files["hooked_transformer.safetensors"]), load(files["model.safetensors"])
    assert all(torch.equal(old[name], value) for name, value in model.weights.items())
    assert {"pos_embed.W_pos", "unembed.W_U", "unembed.b_U", "blocks.1.attn.b_O"} <= set(old)
    assert torch.equal(old["unembed.W_U"], model.model.unembed.W_U)
    assert len(new) == len(old)
    assert sum(value.square().sum() for value in new.values()) == pytest.approx(
        float(sum(value.square().sum() for value in old.values())), rel=1e-5
    )
    assert set(load(FORMATS["huggingface"].made(model)["model.safetensors"])) == {*model.weights, "unembed.W_U"}


@pytest.mark.parametrize(
    ("config", "task"),
    [
        (MLPConfig(d_mlp=6, activation="tanh"), TASK),
        (EmbeddingMLPConfig(d_embed=4, widths=(6, 4), out="tied"), TASK),
        (EmbeddingMLPConfig(d_embed=4, widths=(6,), combine="concat"), ModularAddition(p=5, equals=False)),
        (LinearConfig(), SharedFeature()),
    ],
)
def test_models_without_attention_have_a_counterpart_in_transformers_only(config, task):
    model = exported(config, task)
    assert set(load(FORMATS["huggingface"].made(model)["model.safetensors"])) == set(model.weights)
    assert set(load(FORMATS["state-dict"].made(model)["model.safetensors"])) == set(model.weights)
    with pytest.raises(UsageError, match=f"{type(model.model).__name__}, which has no counterpart"):
        FORMATS["transformerlens"].made(model)


def test_a_model_of_another_kind_has_its_state_dict_only():
    model = exported(BilinearConfig())
    assert FORMATS["state-dict"].made(model)
    with pytest.raises(UsageError, match="Bilinear, expected one of Transformer, MLP, EmbeddingMLP, Linear"):
        FORMATS["huggingface"].made(model)


def test_names_of_transformer_lens_4_are_linear_layers_that_compute_the_same(planted_run, tmp_path):
    export(planted_run, "transformerlens", tmp_path / "out")
    weights = load_file(tmp_path / "out" / "model.safetensors")
    model = planted_run.checkpoint().model
    resid = torch.randn(4, model.cfg.d_model)
    q = torch.nn.functional.linear(resid, weights["blocks.0.attn.q.weight"], weights["blocks.0.attn.q.bias"])
    expected = model.blocks[0].attn.project(resid, model.blocks[0].attn.W_Q)
    torch.testing.assert_close(q.unflatten(-1, expected.shape[1:]), expected)
    z = torch.randn(4, model.cfg.n_heads, model.cfg.d_head)
    out = torch.nn.functional.linear(z.flatten(1), weights["blocks.0.attn.o.weight"])
    torch.testing.assert_close(out, torch.einsum("bhd,hdm->bm", z, model.blocks[0].attn.W_O))


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_words_of_every_recipe_are_one_different_word_per_token(recipe):
    task = RECIPES[recipe](0).task
    assert len(set(words(task))) == task.d_vocab
    assert len(answer_tokens(task)) == task.d_vocab_out


@pytest.mark.parametrize(
    ("config", "task", "tokens", "sentence"),
    [
        (SMALL, TASK, [0, 1, 2, 3, 4], "has the token of each."),
        (SMALL, ModularAddition(p=5, extra_answers=3), [0, 1, 2, 3, 4, None, None, None], "null for outputs"),
        (LinearConfig(), SharedFeature(examples=4), [None, None], "the classes are no tokens"),
    ],
)
def test_outputs_that_are_no_tokens_are_listed_as_none(config, task, tokens, sentence):
    """With extra answers, output 5 of p = 5 is not the token of ``=``, and there is no token 6 or 7."""
    files = FORMATS["huggingface"].made(exported(config, task))
    assert json.loads(files["config.json"])["answer_tokens"] == tokens
    card = files["README.md"].decode()
    assert sentence in card
    assert ("config.answer_tokens" in card) == any(token is not None for token in tokens)


def test_each_block_of_the_readme_for_transformer_lens_can_be_pasted_alone():
    """A block assigns or imports every name that it uses."""
    readme = FORMATS["transformerlens"].made(exported(SMALL))["README.md"].decode()
    blocks = [textwrap.dedent(block) for block in re.findall(r"(?:^(?: {4}.*)?\n)+", readme, re.MULTILINE)]
    blocks = [block for block in blocks if block.strip()]
    assert len(blocks) == 2
    for block in blocks:
        nodes = list(ast.walk(ast.parse(block)))
        names = [node for node in nodes if isinstance(node, ast.Name)]
        known = {alias.name for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names}
        known |= {name.id for name in names if isinstance(name.ctx, ast.Store)} | set(dir(builtins))
        assert {name.id for name in names} <= known


def test_the_answers_of_skip_trigrams_are_tokens_10_to_19():
    task = RECIPES["skip_trigrams"](0).task
    assert answer_tokens(task) == list(range(10, 20))
    assert words(task)[20:] == ["START", "END"]


def test_every_checkpoint_into_a_folder_of_its_own_and_again_over_its_own(planted_run, tmp_path):
    for _ in range(2):
        folders = export(planted_run, "huggingface", tmp_path / "out", "all")
    assert [folder.name for folder in folders] == [f"step-{step:08d}" for step in planted_run.checkpoints]
    card = (folders[-1] / "README.md").read_text()
    assert "step 6000" in card
    assert "test_accuracy | 1 |" in card
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [folder.name for folder in folders]


def test_files_of_others_are_refused_and_stay_if_overwritten(tmp_path):
    out = tmp_path / "out"
    write_folder(out, {"a": b"1", "b/c": b"2"}, {}, overwrite=False)
    (out / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"notes\.txt, which no export wrote"):
        write_folder(out, {"a": b"3"}, {}, overwrite=False)
    assert (out / "a").read_bytes() == b"1"
    write_folder(out, {"a": b"3"}, {}, overwrite=True)
    assert (out / "a").read_bytes() == b"3"
    assert (out / "notes.txt").read_text() == "mine"
    assert not (out / "b").exists()


def test_a_changed_file_is_somebody_elses(tmp_path):
    write_folder(tmp_path / "out", {"a": b"1"}, {}, overwrite=False)
    (tmp_path / "out" / "a").write_bytes(b"changed")
    with pytest.raises(UsageError, match="holds a, which no export wrote"):
        write_folder(tmp_path / "out", {"a": b"1"}, {}, overwrite=False)


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("latebloom.exports.folder._keep", lambda *_: (_ for _ in ()).throw(OSError("no space")))
    with pytest.raises(Exception, match="no space"):
        write_folder(tmp_path / "out", {"a": b"1"}, {}, overwrite=False)
    assert not list(tmp_path.iterdir())


def test_the_run_itself_is_no_place_for_an_export(planted_run):
    with pytest.raises(UsageError, match="holds the run itself"):
        export(planted_run, "state-dict", planted_run.path, overwrite=True)


def test_the_zoo_has_the_same_bytes_again_and_an_index(planted_run, tmp_path):
    from latebloom.lab.zoo import zoo

    first, rows = zoo(planted_run.path.parent, tmp_path / "a")
    again, _ = zoo(planted_run.path.parent, tmp_path / "a")
    other, _ = zoo(planted_run.path.parent, tmp_path / "b")
    assert first == again
    assert first.name == other.name
    assert first.read_bytes() == other.read_bytes()
    assert json.loads((tmp_path / "a" / "index.json").read_text()) == rows
    assert (rows[0]["outcome"], rows[0]["test_accuracy"]) == ("grokked", 1)
    index = (tmp_path / "a" / "README.md").read_text()
    assert re.search(r"\| grokked \| [^|]+ \| 1\.000 \| \[huggingface\]\(planted/huggingface\), ", index)


def test_the_zoo_lists_runs_whose_weights_do_not_open(planted_run, tmp_path):
    from latebloom.lab.zoo import zoo

    shutil.copytree(planted_run.path, tmp_path / "runs" / "bare")
    shutil.rmtree(tmp_path / "runs" / "bare" / "checkpoints")
    _, (row,) = zoo(tmp_path / "runs", tmp_path / "out", ["state-dict"])
    assert (row["run"], row["files"]) == ("bare", {})
    assert "checkpoint" in row["refused"]["state-dict"]
    assert "| bare |" in (tmp_path / "out" / "README.md").read_text()
