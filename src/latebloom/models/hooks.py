"""Reading and replacing named activations during one forward pass."""

from collections.abc import Callable, Mapping

from torch import Tensor, nn

Replacement = Callable[[Tensor], Tensor]
"""Takes an activation and returns the one that the rest of the forward pass uses instead (same shape)."""


class Hooks:
    """What a forward pass does with activations: ``replace`` changes some by name, ``keep`` stores all in ``cache``.

    ``fuse``: operations whose activations are neither replaced nor kept may be fused. ``points``: modules that every
    activation of their name passes through, see `latebloom.models.points`; with them nothing is fused.
    """

    def __init__(
        self,
        replace: Mapping[str, Replacement] | None = None,
        keep: bool = False,
        fuse: bool = True,
        points: Mapping[str, nn.Module] | None = None,
    ) -> None:
        self.replace = dict(replace or {})
        self._fuse = fuse and not points
        self._points = dict(points or {})
        self.cache: dict[str, Tensor] | None = {} if keep else None

    def touches(self, prefix: str) -> bool:
        """Whether activations with this prefix must be computed: one is replaced, all are kept, or nothing is fused."""
        return not self._fuse or self.cache is not None or any(name.startswith(prefix) for name in self.replace)

    def before(self, name: str, replacement: Replacement) -> "Hooks":
        """The same hooks, with one more replacement, made before theirs; activations are kept in the same cache."""
        theirs = self.replace.get(name)
        both = replacement if theirs is None else lambda value: theirs(replacement(value))
        return self._with({**self.replace, name: both}, self._points)

    def through(self, points: Mapping[str, nn.Module]) -> "Hooks":
        """The same hooks, with activations passing through modules; activations are kept in the same cache."""
        return self._with(self.replace, points)

    def _with(self, replace: Mapping[str, Replacement], points: Mapping[str, nn.Module]) -> "Hooks":
        hooks = Hooks(replace, fuse=self._fuse, points=points)
        hooks.cache = self.cache
        return hooks

    def __call__(self, name: str, value: Tensor) -> Tensor:
        """Apply the hooks to one activation; the model calls this for each of its activation names."""
        replacement = self.replace.get(name)
        if replacement is not None:
            value = replacement(value)
        if name in self._points:
            value = self._points[name](value)
        if self.cache is not None:
            self.cache[name] = value
        return value


NO_HOOKS = Hooks()
"""No activation is replaced or kept; operations may be fused."""

UNFUSED = Hooks(fuse=False)
"""No activation is replaced or kept; no operation is fused, so that `torch.func.vmap` can stack them."""
