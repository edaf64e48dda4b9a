"""What can be explained: a run, one of its checkpoints, or a file of weights."""

import os
import pickle
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from latebloom._errors import DamagedFileError, LatebloomError, RunNotFoundError, UsageError, first_line
from latebloom.lab.guess_task import guess_task
from latebloom.models import Model, sum_squared_weights, trained_tensors, transformer_from_state
from latebloom.runs import Run, open_run
from latebloom.tasks import Task

_FINAL = ("model", "state_dict", "model_state_dict")
_STEPS = (("state_dicts", "epochs"), ("checkpoints", "checkpoint_epochs"))


@dataclass(frozen=True)
class Subject:
    """A model with what is known about it. ``sum_squared_weights`` is over all trained tensors as stored."""

    model: Model
    task: Task
    train_mask: Bool[Tensor, "x y"] | None
    sum_squared_weights: float


def subject(target: str | Path | Run, step: int | None = None, root: str | Path = "runs") -> Subject:
    """Open a run (by object, path or name) or a file of weights (.safetensors, or a .pth state dict).

    Errors: UsageError or DamagedFileError, one line: what was got, what was expected, what to do.
    """
    if isinstance(target, Run):
        return _of_run(target, step)
    path = Path(target)
    if os.path.isfile(path):  # unlike Path.is_file, False for a name too long or without rights
        return _of_file(path, step)
    try:
        return _of_run(open_run(target, root), step)
    except RunNotFoundError:
        raise RunNotFoundError(
            f"got {str(target)!r}, expected a run (see `latebloom runs`) or a file of weights (.pth, .safetensors)"
        ) from None


def _of_run(run: Run, step: int | None) -> Subject:
    model = run.checkpoint(step).model
    return Subject(model, run.task, run.train_mask, sum_squared_weights(model.parameters()))


def _of_file(path: Path, step: int | None) -> Subject:
    try:
        state = trained_tensors(_state_dict(path, step))
        model = transformer_from_state(state)
        model.double()  # in half precision even the accuracy, and so the task, could come out wrong
        return Subject(model, guess_task(model), None, sum_squared_weights(state.values()))
    except DamagedFileError:
        raise
    except LatebloomError as error:
        raise UsageError(f"{path}: {error}") from None


def _state_dict(path: Path, step: int | None) -> dict[str, Tensor]:
    """The tensors of a file, by name; nothing in it is executed."""
    content = _at_step(_load(path), step)
    if not isinstance(content, dict) or not content:
        raise UsageError(f"expected a state dict, got {type(content).__name__}; save model.state_dict()")
    tensors = {str(name): value for name, value in content.items() if isinstance(value, Tensor)}
    if not tensors:
        entries = ", ".join(map(str, list(content)[:3]))
        raise UsageError(f"no weights in it: got entries {entries} …, expected a state dict; save model.state_dict()")
    return tensors


def _at_step(content: Any, step: int | None) -> Any:
    """The state dict in a file: alone, under a usual name, or one of a whole run's, which lie beside their steps."""
    found = content if isinstance(content, dict) else {}
    final = next((found[name] for name in _FINAL if isinstance(found.get(name), dict)), None)
    states, steps = next(((found[a], found.get(b)) for a, b in _STEPS if isinstance(found.get(a), list)), ([], None))
    if step is None:
        return final or (states[-1] if states else content)
    kept = list(map(int, steps)) if isinstance(steps, list | Tensor) and len(steps) == len(states) else []
    if not kept:
        raise UsageError(f"--step: got {step}, but this file does not tell steps apart; drop --step")
    if step not in kept:
        nearest = ", ".join(map(str, sorted(sorted(kept, key=lambda other: abs(other - step))[:4])))
        raise UsageError(f"--step: got {step}, which this file does not hold: the nearest are {nearest}")
    return states[kept.index(step)]


def _load(path: Path) -> Any:
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        with warnings.catch_warnings(action="ignore"):  # what is wrong with a file is said once, in one line
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise DamagedFileError(
            f"{path}: refused: not a plain file of tensors (it is damaged, or would run code); "
            "save it again with torch.save(model.state_dict(), FILE)"
        ) from None
    except PermissionError:
        raise UsageError(f"{path}: no right to read it") from None
    except (SafetensorError, RuntimeError, EOFError, OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        reason = first_line(error)
        raise DamagedFileError(f"{path}: not a readable file of weights ({reason}); is it complete?") from None
