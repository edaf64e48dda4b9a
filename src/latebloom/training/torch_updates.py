"""Updates by torch's own optimiser, and its whole state as named tensors."""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from latebloom._errors import UsageError
from latebloom.training.engine import state_name
from latebloom.training.optimisers import Optimiser, rule_of, warmed

_GROUP = ("params", "param_names", "lr")
"""Entries of a parameter group that are no state: which parameters, and the learning rate, set before each update."""


class TorchUpdates:
    """Makes the updates of any optimiser; the gradients must be in ``weight.grad``."""

    def __init__(self, model: nn.Module, settings: Optimiser) -> None:
        self._model, self._settings = model, settings
        self._optimiser = rule_of(settings).build(model, settings)
        self._rates = [group["lr"] for group in self._optimiser.param_groups]
        self._initial = [_numbers_of(group) for group in self._optimiser.param_groups]

    def zero_gradients(self) -> None:
        """Drop the gradients."""
        self._optimiser.zero_grad(set_to_none=True)

    def update(self, step: int) -> None:
        """The update ``step`` → ``step + 1``."""
        for group, rate in zip(self._optimiser.param_groups, self._rates):
            group["lr"] = warmed(rate, self._settings.warmup, step)
        if self._settings.l1:
            self._add_l1_gradient()
        self._optimiser.step()

    @torch.no_grad()
    def _add_l1_gradient(self) -> None:
        for weight in self._model.parameters():
            if weight.grad is not None:
                weight.grad.add_(weight.sign(), alpha=self._settings.l1)

    def tensors(self, step: int) -> dict[str, Tensor]:
        """As `Engine.tensors`.

        A number (or None) that the optimiser keeps beside its tensors is stored under ``.../<name>/<type>``; entries of
        parameter group i that have changed under ``optimiser./<i>/<name>/<type>``.
        Errors: UsageError for state that is neither a tensor nor a number.
        """
        stored: dict[str, Tensor] = {}
        named = dict(self._model.named_parameters())
        if any(all(key is not weight for weight in named.values()) for key in self._optimiser.state):
            raise self._not_stored("state of something other than the model's parameters")
        for name, weight in named.items():
            for key, value in self._optimiser.state.get(weight, {}).items():
                stored |= self._encoded(state_name(name, key), value)
        for index, (group, initial) in enumerate(zip(self._optimiser.param_groups, self._initial)):
            for key, value in group.items():
                if key not in _GROUP and not (key in initial and _same(value, initial[key])):
                    stored |= self._encoded(state_name("", f"{index}/{key}"), value)
        return stored

    def load(self, tensors: dict[str, Tensor]) -> None:
        """As `Engine.load`."""
        for name, weight in self._model.named_parameters():
            state = {key: self._placed(weight, key, value) for key, value in _decoded(tensors, state_name(name, ""))}
            if state:
                self._optimiser.state[weight] = state
        for index, group in enumerate(self._optimiser.param_groups):
            group.update(_decoded(tensors, state_name("", f"{index}/")))

    def _encoded(self, name: str, value: Any) -> dict[str, Tensor]:
        if isinstance(value, Tensor):
            return {name: value}
        if type(value) not in _DTYPES:
            raise self._not_stored(f"{name.rpartition('/')[2]} of type {type(value).__name__}")
        return {f"{name}/{type(value).__name__}": torch.tensor(value or 0, dtype=_DTYPES[type(value)])}

    def _not_stored(self, what: str) -> UsageError:
        return UsageError(
            f"optimiser: {self._settings.name} keeps {what}, so the run could not be resumed; expected tensors and "
            "numbers in state[parameter] or param_groups"
        )

    def _placed(self, weight: Tensor, key: str, value: Any) -> Any:
        """On the weight's device; torch keeps the step count on the CPU unless the optimiser is fused or capturable."""
        group = next(g for g in self._optimiser.param_groups if any(weight is other for other in g["params"]))
        on_device = key != "step" or group.get("fused") or group.get("capturable")
        return value.to(weight.device) if isinstance(value, Tensor) and on_device else value


_DTYPES: dict[type, torch.dtype] = {
    float: torch.float64,
    int: torch.int64,
    bool: torch.bool,
    type(None): torch.bool,
}
_READERS = {kind.__name__: kind for kind in (float, int, bool)} | {"NoneType": lambda value: None}


def _decoded(tensors: Mapping[str, Tensor], prefix: str) -> Iterator[tuple[str, Any]]:
    """The entries whose names begin with the prefix, numbers as numbers again."""
    for name, value in tensors.items():
        if name.startswith(prefix):
            key, _, kind = name.removeprefix(prefix).partition("/")
            yield key, _READERS[kind](value.item()) if kind else value.clone()


def _numbers_of(group: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of a parameter group as they are now."""
    return {key: value.clone() if isinstance(value, Tensor) else value for key, value in group.items()}


def _same(value: Any, initial: Any) -> bool:
    if isinstance(value, Tensor) and isinstance(initial, Tensor):
        return torch.equal(value, initial)
    return type(value) is type(initial) and value == initial
