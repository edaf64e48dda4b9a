"""What became of a run: comprehension, grokking, memorisation or confusion."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from jaxtyping import Float

Outcome = Literal["comprehension", "grokking", "memorisation", "confusion"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

ACCURACY = 0.9
"""Accuracy that counts as learned: Liu et al. 2022, table 1."""

DELAY = 1000.0
"""Steps between train and test from which on it is grokking: Liu et al. 2022, table 1. Arbitrary."""


def first_reached(
    step: Float[np.ndarray, " record"], accuracy: Float[np.ndarray, " record"], threshold: float = ACCURACY
) -> float | None:
    """The first recorded step with ``accuracy`` (0 … 1) at or above the threshold; None if there is none.

    A record without a value (NaN) does not count. Limits: known to the spacing of the records.
    """
    reached = np.flatnonzero(accuracy >= threshold)
    return float(step[reached[0]]) if reached.size else None


def outcome(
    train_reached: float | int | None,
    test_reached: float | int | None,
    done: float | int,
    budget: float | int,
    delay: float | int = DELAY,
) -> Outcome | None:
    """The four phases of learning, from the steps at which train and test accuracy were reached (None: never).

    comprehension: both, test less than ``delay`` steps after train; grokking: both, test later; memorisation: train
    alone within ``budget`` steps; confusion: not even train. None (undecided): the run ended at step ``done``, before
    the budget, without what would decide it, or reached test without train, which has no name. Source: Liu et al.,
    "Towards understanding grokking: an effective theory of representation learning", arXiv 2205.10343, table 1, with
    90 %, 1000 steps and a budget of 100 000. Limits: three thresholds cut what is continuous.
    """
    if train_reached is not None and test_reached is not None:
        return "comprehension" if test_reached - train_reached < delay else "grokking"
    if test_reached is not None or done < budget:
        return None
    return "confusion" if train_reached is None else "memorisation"
