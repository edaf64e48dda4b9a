"""Which rows of an embedding and which outputs are the operands, ``=`` and others, by their numbers and the hints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from latebloom._errors import UsageError
from latebloom.models.layouts.base import Hints
from latebloom.tasks.modular import MOST

_MODULUS = ("p", "modulus", "mod", "C", "prime")
_SEPARATE = ("separate_operands", "diff_vocab")
_EQUALS = ("equals", "eqn_sign")
_FEWEST = 3
_LENGTHS = (2, 3, 4)
FLAGS = ("equals", "equals_first", "operator", "separate_operands")
"""Fields of a modular task that hints may say."""


def token_fields(rows: int, outputs: int, n_ctx: int, hints: Hints) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of a modular task whose tokens fit the model, and those of them that are assumed.

    rows: of the embedding. outputs: answers of the unembedding. n_ctx: positions. Two positions are ``x y``, three
    ``x y =``, four ``x op y =``, unless the hints say otherwise. Without a modulus it is the number of outputs, or of
    the rows that are left for the operands, whichever is smaller. Both results are empty where no modular task fits.
    Errors: UsageError where a hint does not fit.
    """
    said = _said(hints)
    if n_ctx not in _LENGTHS:
        if hints.p is not None:
            raise UsageError(f"--p: got {hints.p} for a model of {n_ctx} positions, expected one of a modular task")
        return {}, {}
    layout = {"equals": n_ctx > 2, "operator": n_ctx > 3} | said
    special = layout["equals"] + layout["operator"]
    if 2 + special != n_ctx:
        raise UsageError(f"the tokens `{written(layout)}` are {2 + special}, but the model has {n_ctx} positions")
    p = hints.p if hints.p is not None else _number(hints.setting(*_MODULUS))
    stated, left = p is not None, rows - special
    separate = layout.get("separate_operands")
    if p is None:
        p = min(outputs, left // 2 if separate else left)
    if separate is None:
        separate = left == 2 * p and outputs < 2 * p
    layout["separate_operands"] = separate
    extra, spare = left - p * (2 if separate else 1), outputs - p
    if not (_FEWEST <= p <= MOST and 0 <= extra <= MOST and 0 <= spare <= MOST):
        if not stated:
            return {}, {}
        raise UsageError(
            f"p: got {p}, but the model has {rows} input tokens (with {special} besides the operands) and {outputs} "
            f"outputs; expected {_FEWEST} to {min(left, outputs, MOST)}"
        )
    # A single logit more than answers is that of `=`; the analysis drops it.
    fields = {"p": p, **layout, "extra_tokens": extra, "extra_answers": 0 if spare == 1 and layout["equals"] else spare}
    return fields, ({} if stated else {"p": p}) | ({} if said else {"tokens": written(layout)})


def positions_said(hints: Hints) -> int | None:
    """The length of the input where the hints say which tokens it has; ``=`` is one of them unless they deny it."""
    said = _said(hints)
    return 2 + said.get("equals", True) + said.get("operator", False) if said else None


def written(layout: Mapping[str, Any]) -> str:
    """The tokens of an input, as in ``x y =``."""
    parts = ["x", *(["op"] if layout.get("operator") else []), "y"]
    if not layout.get("equals"):
        return " ".join(parts)
    return " ".join(["=", *parts] if layout.get("equals_first") else [*parts, "="])


def _said(hints: Hints) -> dict[str, bool]:
    """The flags of the tokens that the hints say; the command line comes before the config."""
    config = {
        "equals": hints.setting(*_EQUALS),
        "separate_operands": hints.setting(*_SEPARATE),
        "equals_first": hints.setting("equals_first"),
        "operator": hints.setting("operator"),
    }
    said = {name: bool(value) for name, value in config.items() if isinstance(value, bool | int)}
    return said | {name: bool(hints.task_fields[name]) for name in FLAGS if name in hints.task_fields}


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
