"""Ground truth: tokens, labels, components, splits and infinite streams. One file per task; no weights, no torch."""

from typing import Annotated

from pydantic import Field

from latebloom.tasks.base import IGNORE, Batch, Task
from latebloom.tasks.cyclic import CyclicForm
from latebloom.tasks.digit_addition import DigitAddition
from latebloom.tasks.modular import ModularTask
from latebloom.tasks.operations import (
    ModularAddition,
    ModularCubic,
    ModularDivision,
    ModularMultiplication,
    ModularQuadratic,
    ModularSquareSum,
    ModularSubtraction,
    RandomTable,
)
from latebloom.tasks.repeated_subsequences import RepeatedSubsequences
from latebloom.tasks.shared_feature import SharedFeature
from latebloom.tasks.skip_trigrams import SkipTrigrams
from latebloom.tasks.split import Data, Split, held_out, split

TASKS: tuple[type[Task], ...] = (
    ModularAddition,
    ModularSubtraction,
    ModularMultiplication,
    ModularDivision,
    ModularQuadratic,
    ModularCubic,
    ModularSquareSum,
    RandomTable,
    DigitAddition,
    SkipTrigrams,
    RepeatedSubsequences,
    SharedFeature,
)
"""Every task, in the order in which `latebloom tasks` lists them."""

AnyTask = Annotated[
    ModularAddition
    | ModularSubtraction
    | ModularMultiplication
    | ModularDivision
    | ModularQuadratic
    | ModularCubic
    | ModularSquareSum
    | RandomTable
    | DigitAddition
    | SkipTrigrams
    | RepeatedSubsequences
    | SharedFeature,
    Field(discriminator="name"),
]

__all__ = [
    "IGNORE",
    "TASKS",
    "AnyTask",
    "Batch",
    "CyclicForm",
    "Data",
    "DigitAddition",
    "ModularAddition",
    "ModularCubic",
    "ModularDivision",
    "ModularMultiplication",
    "ModularQuadratic",
    "ModularSquareSum",
    "ModularSubtraction",
    "ModularTask",
    "RandomTable",
    "RepeatedSubsequences",
    "SharedFeature",
    "SkipTrigrams",
    "Split",
    "Task",
    "held_out",
    "split",
]
