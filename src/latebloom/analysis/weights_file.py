"""A file of weights as a model, with what the file does not say."""

import pickle
import warnings
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from latebloom._errors import DamagedFileError, LatebloomError, UsageError, first_line
from latebloom.circuits.family import family_of, guess_task
from latebloom.measures import Snapshot
from latebloom.models import sum_squared_weights, trained_tensors, transformer_from_state

ASSUMED = {"activation": "relu", "normalisation": "none", "attention_scale": "1/sqrt(d_head)"}
"""What no plain state dict says, and what `transformer_from_state` therefore assumes."""

_FINAL = ("model", "state_dict", "model_state_dict")
_STEPS = (("state_dicts", "epochs"), ("checkpoints", "checkpoint_epochs"))


def snapshot_of_file(path: Path, step: int | None = None, rule: str | None = None) -> Snapshot:
    """The model of a file of weights, in float64, with the task that its shapes tell.

    ``step``: of a file that holds several. ``rule``: how the family fixes the basis.
    Errors: UsageError or DamagedFileError, one line: what was got, what was expected, what to do.
    """
    try:
        state = trained_tensors(_state_dict(path, step))
        model = transformer_from_state(state)
        model.double()  # in half precision even the accuracy, and so the task, could come out wrong
        task = guess_task(model)
    except DamagedFileError:
        raise
    except LatebloomError as error:
        raise UsageError(f"{path}: {error}") from None
    family = family_of(task)
    return Snapshot(
        model,
        task,
        basis_of=family.own_basis(rule),
        forward=family.forward,
        stored_squares=sum_squared_weights(state.values()),
        assumed={"task": task.name, **ASSUMED},
    )


def _state_dict(path: Path, step: int | None) -> dict[str, Tensor]:
    """The tensors of a file, by name; nothing in it is executed."""
    content = _at_step(read_content(path), step)
    if not isinstance(content, dict) or not content:
        raise UsageError(f"expected a state dict, got {type(content).__name__}; save model.state_dict()")
    tensors = {str(name): value for name, value in content.items() if isinstance(value, Tensor)}
    if not tensors:
        entries = ", ".join(map(str, list(content)[:3]))
        raise UsageError(f"no weights in it: got entries {entries} …, expected a state dict; save model.state_dict()")
    return tensors


def _at_step(content: Any, step: int | None) -> Any:
    """The state dict in a file: alone, under a usual name, or one of several with their steps."""
    entries = content if isinstance(content, dict) else {}
    final = next((entries[name] for name in _FINAL if isinstance(entries.get(name), dict)), None)
    states, steps = next(
        ((entries[a], entries.get(b)) for a, b in _STEPS if isinstance(entries.get(a), list)), ([], None)
    )
    if step is None:
        return final or (states[-1] if states else content)
    kept = list(map(int, steps)) if isinstance(steps, list | Tensor) and len(steps) == len(states) else []
    if not kept:
        raise UsageError(f"--step: got {step}, but this file does not say which steps it holds; leave --step out")
    if step not in kept:
        nearest = ", ".join(map(str, sorted(sorted(kept, key=lambda other: abs(other - step))[:4])))
        raise UsageError(f"--step: got {step}, which this file does not hold: the nearest are {nearest}")
    return states[kept.index(step)]


def read_content(path: Path) -> Any:
    """What a file holds, without executing anything in it. Errors: UsageError or DamagedFileError in one line."""
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
