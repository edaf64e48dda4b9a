"""Reading and replacing named activations during one forward pass."""

from collections.abc import Callable, Mapping

from torch import Tensor

Replacement = Callable[[Tensor], Tensor]
"""Takes an activation, returns what the rest of the forward pass sees in its place (same shape)."""


class Hooks:
    """What to do with activations as they pass: ``replace`` changes some by name, ``keep`` fills ``cache``.

    ``fuse``: activations that nobody asks for need not be computed by themselves.
    """

    def __init__(self, replace: Mapping[str, Replacement] | None = None, keep: bool = False, fuse: bool = True) -> None:
        self.replace = dict(replace or {})
        self._fuse = fuse
        self.cache: dict[str, Tensor] | None = {} if keep else None

    def touches(self, prefix: str) -> bool:
        """Whether an activation whose name begins so must be computed by itself: it is changed or kept, or all are."""
        return not self._fuse or self.cache is not None or any(name.startswith(prefix) for name in self.replace)

    def __call__(self, name: str, value: Tensor) -> Tensor:
        """Pass one activation through; the model calls this for each of its activation names."""
        replacement = self.replace.get(name)
        if replacement is not None:
            value = replacement(value)
        if self.cache is not None:
            self.cache[name] = value
        return value


NO_HOOKS = Hooks()
"""Touches nothing: what a plain forward pass uses."""

UNFUSED = Hooks(fuse=False)
"""Touches nothing either, each operation by itself: what `torch.func.vmap` can stack."""
