"""Other ways in which the tokens of a model may be numbered than the one that its shapes suggest."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from latebloom.circuits.family import Tokens
from latebloom.models import EmbeddingMLP, Model, Transformer
from latebloom.tasks import ModularAddition

MOST_EXTRA = 4
"""Unused tokens after ``=`` for which it is looked."""


@dataclass(frozen=True)
class Vocabulary:
    """A model whose rows are in the order of the tokens of a `ModularTask` with these fields.

    assumed: what that order says about the tokens of the file, by name.
    """

    model: Model
    fields: Mapping[str, Any]
    assumed: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_smaller(cls, model: Model, fields: Mapping[str, Any], smaller: Mapping[str, Any]) -> Vocabulary:
        """The same tokens where only the first numbers of each operand are operands: ``=`` moves behind them."""
        layout, p, m = ModularAddition(**fields), fields["p"], smaller["p"]
        starts = (0, p) if layout.separate_operands else (0,)
        numbers = [start + i for start in starts for i in range(m)]
        special = list(range(layout.operator_token, layout.equals_token + layout.equals))
        return cls(with_rows(model, [*numbers, *special]), smaller, {"p": m})


def smaller_moduli(fields: Mapping[str, Any], outputs: int, least: int) -> Iterator[dict[str, Any]]:
    """The fields for every smaller modulus, the largest first."""
    for m in range(fields["p"] - 1, least - 1, -1):
        yield with_modulus(fields, m, outputs)


def with_modulus(fields: Mapping[str, Any], m: int, outputs: int) -> dict[str, Any]:
    """The fields with a smaller modulus for the same numbers of tokens and outputs."""
    tables = 2 if fields.get("separate_operands") else 1
    extra = fields.get("extra_tokens", 0) + tables * (fields["p"] - m)
    return {**fields, "p": m, "extra_tokens": extra, "extra_answers": outputs - m}


def with_special_tokens_elsewhere(model: Model, tokens: Tokens) -> Iterator[Vocabulary]:
    """``=`` as token 0 with the numbers from 1 on; and, for a modulus that nothing states, unused tokens after it."""
    fields = tokens.fields
    layout = ModularAddition(**fields)
    special = layout.equals + layout.operator
    if not isinstance(model, Transformer) or not special:
        return
    rows, outputs = len(model.embed.W_E), model.unembed.W_U.shape[1]
    numbers = range(special, layout.equals_token + layout.equals)
    in_front = with_rows(model, [*numbers, *range(special)])
    said = "numbers from 1 on" if special == 1 else f"numbers from {special} on"
    yield Vocabulary(in_front, fields, {"numbers of the tokens": said})
    if outputs >= layout.p + special:
        columns = [*range(special, layout.p + special), *range(special)]
        yield Vocabulary(with_columns(in_front, columns), fields, {"numbers of the tokens": f"{said}, answers too"})
    if tokens.p_known:
        return
    for m in range(layout.p - 1, max(layout.p - 1 - MOST_EXTRA, 2), -1):
        if rows >= m + special:
            yield Vocabulary(model, with_modulus(fields, m, min(outputs, layout.d_vocab_out)), {"p": m})


def is_tied(model: Model) -> bool:
    """Whether the rows of the embedding are the answers too, so that they cannot be put in another order."""
    if isinstance(model, EmbeddingMLP):
        return model.unembed is None
    return isinstance(model, Transformer) and model.config.tied


def with_rows(model: Model, first: Sequence[int]) -> Model:
    """The model with these rows of its embedding first, and then the others; a model without an embedding as it is."""
    if not isinstance(model, Transformer | EmbeddingMLP):
        return model
    made = copy.deepcopy(model)
    order = [*first, *sorted(set(range(len(made.embed.W_E))) - set(first))]
    made.embed.W_E = nn.Parameter(made.embed.W_E.detach()[order])
    return made


def with_columns(model: Model, first: Sequence[int]) -> Model:
    """The transformer with these outputs first, and then the others."""
    made = copy.deepcopy(model)
    assert isinstance(made, Transformer)
    order = [*first, *sorted(set(range(made.unembed.W_U.shape[1])) - set(first))]
    made.unembed.W_U = nn.Parameter(made.unembed.W_U.detach()[:, order])
    if made.unembed.b_U is not None:
        made.unembed.b_U = nn.Parameter(made.unembed.b_U.detach()[order])
    return made
