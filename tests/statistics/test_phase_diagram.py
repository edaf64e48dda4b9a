"""Which outcomes are decided, and the cells of the diagram."""

import json

import pytest

from latebloom._errors import UsageError
from latebloom.statistics import decided, phase_diagram


@pytest.mark.parametrize("name", ["partly generalised", "memorised", "learned nothing"])
def test_an_outcome_that_more_training_may_change_is_undecided_before_the_budget(name):
    assert decided(name, 4999, 5000) is None
    assert decided(name, 5000, 5000) == name


def test_a_run_that_has_generalised_is_decided_at_any_step():
    assert decided("grokked", 3000, 5000) == "grokked"
    assert decided("generalised at once", 3000, 5000) == "generalised at once"
    assert decided(None, 5000, 5000) is None


def test_cells():
    x, y = [0.3, 0.3, 0.3, 10.0, 10.0, 2.0], ["b", "b", "b", "a", "a", "a"]
    result = phase_diagram(x, y, ["grokked", "grokked", None, "grokked", "learned nothing", None])
    assert result.x_levels == (0.3, 2.0, 10.0)
    assert result.y_levels == ("a", "b")
    clear, tie, unknown = result.cell(0.3, "b"), result.cell(10.0, "a"), result.cell(2.0, "a")
    assert (clear.majority, clear.n, clear.undecided, clear.shares["grokked"]) == ("grokked", 3, 1, 1.0)
    assert (tie.majority, tie.reason) == (None, "a tie of grokked and learned nothing")
    assert {name: share for name, share in tie.shares.items() if share} == {"grokked": 0.5, "learned nothing": 0.5}
    assert (unknown.majority, unknown.shares, unknown.undecided) == (None, {}, 1)
    assert result.cell(2.0, "b") is None
    assert len(json.loads(result.model_dump_json())["cells"]) == 3


def test_one_of_each_per_run():
    with pytest.raises(UsageError, match="got 1, 2 and 1 entries"):
        phase_diagram([1.0], [1.0, 2.0], [None])
