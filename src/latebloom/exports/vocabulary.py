"""The word of each token, for a tokenizer, and which token each answer class is."""

from typing import Any

from latebloom.models.layouts.vocabulary import FLAGS
from latebloom.tasks import (
    DigitAddition,
    ModularTask,
    RepeatedSubsequences,
    SeveralOperations,
    SharedFeature,
    SkipTrigrams,
    Task,
)


def words(task: Task) -> list[str]:
    """One different word per input token, in the order of the tokens' numbers."""
    numbers = [str(token) for token in range(task.d_vocab)]
    if isinstance(task, ModularTask):
        return _modular_words(task)
    if isinstance(task, DigitAddition):
        return [*numbers[:-2], "+", "="]
    if isinstance(task, SkipTrigrams):
        return [*numbers[:-2], "START", "END"]
    if isinstance(task, RepeatedSubsequences):
        return ["START", *numbers[1:]]
    if isinstance(task, SeveralOperations):
        return [*numbers[: task.p], *task.words]
    return numbers


def _modular_words(task: ModularTask) -> list[str]:
    names = [str(value) for value in range(task.p)]
    if getattr(task, "separate_operands", False):
        names += [f"y{value}" for value in range(task.p)]
    names += ["op"] if getattr(task, "operator", False) else []
    names += ["="] if getattr(task, "equals", True) else []
    return names + [f"unused{number}" for number in range(task.d_vocab - len(names))]


def token_settings(task: Task) -> dict[str, Any]:
    """Which tokens the input of a modular task has, by field; empty for other tasks."""
    return {name: getattr(task, name) for name in ("p", *FLAGS)} if isinstance(task, ModularTask) else {}


def answer_tokens(task: Task) -> list[int | None]:
    """The token of each output; None for an output that is no answer, and where answers are no tokens."""
    if isinstance(task, SharedFeature):
        return [None] * task.d_vocab_out  # the wrong and the right answer; tokens are examples
    if isinstance(task, SeveralOperations):
        return [output % task.p for output in range(task.d_vocab_out)]
    first = task.d_vocab - 2 - task.d_vocab_out if isinstance(task, SkipTrigrams) else 0
    answers = task.p if isinstance(task, ModularTask) else task.d_vocab_out
    return [first + output if output < answers else None for output in range(task.d_vocab_out)]
