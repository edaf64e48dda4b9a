"""Layouts: how the code bases that people use name and shape the weights of a model.

A layout is a file in this folder and one registration. It is given the tensors of one state dict, without prefixes,
containers and buffers (`latebloom.analysis.weight_files` opens those), and returns a model of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import torch
from torch import Tensor

from latebloom._errors import UsageError
from latebloom._registry import Registry
from latebloom.models.base import Model

Shapes = Mapping[str, tuple[int, ...]]
"""The shape of every tensor of a state dict, by name."""


@dataclass(frozen=True)
class Hints:
    """What is known about a model besides its tensors.

    config: settings in the file or beside it, under the names of their code base; plain values. task, p: ``--task`` and
    ``--p``. model, task_fields: ``--model.FIELD`` and ``--task.FIELD``, by field of our own configuration. What the
    command line says takes precedence over ``config``.
    """

    config: Mapping[str, Any] = field(default_factory=dict)
    task: str | None = None
    p: int | None = None
    model: Mapping[str, Any] = field(default_factory=dict)
    task_fields: Mapping[str, Any] = field(default_factory=dict)

    def setting(self, *names: str) -> Any:
        """The first of these settings that the config holds; None where it holds none of them."""
        return next((self.config[name] for name in names if self.config.get(name) is not None), None)


@dataclass(frozen=True)
class Read:
    """A model read from a state dict, in the precision of its tensors.

    model: rows of the embedding are in the order of the modular tasks' tokens: the values of x, (those of y), (the
    operator), (``=``), further rows. task_fields: fields of a `ModularTask` that say so (``p``, ``equals``, …), so that
    ``ModularAddition(**task_fields)`` fits the model; empty where the shapes fit no modular task. assumed: what neither
    the tensors nor the hints say, by name. stored_squares: sum of the squared weights as stored, where the file holds
    more than the model.
    """

    model: Model
    task_fields: Mapping[str, Any] = field(default_factory=dict)
    assumed: Mapping[str, Any] = field(default_factory=dict)
    stored_squares: float | None = None


@dataclass(frozen=True)
class Layout:
    """One way to name and shape weights.

    name: of the layout, in words. example: the name of a tensor that only it has. matches: whether the names and shapes
    are of this layout, by the names that it cannot do without; at most one layout should match. read: the model;
    UsageError in one line where something in the tensors or the hints does not fit.
    """

    name: str
    example: str
    matches: Callable[[Shapes], bool]
    read: Callable[[Mapping[str, Tensor], Hints], Read]


LAYOUTS: Registry[Layout] = Registry("layout")
"""Every layout by name; the first that matches reads a state dict."""


def layout_of(shapes: Shapes) -> Layout:
    """The layout of a state dict. Errors: UsageError where none matches."""
    found = next((layout for layout in LAYOUTS.values() if layout.matches(shapes)), None)
    if found is not None:
        return found
    names = ", ".join(list(shapes)[:3]) or "nothing"
    known = "; ".join(f"{layout.example} ({layout.name})" for layout in LAYOUTS.values())
    raise UsageError(f"weights: got {names} …, which no known layout has; expected names such as {known}")


def read_state(tensors: Mapping[str, Tensor], hints: Hints | None = None) -> Read:
    """The model of a state dict, by its layout. Errors: UsageError in one line."""
    shapes = {name: tuple(value.shape) for name, value in tensors.items()}
    return layout_of(shapes).read(tensors, hints or Hints())


def in_their_precision(model: Model, state: Mapping[str, Tensor]) -> None:
    """Give the model these weights, in the precision that holds each of them exactly (files mix half and single).

    Errors: RuntimeError where a name or a shape does not fit.
    """
    model.to(reduce(torch.promote_types, {value.dtype for value in state.values()})).load_state_dict(dict(state))
