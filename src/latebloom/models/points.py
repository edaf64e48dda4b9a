"""Hook points: a module for every named activation, so that other libraries can read and replace it.

nnsight, devinterp and torch's own hooks attach to modules. Without them the points are not called, the fast paths
apply, and the results keep their bits. With them every activation is computed and passes through its point. Points have
no weights, so the names of a ``state_dict`` are the same with and without them.
"""

from collections.abc import Iterable

from torch import Tensor, nn
from torch.nn.modules.module import _has_any_global_hook


class HookPoint(nn.Module):
    """The identity."""

    def forward(self, value: Tensor) -> Tensor:
        return value


def add_points(model: nn.Module, names: Iterable[str]) -> None:
    """Add a hook point for each activation name, as the submodule of that name.

    A name whose parent is no module of the model, or that the model uses for something else, gets none.
    """
    modules = dict(model.named_modules())
    for name in names:
        parent, _, leaf = name.rpartition(".")
        if parent in modules and not hasattr(modules[parent], leaf):
            modules[parent].add_module(leaf, HookPoint())


def points_of(model: nn.Module) -> dict[str, nn.Module]:
    """The hook points of a model by the name of their activation."""
    return {name: module for name, module in model.named_modules() if isinstance(module, HookPoint)}


def is_watched(model: nn.Module) -> bool:
    """Whether hooks of another library are attached to a part of the model.

    Hooks on the whole model do not count: its input and output are the same on every path.
    """
    return _has_any_global_hook() or _parts_watched(model)


def _parts_watched(module: nn.Module) -> bool:
    # This runs before every forward pass, so it reads torch's own dictionaries instead of `Module.modules`.
    return any(part is not None and (_has_hooks(part) or _parts_watched(part)) for part in module._modules.values())


def _has_hooks(module: nn.Module) -> bool:
    """Whether torch's hooks are attached, or the module's forward was replaced, as nnsight does."""
    return bool(
        module._forward_hooks
        or module._forward_pre_hooks
        or module._backward_hooks
        or module._backward_pre_hooks
        or "forward" in module.__dict__
    )
