"""What an export writes is read back as the same model: the logits of all pairs, in float64."""

import pytest
import torch

from latebloom.analysis.weight_files.sections import with_sections
from latebloom.analysis.weight_files.snapshot import snapshot_of_file
from latebloom.exports import FORMATS, Exported, write_folder
from latebloom.models import TransformerConfig
from latebloom.tasks import ModularAddition

TASK = {"p": 11}
SMALL = {"n_layers": 2, "d_model": 8, "n_heads": 2, "d_head": 3, "d_mlp": 6}


def exported(model_fields, task_fields):
    """A model whose weights differ from their initial values everywhere."""
    task = ModularAddition(**TASK | task_fields)
    config = TransformerConfig(**SMALL | model_fields)
    model = config.build(task)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn(weight.shape, generator=generator) * 0.3)
    settings = {"model": config.model_dump(), "task": task.model_dump()}
    return Exported("a run", "recipe", 0, 7, model, task, settings)


def check_logits(given, form, folder):
    """Returns the task that was read."""
    write_folder(folder, FORMATS[form].made(given), {}, overwrite=False)
    snapshot = snapshot_of_file(folder)
    tokens = torch.from_numpy(given.task.universe().tokens)
    torch.testing.assert_close(snapshot.model(tokens), given.model.double()(tokens), rtol=0, atol=1e-9)
    return snapshot.task


def test_a_causal_transformer_of_two_layers_stays_causal_in_the_huggingface_format(tmp_path):
    """Its config has ``attention_mix: 1.0``, which says nothing about the direction of attention."""
    check_logits(exported({}, {}), "huggingface", tmp_path / "out")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("model_fields", "task_fields"),
    [
        *(({"activation": name}, {}) for name in ("gelu", "gelu_new", "tanh", "square")),
        *(({"norm": name}, {}) for name in ("layernorm", "layernorm_pre")),
        ({"attention": "bidirectional"}, {}),
        ({"attention_mix": 0.3}, {}),
        ({"attention_mix": 0.3, "attention": "bidirectional"}, {}),
        ({"residual_scale": 2.0, "d_mlp": 0}, {}),
        ({"tied": True, "unembed_bias": True, "attention_bias": True}, {}),
        ({"positions": False}, {"equals": False}),
        *(
            ({"attention": "bidirectional"}, tokens)
            for tokens in (
                {"equals": False},
                {"equals_first": True},
                {"operator": True},
                {"operator": True, "equals": False},
                {"separate_operands": True},
                {"extra_tokens": 2, "extra_answers": 3},
            )
        ),
    ],
    ids=str,
)
def test_every_setting_is_read_back_or_refused_by_name(form, model_fields, task_fields, tmp_path):
    given = exported(model_fields, task_fields)
    refusal = FORMATS[form].refuses(given)
    if refusal is not None:
        assert form == "transformerlens"
        assert any(f"model.{name}: got" in refusal for name in model_fields)
        return
    task = check_logits(given, form, tmp_path / "out")
    assert {name: getattr(task, name) for name in TASK | task_fields} == TASK | task_fields


def test_sections_of_other_code_bases_are_left_alone():
    """Of an object under a known name the known plain settings are taken, and what stands outside comes first."""
    config = {"model": {"norm": {"kind": "rms"}, "n_heads": 2, "lr": 1}, "task": "addition", "n_heads": 4}
    assert with_sections(config) == config
    assert with_sections({"task": {"p": 7, "operator": ["+"]}})["p"] == 7
