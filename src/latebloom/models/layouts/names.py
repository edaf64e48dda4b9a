"""Names of tensors: prefixes that wrappers add, buffers, and copies of other tensors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

_BUFFERS = re.compile(r"(^|\.)(mask|causal_mask|IGNORE|rotary_\w+|num_batches_tracked)$|hook_")
_WRAPPERS = ("_orig_mod", "module")
"""What torch.compile and DataParallel put anywhere in a name."""

DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
"""Types of numbers that weights have."""


def trained_tensors(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of a state dict, without its buffers (such as attention masks)."""
    return {name: value for name, value in state.items() if not _BUFFERS.search(name)}


def without_prefixes(state: Mapping[str, Tensor]) -> Iterator[dict[str, Tensor]]:
    """The state dict as it is, then without what precedes the names of most of its tensors, one part after another.

    Two tensors that would have the same name keep theirs.
    """
    bare = _renamed(state, {name: _unwrapped(name) for name in state})
    yield bare
    while bare:
        heads = [name.partition(".")[0] for name in bare if "." in name]
        common = max(set(heads), key=heads.count, default="")
        inside = {name: name.removeprefix(f"{common}.") for name in bare if name.startswith(f"{common}.")}
        if not common or 2 * len(inside) < len(bare):
            return
        bare = {inside[name]: value for name, value in bare.items() if name in inside}
        yield bare


def _unwrapped(name: str) -> str:
    return ".".join(part for part in name.split(".") if part not in _WRAPPERS)


def _renamed(state: Mapping[str, Tensor], names: Mapping[str, str]) -> dict[str, Tensor]:
    unique = len(set(names.values())) == len(names)
    return {names[name] if unique else name: value for name, value in state.items()}


def without_copies(state: Mapping[str, Tensor], known: re.Pattern[str]) -> dict[str, Tensor]:
    """The state dict without tensors of unknown names that equal a known one, such as ``x_embed``."""
    own = [value for name, value in state.items() if known.match(name)]
    return {name: value for name, value in state.items() if known.match(name) or not _is_among(value, own)}


def _is_among(value: Tensor, others: list[Tensor]) -> bool:
    return any(
        value.shape == other.shape and value.dtype == other.dtype and torch.equal(value, other) for other in others
    )
