"""The plain state dict: our names, and the experiment that says what they mean."""

from latebloom.exports.exported import Exported, json_bytes, tensor_bytes
from latebloom.exports.format import FORMATS, Format

_README = """# {name}, step {step}: the weights under the names of TransformerLens 3

    import json
    from safetensors.torch import load_file

    weights = load_file("model.safetensors")
    config = json.load(open("config.json"))  # task and model: the settings that say what the weights mean
"""


def _files(exported: Exported) -> dict[str, bytes]:
    config = {
        "recipe": exported.recipe,
        "seed": exported.seed,
        "step": exported.step,
        "task": exported.settings.get("task"),
        "model": exported.settings.get("model"),
        "facts": dict(exported.facts),
    }
    readme = _README.format(name=exported.name, step=exported.step)
    return {
        "README.md": readme.encode(),
        "model.safetensors": tensor_bytes(exported.weights),
        "config.json": json_bytes(config),
    }


STATE_DICT = FORMATS.register(
    Format("state-dict", "torch's load_state_dict, under latebloom's names", lambda exported: None, _files)
)
