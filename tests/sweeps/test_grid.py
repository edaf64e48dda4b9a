"""Axes and seeds are parsed from text."""

import pytest

from latebloom._errors import UsageError
from latebloom.sweeps.grid import Axis, parse_axis, parse_seeds


def test_axes() -> None:
    assert parse_axis("optimiser.lr=1e-3, 3e-3") == Axis("optimiser.lr", ("1e-3", "3e-3"))
    assert parse_axis("--task.p=7,11,7") == Axis("task.p", ("7", "11"))
    assert parse_axis("optimiser.betas=0.9,0.98;0.9,0.999") == Axis("optimiser.betas", ("0.9,0.98", "0.9,0.999"))
    assert parse_axis("optimiser.betas=0.9,0.98;") == Axis("optimiser.betas", ("0.9,0.98",))


@pytest.mark.parametrize("text", ["", "task.p", "task.p=", "task.p=,", "p=7", "task.=7", ".p=7", "=7"])
def test_an_invalid_axis_is_a_one_line_error(text: str) -> None:
    with pytest.raises(UsageError, match=r"expected SECTION\.FIELD=a,b,c"):
        parse_axis(text)


def test_seeds() -> None:
    assert parse_seeds("0:4") == parse_seeds(":4") == (0, 1, 2, 3)
    assert parse_seeds("7") == (7,)
    assert parse_seeds("5, 0:2,1") == (5, 0, 1)


@pytest.mark.parametrize("text", ["", "x", "-1", "0:-4", "3:3", "1.5", "0:4:2", "0:", "0:9999999999", "²"])
def test_invalid_seeds_are_a_one_line_error(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--seeds: got "):
        parse_seeds(text)
