"""Families of tasks: one object holds everything that latebloom knows about the models of some tasks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from pydantic import ValidationError

from latebloom._errors import UsageError
from latebloom._registry import Registry
from latebloom.circuits.words import FRESH, SEEN, Table, Words
from latebloom.measures import Answers, Basis, Snapshot, measures_of, plain_forward
from latebloom.tasks import Task

if TYPE_CHECKING:
    import torch

    from latebloom.models import Examples, Model, Transformer


@runtime_checkable
class Explained(Protocol):
    """What `latebloom explain` returns: a pydantic model that can also be printed."""

    def rows(self) -> list[tuple[str, str]]:
        """The explanation as (quantity, value) pairs, for people."""
        ...

    def model_dump(self, *, mode: str = ...) -> dict[str, Any]:
        """The explanation as plain JSON."""
        ...


@dataclass(frozen=True)
class Tokens:
    """The layout of a model's tokens. fields: of a modular task that fit the model. p_known: whether p is stated."""

    fields: Mapping[str, Any]
    p_known: bool = False


@dataclass(frozen=True)
class Reading:
    """A model with the task that its tokens and answers show.

    model: its rows in the order of the task's tokens. answers: what its answers were compared with; None where the
    task was known, or follows from the shapes alone. assumed: what was found out about the tokens, by name.
    """

    model: Model
    task: Task
    answers: Answers | None = None
    assumed: Mapping[str, Any] = field(default_factory=dict)


def nothing_to_choose(snapshot: Snapshot, rule: str | None) -> Basis:
    """The basis of a family that fixes nothing. Errors: UsageError if a rule is given."""
    if rule is not None:
        raise UsageError(f"--rule: got {rule}, but {snapshot.task.name} has no key frequencies to choose; leave it out")
    return {}


@dataclass(frozen=True)
class Family:
    """What is known about the models of some tasks. Measures and figures refer to it by name (`Measure.family`).

    name: in snake_case. tasks: classes whose instances belong to it, with their subclasses; a task belongs to the
    family of its nearest class. words, stream_words: text of the page of a run on a fixed train set, and on fresh
    batches.
    explain: what `latebloom explain` returns, given the basis of the snapshot; None if there is no circuit to look for.
    explain_unknown: the same where ``of_tokens`` found no task. basis: what is fixed from one model, by the rule of
    that name, and applied to others. is_basis: whether a stored basis is one that ``basis`` could have given for the
    task. forward: logits of examples; a family may look them up. guess: the task with a transformer's vocabularies and
    length; None if no task of the family has them. of_tokens: the task of a model by the layout of its tokens, and by
    its name if that is known, or else by its answers. shapes: those vocabularies and lengths in words. facts: of the
    task, for the head of the page. page: additional keys of the report's summary. tables: additional tables of the
    page. layout: the template of the page.
    """

    name: str
    tasks: tuple[type[Task], ...]
    words: Words = SEEN
    stream_words: Words = FRESH
    explain: Callable[[Snapshot], Explained] | None = None
    explain_unknown: Callable[[Snapshot], Explained] | None = None
    basis: Callable[[Snapshot, str | None], Basis] = nothing_to_choose
    is_basis: Callable[[Task, Basis], bool] = lambda task, basis: True
    forward: Callable[[Snapshot, Examples], torch.Tensor] = plain_forward
    guess: Callable[[Transformer], Task | None] = lambda model: None
    of_tokens: Callable[[Model, Tokens, str | None], Reading | None] = lambda model, tokens, name: None
    shapes: str = ""
    facts: Callable[[Task], dict[str, Any]] = lambda task: {}
    page: Callable[[Snapshot], dict[str, Any]] = lambda snapshot: {}
    tables: Callable[[Snapshot], Sequence[Table]] = lambda snapshot: ()
    layout: Literal["examples", "pairs"] = "examples"

    def words_for(self, task: Task, fresh: bool) -> Words:
        """The text of a page. If the family does not describe an example, the task's summary does."""
        words = self.stream_words if fresh else self.words
        return words if words.asks else replace(words, asks=f"The task: {task.summary}.")

    @property
    def has_basis(self) -> bool:
        """Whether the family fixes anything from a model."""
        return self.basis is not nothing_to_choose

    def own_basis(self, rule: str | None = None) -> Callable[[Snapshot], Basis]:
        """A ``basis_of`` for `Snapshot` that fixes the basis from the snapshot itself."""
        return lambda snapshot: self.basis(snapshot, rule)


def task_words(words: Words, asks: str, parts: str = "", weights: str = "") -> Words:
    """The words completed with the text about one task."""
    return replace(words, asks=asks, parts=parts, weights=weights)


FAMILIES: Registry[Family] = Registry("family")
"""Every family by name."""

_UNKNOWN = (
    "No family is registered for this task, so nothing was computed from the weights except their size. "
    "Register a Family to add an explanation, measures and figures."
)

GENERIC = Family(
    name="any",
    tasks=(Task,),
    words=replace(SEEN, weights=_UNKNOWN),
    stream_words=replace(FRESH, weights=_UNKNOWN),
)
"""The family of tasks without one of their own: losses, weights, and a page without claims about a circuit."""


def family_of(task: Task) -> Family:
    """The family that lists the task's class or its nearest base class; `GENERIC` if none does."""
    for kind in type(task).__mro__:
        for family in FAMILIES.values():
            if kind in family.tasks:
                return family
    return GENERIC


def explain(snapshot: Snapshot) -> Explained:
    """The explanation of a model by its task's family. Errors: UsageError if there is no circuit to look for."""
    family = family_of(snapshot.task)
    if snapshot.lacks_task and family.explain_unknown is not None:
        return family.explain_unknown(snapshot)
    if family.explain is None:
        raise UsageError(f"explain: got a model of task {snapshot.task.name}, which has no circuit to look for")
    return family.explain(snapshot)


def measure_snapshot(snapshot: Snapshot, asked: Collection[str] = ()) -> dict[str, float]:
    """All measures of one model, as one row; ``asked``: the costly ones that are wanted."""
    import torch

    row: dict[str, float] = {}
    with torch.no_grad():
        for measure in measures_of(family_of(snapshot.task).name, asked):
            row |= measure.compute(snapshot)
    return row


def read_task(model: Model, tokens: Tokens | None = None, name: str | None = None) -> Reading:
    """The task of a model, from the layout of its tokens and its answers, or else from its vocabularies and length.

    name: of the task, where it is known. Errors: UsageError if no family has one, or the named one does not fit.
    """
    from latebloom.models import Transformer

    for family in FAMILIES.values():
        try:
            found = family.of_tokens(model, tokens, name) if tokens is not None else None
        except ValidationError as error:
            fields = dict(tokens.fields) if tokens else {}
            raise UsageError(f"task: {error.errors()[0]['msg']}, in its tokens {fields}") from None
        if found is not None:
            return found
    if not isinstance(model, Transformer):
        raise UsageError(f"got a {type(model).__name__} whose shapes fit no modular task; say --p")
    for family in FAMILIES.values():
        task = family.guess(model)
        if task is not None and name in (None, task.name):
            return Reading(model, task)
    inputs, outputs = model.embed.W_E.shape[0], model.unembed.W_U.shape[1]
    expected = "; or ".join(family.shapes for family in FAMILIES.values() if family.shapes)
    raise UsageError(
        f"got a model with {inputs} input tokens, {outputs} outputs and {model.pos_embed.W_pos.shape[0]} positions; "
        f"expected one of {expected}"
    )


def fits_shapes(task: Task, model: Transformer) -> bool:
    """Whether a task has exactly the model's vocabularies and length."""
    shapes = (model.embed.W_E.shape[0], model.unembed.W_U.shape[1], model.pos_embed.W_pos.shape[0])
    return (task.d_vocab, task.d_vocab_out, task.n_ctx) == shapes
