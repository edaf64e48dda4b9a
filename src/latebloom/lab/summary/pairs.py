"""What only a run of a modular task has: waves in its weights."""

import dataclasses
from typing import Any

from latebloom.circuits.modular.ablations import ablate
from latebloom.circuits.modular.explanation import Explanation, explain_grid
from latebloom.circuits.modular.heads import attention_heads
from latebloom.figures import FigureSource
from latebloom.figures.theme import key_colours
from latebloom.lab.comparison import compare

DRAWS = 5
"""Random controls beside each ablation."""


def of_pairs(source: FigureSource) -> dict[str, Any]:
    """explanation, colours (of the key frequencies), comparison (ours beside the write-up's), heads, ablations."""
    explanation = _explain(source)
    heads = attention_heads(source.grid)
    model = source.run.checkpoint(source.step).model
    return {
        "explanation": explanation.model_dump(),
        "colours": key_colours(source.keys),
        "comparison": compare(source, explanation, heads),
        "heads": None if heads is None else [dataclasses.asdict(head) for head in heads],
        "ablations": [row.model_dump() for row in ablate(model, source.task, source.keys, draws=DRAWS)],
    }


def _explain(source: FigureSource) -> Explanation:
    weights = source.run.directory.read_checkpoint(source.step).values()
    squares = sum(float((weight.astype("float64") ** 2).sum()) for weight in weights)
    return explain_grid(source.grid, source.run.train_mask, source.keys, squares)
