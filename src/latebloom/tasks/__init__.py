"""Tasks: tokens, labels, components, splits and infinite streams, without weights and without torch.

Importing this package registers the built-in tasks in `TASKS`.
"""

from latebloom.tasks.base import IGNORE, TASKS, AnyTask, Batch, Task
from latebloom.tasks.cyclic import CyclicForm
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

from latebloom.tasks.digit_addition import DigitAddition  # isort: skip (the order of imports is that of `TASKS`)
from latebloom.tasks.skip_trigrams import SkipTrigrams  # isort: skip
from latebloom.tasks.repeated_subsequences import RepeatedSubsequences  # isort: skip
from latebloom.tasks.shared_feature import SharedFeature  # isort: skip
from latebloom.tasks.answer_table import AnswerTable, GroupComposition  # isort: skip
from latebloom.tasks.sparse_parity import SparseParity  # isort: skip
from latebloom.tasks.several_operations import SeveralOperations  # isort: skip
from latebloom.tasks.split import Data, Split, check_split, drawn, held_out, split

__all__ = [
    "IGNORE",
    "TASKS",
    "AnswerTable",
    "AnyTask",
    "Batch",
    "CyclicForm",
    "Data",
    "DigitAddition",
    "GroupComposition",
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
    "SeveralOperations",
    "SharedFeature",
    "SkipTrigrams",
    "SparseParity",
    "Split",
    "Task",
    "check_split",
    "drawn",
    "held_out",
    "split",
]
