"""Which words a run's page is written in."""

from collections.abc import Mapping
from typing import Any

from latebloom.explorer.words.examples import EXAMPLES, STREAM
from latebloom.explorer.words.pairs import PAIR_STREAM, PAIRS
from latebloom.explorer.words.words import Words


def words_of(run: Mapping[str, Any]) -> Words:
    """The words for a summary's ``run``: of pairs for a modular task, else of examples; each seen again, or fresh."""
    if "train_pairs" in run:
        return PAIR_STREAM if run["train_pairs"] is None else PAIRS
    return STREAM if run["train_examples"] is None else EXAMPLES
