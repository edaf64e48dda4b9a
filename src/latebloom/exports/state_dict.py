"""The plain state dict: our names, and the experiment that says what they mean."""

from latebloom.exports.exported import Exported, json_bytes, tensor_bytes
from latebloom.exports.format import FORMATS, Format


def _files(exported: Exported) -> dict[str, bytes]:
    config = {
        "recipe": exported.recipe,
        "seed": exported.seed,
        "step": exported.step,
        "task": exported.settings.get("task"),
        "model": exported.settings.get("model"),
        "facts": dict(exported.facts),
    }
    return {"model.safetensors": tensor_bytes(exported.weights), "config.json": json_bytes(config)}


STATE_DICT = FORMATS.register(
    Format("state-dict", "torch's load_state_dict, under latebloom's names", lambda exported: None, _files)
)
