"""What an export writes is read back as the same model: the logits of all pairs, in float64."""

import torch

from latebloom.analysis.weight_files.snapshot import snapshot_of_file
from latebloom.exports import FORMATS, Exported, write_folder
from latebloom.models import TransformerConfig
from latebloom.tasks import ModularAddition

TASK = {"p": 11}
SMALL = {"n_layers": 2, "d_model": 8, "n_heads": 2, "d_head": 3, "d_mlp": 6}


def written(form, folder, model_fields, task_fields):
    """A model with weights that differ from their initial values everywhere, and its export."""
    task = ModularAddition(**TASK | task_fields)
    config = TransformerConfig(**SMALL | model_fields)
    model = config.build(task)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn(weight.shape, generator=generator) * 0.3)
    settings = {"model": config.model_dump(), "task": task.model_dump()}
    exported = Exported("a run", "recipe", 0, 7, model, task, settings)
    write_folder(folder, FORMATS[form].made(exported), {}, overwrite=False)
    return model, task


def test_a_causal_transformer_of_two_layers_stays_causal_in_the_huggingface_format(tmp_path):
    """Its config has ``attention_mix: 1.0``, which says nothing about the direction of attention."""
    model, task = written("huggingface", tmp_path / "out", {}, {})
    tokens = torch.from_numpy(task.universe().tokens)
    read = snapshot_of_file(tmp_path / "out").model
    torch.testing.assert_close(read(tokens), model.double()(tokens), rtol=0, atol=1e-9)
