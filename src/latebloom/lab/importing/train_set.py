"""What is known about the examples that an imported model was trained on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from pydantic import ValidationError

from latebloom._errors import UsageError, setting_problem
from latebloom.analysis.weight_files import TrainingFile
from latebloom.lab.importing.known import share_of
from latebloom.lab.importing.timeline import Timeline
from latebloom.models import Examples, Model, evaluate
from latebloom.phases import Series
from latebloom.tasks import Data, Task
from latebloom.tasks.rows import text_of

APART = 10.0
"""A test loss this many times the train loss belongs to a fixed train set. Arbitrary: on fresh examples the two differ
by the noise of a batch."""

SAME = 2e-3
"""A train loss belongs to the listed rows if it differs from the one computed on them by no more than this share, or
lies between the losses one step before and after. Losses in float32 agree to 1e-6, weights in half precision give
1e-3."""

LEAST = 1e-3
"""Losses in nats below this are not compared, since they depend on the precision of log-softmax."""

MOST_COMPARED = 5
"""Checkpoints at which the listed rows are compared with the curve of the train loss."""


@dataclass
class TrainSet:
    """The data of an imported run. assumed, left_out: as in `Timeline`."""

    data: Data
    assumed: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def train_set_of(
    file: TrainingFile,
    task: Task,
    timeline: Timeline,
    read: Callable[[int], Model],
    settings: Mapping[str, Any],
) -> TrainSet:
    """The examples that the file lists, if they are those of its train loss; else what is known without them.

    read: the model at a place among the timeline's states. settings: ``data.FIELD`` of the command line, which comes
    before the file. Errors: UsageError for settings that do not fit.
    """
    said = {name.removeprefix("data."): value for name, value in settings.items() if name.startswith("data.")}
    found = TrainSet(Data())
    listed = _listed(file, task, found) if said.get("kind") in (None, "listed") else None
    if listed is not None and said.get("kind") is None:
        believed = not _contradicted(file, found) and _fits(listed, task, timeline, read, found)
        listed = listed if believed else None
    if listed is not None and said.keys() - {"kind"}:
        name = min(said.keys() - {"kind"})
        raise UsageError(f"--data.{name}: got {said[name]}, but the file lists its train set; leave it out")
    if listed is not None:
        found.data = listed
        found.assumed["rows"] = "x·p + y, or their order in the task's list of examples"
    elif said.get("kind") == "listed":
        reason = "; ".join(found.left_out.values()) or "the file lists no train_indices"
        raise UsageError(f"--data.kind: got listed, but {reason}")
    else:
        found.data = _validated(_unlisted(file, timeline) | said)
    return found


def _validated(fields: dict[str, Any]) -> Data:
    if fields.get("kind") == "finite" and not {"seed", "fraction"} <= fields.keys():
        raise UsageError("--data.kind: got finite, expected --data.seed and --data.fraction too, which make the split")
    for name in fields:
        if name not in Data.model_fields:
            raise UsageError(f"--data.{name}: no such setting, expected one of {', '.join(Data.model_fields)}")
    try:
        return Data.model_validate(fields)
    except ValidationError as error:
        raise UsageError(setting_problem(error, "data.", "--")) from None


def _unlisted(file: TrainingFile, timeline: Timeline) -> dict[str, Any]:
    """What is known of a train set that is not listed."""
    share, fixed = share_of(file.config), fixed_of(file, timeline)
    kind = {True: "unlisted", False: "stream", None: "unknown"}[fixed]
    return {"kind": kind, "fraction": share} if fixed and share is not None else {"kind": kind}


def fixed_of(file: TrainingFile, timeline: Timeline) -> bool | None:
    """Whether the train set was fixed; None where nothing says so.

    By what the file states; or else because it has a share or a list of train examples, or because its losses part.
    """
    stated = _stated(file)
    if stated is not None:
        return stated
    if share_of(file.config) is not None or file.train_indices is not None:
        return True
    return part(timeline.series) or None


def _stated(file: TrainingFile) -> bool | None:
    """Whether the file states that its train set is fixed; None where it states nothing."""
    stated = file.config.get("is_finite")
    return stated if isinstance(stated, bool) else None


def _contradicted(file: TrainingFile, found: TrainSet) -> bool:
    """Whether the file states that its train set is not fixed, although it lists one."""
    if _stated(file) is not False:
        return False
    found.left_out["train_indices"] = "the file states is_finite: False, so no list of examples is its train set"
    return True


def part(series: Mapping[str, Series]) -> bool:
    """Whether the test loss goes so far above the train loss that the train set must have been fixed."""
    train, test = series.get("train_loss"), series.get("test_loss")
    if train is None or test is None or not len(train) or not len(test):
        return False
    return bool((test.value > APART * np.interp(test.step, train.step, train.value)).any())


def _listed(file: TrainingFile, task: Task, found: TrainSet) -> Data | None:
    """The rows that the file lists; None where it lists none, or they are not those of the task."""
    if file.train_indices is None:
        return None
    universe = task.universe()
    problem = "the task's examples cannot be listed" if universe is None else _problem(file, len(universe))
    if problem or universe is None:
        found.left_out["train_indices"] = problem
        return None
    size, train = len(universe), sorted(set(file.train_indices))
    test = None if file.test_indices is None else sorted(set(file.test_indices))
    others = test is None or len(train) + len(test) == size
    return Data(
        kind="listed",
        fraction=len(train) / size,
        train_rows=text_of(train, size),
        test_rows=None if others or test is None else text_of(test, size),
    )


def _problem(file: TrainingFile, size: int) -> str:
    train, test = set(file.train_indices or ()), set(file.test_indices or ())
    if not train or max(train | test) >= size:
        return f"they go to {max(train | test, default=0)}, but the task has {size} examples"
    if train & test:
        return f"{len(train & test)} of them are test_indices too"
    return ""


def _fits(data: Data, task: Task, timeline: Timeline, read: Callable[[int], Model], found: TrainSet) -> bool:
    """Whether the train loss on the listed rows is that of the curve, wherever both can be compared.

    A file may store the weights before or after the update whose loss it logs under the same number.
    """
    from latebloom.tasks import split

    curve, examples = timeline.series.get("train_loss"), Examples.of(split(task, data).train, "cpu")
    if curve is None:
        return True
    for place in _places(timeline, curve):
        step = timeline.states[place][0]
        ours = _loss(read(place), task, examples)
        near = np.interp([step - 1, step, step + 1], curve.step, curve.value)
        if not near.min() * (1 - SAME) <= ours <= near.max() * (1 + SAME):
            found.left_out["train_indices"] = (
                f"the train loss on these rows is {ours:.4g} at step {step}, but the file's curve has {near[1]:.4g}: "
                "they are rows of another list, its loss is another one, or the model is not the one supposed"
            )
            return False
    return True


def _places(timeline: Timeline, curve: Series) -> Sequence[int]:
    """Some states at whose step the curve has a loss that can be compared."""
    losses = dict(zip(curve.step.tolist(), curve.value.tolist()))
    there = [i for i, (step, _) in enumerate(timeline.states) if losses.get(step, 0.0) > LEAST]
    chosen: Int[np.ndarray, " place"] = np.linspace(0, len(there) - 1, min(MOST_COMPARED, len(there))).round()
    return [there[int(i)] for i in chosen]


@torch.no_grad()
def _loss(model: Model, task: Task, examples: Examples) -> float:
    logits = model(examples.tokens, task.loss_positions)
    return evaluate(logits, task, examples, "train")["train_loss"]
