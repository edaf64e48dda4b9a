"""What is told of the errors of others."""

import pytest

from latebloom._errors import UsageError, first_line


@pytest.mark.parametrize(
    ("message", "told"), [("a\nb", "a"), ("\n  a\nb", "a"), ("", "ValueError"), (" \n", "ValueError")]
)
def test_the_first_line_of_a_message_or_the_type_where_there_is_none(message: str, told: str) -> None:
    assert first_line(ValueError(message)) == told


@pytest.mark.parametrize(
    ("message", "shown"),
    [("12\u202f769 pairs", "12\u202f769 pairs"), ("a\nb\tc", "a b c"), ("\x1b[31m\udcff\x00é", "?[31m??é")],
)
def test_a_message_is_one_line_whatever_it_quotes(message: str, shown: str) -> None:
    assert str(UsageError(message)) == shown
