"""What can be explained: a run, one of its checkpoints, or a file of weights."""

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from latebloom._errors import DamagedFileError, LatebloomError, RunNotFoundError, UsageError
from latebloom.circuits.modular.grid import modular_grid
from latebloom.models import Model, Transformer, trained_tensors, transformer_from_state
from latebloom.runs import Run, open_run
from latebloom.tasks import ModularAddition, ModularSubtraction, ModularTask


@dataclass(frozen=True)
class Subject:
    """A model with what is known about it. ``sum_squared_weights`` is over all trained tensors as stored."""

    model: Model
    task: ModularTask
    train_mask: Bool[Tensor, "x y"] | None
    sum_squared_weights: float


def subject(target: str | Path | Run, step: int | None = None, root: str | Path = "runs") -> Subject:
    """Open a run (by object, path or name) or a file of weights (.safetensors, or a .pth state dict).

    Errors: UsageError or DamagedFileError, one line: what was got, what was expected, what to do.
    """
    if isinstance(target, Run):
        return _of_run(target, step)
    path = Path(target)
    if path.is_file():
        if step is not None:
            raise UsageError(f"--step: got {step} for a file of weights, which holds one step; drop --step")
        return _of_file(path)
    try:
        return _of_run(open_run(target, root), step)
    except RunNotFoundError:
        raise RunNotFoundError(
            f"got {str(target)!r}, expected a run (see `latebloom runs`) or a file of weights (.pth, .safetensors)"
        ) from None


def _of_run(run: Run, step: int | None) -> Subject:
    if not isinstance(run.task, ModularTask):
        raise UsageError(f"explain: got a run of task {run.manifest.recipe}, expected a modular task")
    model = run.checkpoint(step).model
    return Subject(model, run.task, run.train_mask, _squares(dict(model.named_parameters())))


def _of_file(path: Path) -> Subject:
    try:
        state = trained_tensors(_state_dict(path))
        model = transformer_from_state(state)
        return Subject(model, _task_of(model), None, _squares(state))
    except DamagedFileError:
        raise
    except LatebloomError as error:
        raise UsageError(f"{path}: {error}") from None


def _state_dict(path: Path) -> dict[str, Tensor]:
    """The tensors of a file, by name; nothing in it is executed."""
    content = _load(path)
    if isinstance(content, dict) and isinstance(content.get("model"), dict):
        content = content["model"]
    if not isinstance(content, dict) or not content:
        raise UsageError(f"expected a state dict, got {type(content).__name__}; save model.state_dict()")
    tensors = {str(name): value for name, value in content.items() if isinstance(value, Tensor)}
    if not tensors:
        raise UsageError(f"expected a state dict, got entries {', '.join(map(str, list(content)[:3]))} …")
    return tensors


def _load(path: Path) -> Any:
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise DamagedFileError(
            f"{path}: refused: not a plain file of tensors (it is damaged, or would run code); "
            "save it again with torch.save(model.state_dict(), FILE)"
        ) from None
    except PermissionError:
        raise UsageError(f"{path}: no right to read it") from None
    except (SafetensorError, RuntimeError, EOFError, OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise DamagedFileError(f"{path}: not a readable file of weights ({reason}); is it complete?") from None


def _task_of(model: Transformer) -> ModularTask:
    """Addition, unless the model does subtraction instead: a state dict does not say what it was trained on.

    The modulus is the input vocabulary less the token ``=``.
    """
    p = model.embed.W_E.shape[0] - 1
    outputs, length = model.unembed.W_U.shape[1], model.pos_embed.W_pos.shape[0]
    if p < 3 or outputs not in (p, p + 1) or length != 3:
        raise UsageError(
            f"got a model with {p + 1} input tokens, {outputs} outputs and {length} positions; expected one of a "
            "modular task: p + 1 inputs, p or p + 1 outputs, the 3 positions `x y =`, p at least 3"
        )
    addition, subtraction = ModularAddition(p=p), ModularSubtraction(p=p)
    does = {task.name: modular_grid(model, task).accuracy() for task in (addition, subtraction)}
    return subtraction if does[subtraction.name] > max(0.5, does[addition.name]) else addition


def _squares(tensors: dict[str, Tensor]) -> float:
    return sum(float(value.detach().double().square().sum()) for value in tensors.values())
