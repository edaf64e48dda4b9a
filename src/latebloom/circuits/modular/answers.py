"""Which operation a model computes, read off its answers to all pairs before anything is explained."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from pydantic import ValidationError
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.circuits.family import Reading, Tokens
from latebloom.circuits.modular.pair_forward import has_pair_tables, pair_forward
from latebloom.circuits.modular.plain_forward import check_finite, plain_forward
from latebloom.circuits.modular.vocabularies import Vocabulary, is_tied, smaller_moduli, with_special_tokens_elsewhere
from latebloom.measures import Answers
from latebloom.models import Model
from latebloom.tasks import TASKS, AnswerTable, GroupComposition, ModularAddition, ModularTask
from latebloom.tasks.groups import (
    Disguise,
    cyclic_order,
    group_name,
    read_disguise,
    read_disguise_without_zero,
    read_group,
)

DOES_TASK = 0.5
"""A model counts as doing the task from this accuracy over all pairs on (design.md)."""

SEARCHED = 0.9
"""The same where the modulus or the numbers of the tokens were searched for, since a search finds more by chance."""

SAMPLES = 200
"""Pairs on which a modulus is tried before it is tried on all."""

MARGIN = 0.1
"""How far below `SEARCHED` the sample may lie: more than four standard deviations of a share of so many pairs."""

SMALLEST_SEARCHED = 7
"""The least modulus that is searched for; the tables of smaller ones agree with too much."""

Agreement = Mapping[ModularTask, float]
"""The share of its defined pairs that a model answers as the operation does."""

AnswersTo = Callable[[Int[np.ndarray, " pair"], Int[np.ndarray, " pair"]], Int[np.ndarray, " pair"]]
"""A model's answers to some pairs."""


def read_operation(model: Model, tokens: Tokens, name: str | None = None) -> Reading | None:
    """The operation of a model, by its name where that is known.

    A registered operation is taken if the model agrees with it on at least half of its defined pairs, and on more of
    them than any constant answer; the best one counts, and the first of several. Where it is not right throughout and
    the answers are a group's table up to errors, the group is taken if it agrees with a larger share of the pairs.
    Without either, other numbers of the tokens and smaller moduli are tried, where nothing states them. If all that
    fails, the task of the result is addition, as the layout of the tokens alone, and its answers give the reason.
    None where the named task is not modular. Errors: UsageError where the answers are not finite numbers, and where
    the answers of a model that is said to do a group's task are no group's.
    """
    if name is None:
        return _by_answers(model, tokens)
    kind = TASKS[name]
    if not issubclass(kind, ModularTask):
        return None
    if not issubclass(kind, AnswerTable):
        return Reading(model, kind(**tokens.fields))
    table = answers_of(outputs(model, tokens.fields))
    found = _as_group(model, tokens.fields, table, Answers(), 0.0)
    if found is None:
        raise UsageError(f"--task {name}: the model's answers are no group's table; leave --task out")
    return found


def _by_answers(model: Model, tokens: Tokens) -> Reading:
    logits = outputs(model, tokens.fields)
    table = answers_of(logits)
    agreement = agreements(table, tokens.fields)
    best = chosen(agreement, DOES_TASK)
    compared = Answers({task.name: share for task, share in agreement.items()})
    share = 0.0 if best is None else agreement[best]
    # Half of a group's table can be that of an operation: C_2×C_4, numbered 4a + b, is x + y mod 8 on 5/8 of the pairs.
    group = None if share == 1 else _as_group(model, tokens.fields, table, compared, share)
    return (
        group
        or (None if best is None else Reading(model, best, compared))
        or _in_other_tokens(model, tokens, table, logits.shape[-1])
        or _unknown(model, tokens.fields, table, compared)
    )


@torch.no_grad()
def outputs(model: Model, fields: Mapping[str, Any]) -> Float[Tensor, "p p d_vocab_out"]:
    """The logits of all p² pairs. Errors: UsageError where they are not finite numbers."""
    layout = ModularAddition(**fields)
    run = pair_forward(model, layout) if has_pair_tables(model, layout) else plain_forward(model, layout)
    check_finite(run.outputs)
    # A single output beyond the task's is that of `=`, which is no answer.
    return run.outputs[..., : layout.d_vocab_out]


def answers_of(logits: Float[Tensor, "x x z"]) -> Int[np.ndarray, "x x"]:
    """The number of the largest logit, for every pair."""
    return logits.argmax(-1).numpy()


def operations(fields: Mapping[str, Any]) -> Iterator[ModularTask]:
    """Every registered operation with these fields, those of other packages included; without tables that a model is
    not known to have, and those that do not exist for this p."""
    for kind in TASKS.values():
        if issubclass(kind, ModularTask) and not issubclass(kind, AnswerTable):
            try:
                yield kind(**fields)
            except ValidationError:
                continue


def agreements(answers: Int[np.ndarray, "p p"], fields: Mapping[str, Any]) -> dict[ModularTask, float]:
    """The agreement with every registered operation."""
    return {task: agreement(answers, task) for task in operations(fields)}


def agreement(answers: Int[np.ndarray, "p p"], task: ModularTask) -> float:
    """The share of the defined pairs that are answered as the operation does."""
    x, y = task.pairs()
    return float((answers[x, y] == task.answer(x, y)).mean())


def chosen(agreement: Agreement, least: float) -> ModularTask | None:
    """The operation with the largest share, if that is enough and more than a constant answer has."""
    best = max(agreement, key=lambda task: agreement[task])
    return best if agreement[best] >= max(least, np.nextafter(_constant(best), 1)) else None


def _constant(task: ModularTask) -> float:
    """The share of the pairs whose answer is the commonest one."""
    counts = np.bincount(task.answer(*task.pairs()))
    return float(counts.max() / counts.sum())


def _in_other_tokens(model: Model, tokens: Tokens, table: Int[np.ndarray, "p p"], d_vocab_out: int) -> Reading | None:
    """The operation of a model whose tokens have other numbers than supposed, or that has another modulus."""
    if is_tied(model):
        return None
    for vocabulary in with_special_tokens_elsewhere(model, tokens):
        if _may_agree(partial(_some_answers, vocabulary), vocabulary.fields):
            found = _in(vocabulary, answers_of(outputs(vocabulary.model, vocabulary.fields)))
            if found is not None:
                return found
    if tokens.p_known:
        return None
    for fields in smaller_moduli(tokens.fields, d_vocab_out, SMALLEST_SEARCHED):
        if _may_agree(lambda x, y: table[x, y], fields):
            m = fields["p"]
            found = _in(Vocabulary.of_smaller(model, tokens.fields, fields), table[:m, :m])
            if found is not None:
                return found
    return None


def _may_agree(answers_to: AnswersTo, fields: Mapping[str, Any]) -> bool:
    """Whether any operation agrees on a sample of pairs nearly as often as it would have to."""
    x, y = np.random.default_rng(0).integers(fields["p"], size=(2, SAMPLES))
    answers = answers_to(x, y)
    for task in operations(fields):
        defined = task.defined(x, y)
        if (answers == task.answer(x, y))[defined].mean() > SEARCHED - MARGIN:
            return True
    return False


@torch.no_grad()
def _some_answers(
    vocabulary: Vocabulary, x: Int[np.ndarray, " pair"], y: Int[np.ndarray, " pair"]
) -> Int[np.ndarray, " pair"]:
    layout = ModularAddition(**vocabulary.fields)
    logits = vocabulary.model(torch.from_numpy(layout.tokens(x, y)), layout.loss_positions)
    return logits[:, 0, : layout.d_vocab_out].argmax(-1).numpy()


def _in(vocabulary: Vocabulary, answers: Int[np.ndarray, "m m"]) -> Reading | None:
    shares = agreements(answers, vocabulary.fields)
    best = chosen(shares, SEARCHED)
    if best is None:
        return None
    compared = Answers({task.name: share for task, share in shares.items()})
    return Reading(vocabulary.model, best, compared, vocabulary.assumed)


def _as_group(
    model: Model, fields: Mapping[str, Any], answers: Int[np.ndarray, "p p"], compared: Answers, above: float
) -> Reading | None:
    """The reading as composition in a group, where more than that share of the answers are a group's table."""
    group = read_group(answers)
    if group is None:
        return None
    task = GroupComposition(**fields, entries=group.table)
    share = agreement(answers, task)
    shares = {**compared.agreement, task.name: share}
    return Reading(model, task, Answers(shares)) if share > above else None


def _unknown(model: Model, fields: Mapping[str, Any], answers: Int[np.ndarray, "p p"], compared: Answers) -> Reading:
    """The reading of a model that does nothing known, with the order in which it is a group where there is one."""
    names = ", ".join(compared.agreement)
    none = f"does none of these on more than {compared.best:.2%} of the pairs: {names}"
    layout = ModularAddition(**fields)
    found = read_disguise(answers) or read_disguise_without_zero(answers)
    if found is None:
        return Reading(model, layout, Answers(compared.agreement, f"{none}; and its answers are no group's table"))
    reason = f"{none}; but its answers are those of {_described(found)} with its elements in another order"
    if cyclic_order(found) is None:
        return Reading(model, layout, Answers(compared.agreement, reason))
    in_order = AnswerTable(**fields, entries=found.table)
    order = f"found from its answers, {found.agreement(answers):.2%} of which are as in {_described(found)}"
    return Reading(model, layout, Answers(compared.agreement, reason, in_order, order), {"order of the numbers": order})


def _described(found: Disguise) -> str:
    n = found.group.order
    name = group_name(found.group)
    kind = f"the cyclic group of order {n}" if found.group.cycle is not None else name or f"a group of order {n}"
    return kind if len(found.of_x) == n else f"{kind} and one number that is not in it,"
