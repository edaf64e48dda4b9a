import pytest
from pydantic import ValidationError

from latebloom.training import Schedule


def recorded(text: object, until: int) -> list[int]:
    """The steps one by one, which `Schedule.until` must give too."""
    schedule = Schedule.model_validate(text)
    steps = [step for step in range(until + 1) if step in schedule]
    assert schedule.until(until) == steps
    return steps


def test_every() -> None:
    assert recorded("100", 350) == [0, 100, 200, 300]
    assert recorded(50, 100) == [0, 50, 100]


def test_pieces() -> None:
    assert recorded("5 until 10, 20 until 40, 50", 120) == [0, 5, 10, 20, 40, 50, 100]
    assert recorded("7 until 10, 3 until 11, 100", 7) == [0, 7]


def test_listed_steps() -> None:
    assert recorded("[3, 1, 7, 3]", 10) == [1, 3, 7]
    assert recorded([2], 10) == [2]


@pytest.mark.parametrize("text", ["100", "5 until 10, 20 until 40, 50", "[1, 3, 7]"])
def test_its_text_reads_back(text: str) -> None:
    assert str(Schedule.model_validate(text)) == text
    assert Schedule.model_validate(str(Schedule.model_validate(text))) == Schedule.model_validate(text)


@pytest.mark.parametrize(
    "text", ["", "x", "0", "-5", "[-1]", "[]", "[1.5]", "10, 20", "20 until 40, 10 until 5, 1", "["]
)
def test_invalid_text_is_refused_with_help(text: str) -> None:
    with pytest.raises(ValidationError, match="every 100 steps"):
        Schedule.model_validate(text)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"pieces": []},
        {"pieces": [[0, None]]},
        {"pieces": [[5, None], [5, 10]]},
        {"pieces": [[5, None]], "steps": [1]},
        {"steps": [-1]},
        {"steps": [2, 1]},
    ],
)
def test_what_cannot_be_written_as_text_is_no_schedule(value: dict) -> None:
    with pytest.raises(ValidationError, match="every 100 steps"):
        Schedule.model_validate(value)
