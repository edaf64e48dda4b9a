"""Each of the four outcomes, those that nobody can tell, and the cells."""

import json

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom.statistics import first_reached, outcome, phase_diagram


@pytest.mark.parametrize(
    ("train", "test", "done", "expected"),
    [
        (200.0, 1199.0, 5000.0, "comprehension"),
        (200.0, 1200.0, 5000.0, "grokking"),
        (200.0, 150.0, 5000.0, "comprehension"),
        (200.0, None, 5000.0, "memorisation"),
        (None, None, 5000.0, "confusion"),
        (200.0, None, 4999.0, None),
        (None, None, 10.0, None),
        (200.0, 3000.0, 3000.0, "grokking"),
        (None, 3000.0, 5000.0, None),
    ],
)
def test_outcomes(train, test, done, expected):
    assert outcome(train, test, done, budget=5000) == expected


def test_another_delay():
    assert outcome(200.0, 1199.0, 5000.0, 5000.0, delay=900) == "grokking"


def test_first_reached():
    step, accuracy = np.array([0.0, 10, 20, 30]), np.array([0.1, np.nan, 0.9, 0.7])
    assert first_reached(step, accuracy) == 20
    assert first_reached(step, accuracy, 0.95) is None


def test_cells():
    x, y = [0.3, 0.3, 0.3, 10.0, 10.0, 2.0], ["b", "b", "b", "a", "a", "a"]
    found = phase_diagram(x, y, ["grokking", "grokking", None, "grokking", "confusion", None])
    assert found.x_levels == (0.3, 2.0, 10.0)
    assert found.y_levels == ("a", "b")
    clear, tie, unknown = found.cell(0.3, "b"), found.cell(10.0, "a"), found.cell(2.0, "a")
    assert (clear.majority, clear.n, clear.undecided, clear.shares["grokking"]) == ("grokking", 3, 1, 1.0)
    assert (tie.majority, tie.reason) == (None, "a tie of grokking and confusion")
    assert tie.shares == {"comprehension": 0, "grokking": 0.5, "memorisation": 0, "confusion": 0.5}
    assert (unknown.majority, unknown.shares, unknown.undecided) == (None, {}, 1)
    assert found.cell(2.0, "b") is None
    assert len(json.loads(found.model_dump_json())["cells"]) == 3


def test_one_of_each_per_run():
    with pytest.raises(UsageError, match="got 1, 2 and 1 entries"):
        phase_diagram([1.0], [1.0, 2.0], [None])
