"""One model with what is known about it, from which measures, explanations and figures are computed."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from jaxtyping import Float, Int
from numpy import ndarray

from latebloom._errors import UsageError
from latebloom.measures.absent import AbsentSets
from latebloom.measures.answers import Answers
from latebloom.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor

    from latebloom.models import Examples, Model


T = TypeVar("T")
K = TypeVar("K", bound=Task)

Basis = Mapping[str, Any]
"""What a family fixes from one model and applies to others, such as key frequencies; plain JSON."""


def plain_forward(snapshot: Snapshot, examples: Examples) -> Float[Tensor, "batch loss_pos d_vocab_out"]:
    """The model's logits on some examples."""
    return snapshot.model(examples.tokens, snapshot.task.loss_positions)


def no_basis(snapshot: Snapshot) -> Basis:
    """The basis of a family that fixes nothing."""
    return {}


def fixed_basis(basis: Basis) -> Callable[[Snapshot], Basis]:
    """A ``basis_of`` that returns this basis for every snapshot."""
    return lambda snapshot: basis


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A model at one moment, in the precision of its weights.

    sets: fixed sets of examples by name (``train``, ``test``); none for a stream or a file of weights.
    train_rows: which rows of ``task.universe()`` were trained on; None where that is unknown or not defined.
    basis_of: gives the snapshot's `basis` when it is first needed.
    forward: computes logits on examples; a family may look them up instead of running the model again.
    stored_squares: sum of squared weights as stored, where a file holds more than the model.
    assumed: values missing from a file of weights that were assumed, by name; empty for runs.
    answers: what the model's answers were compared with to find its task; None where the task is known. Where no task
    was found, ``task`` says no more than how the tokens are laid out.
    """

    model: Model
    task: Task
    sets: Mapping[str, Examples] = field(default_factory=dict)
    train_rows: Int[ndarray, " row"] | None = None
    basis_of: Callable[[Snapshot], Basis] = no_basis
    forward: Callable[[Snapshot, Examples], Float[Tensor, "batch loss_pos d_vocab_out"]] = plain_forward
    stored_squares: float | None = None
    assumed: Mapping[str, Any] = field(default_factory=dict)
    answers: Answers | None = None
    _cache: dict[Any, Any] = field(default_factory=dict, repr=False)

    def get(self, function: Callable[[Snapshot], T]) -> T:
        """``function(snapshot)``, computed once. Functions are compared by identity, so pass named functions, not
        lambdas."""
        if function not in self._cache:
            self._cache[function] = function(self)
        return self._cache[function]

    def task_as(self, kind: type[K]) -> K:
        """The task, if it is of that class. Errors: UsageError for a task of another class, and if none was found."""
        if self.lacks_task:
            raise UsageError(f"the model {self.lacks_task}; to assume a task nevertheless, give --task")
        if not isinstance(self.task, kind):
            expected = kind.model_fields["name"].default
            name = expected if isinstance(expected, str) else kind.__name__
            raise UsageError(f"got a model of {self.task.name}, expected one of {name}")
        return self.task

    @property
    def lacks_task(self) -> str:
        """Why the model has no known task; empty where it has one."""
        return "" if self.answers is None else self.answers.reason

    def logits(self, examples: Examples) -> Float[Tensor, "batch loss_pos d_vocab_out"]:
        """The model's logits on some examples."""
        return self.forward(self, examples)

    @property
    def exact(self) -> Snapshot:
        """The same model in float64; copied once."""
        return self.get(_in_float64)

    @property
    def lacks_train_set(self) -> bool:
        """Whether its run had a train set of which the examples are not known; then nothing over it is defined."""
        return isinstance(self.sets, AbsentSets)

    @property
    def sum_squared_weights(self) -> float:
        """Sum of squares over all trained tensors as stored."""
        from latebloom.models import sum_squared_weights as sum_of_squares

        return sum_of_squares(self.model.parameters()) if self.stored_squares is None else self.stored_squares

    @property
    def basis(self) -> Basis:
        """What the task's family fixes from the final model of a run and applies to every checkpoint.

        For a modular task: the rule and the key frequencies.
        """
        return self.get(self.basis_of)


def _in_float64(snapshot: Snapshot) -> Snapshot:
    exact = copy.deepcopy(snapshot.model).double()
    return replace(
        snapshot,
        model=exact,
        basis_of=lambda _: snapshot.basis,
        stored_squares=snapshot.sum_squared_weights,
        _cache={},
    )
