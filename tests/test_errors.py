"""What is told of the errors of others."""

import pytest

from latebloom._errors import first_line


@pytest.mark.parametrize(
    ("message", "told"), [("a\nb", "a"), ("\n  a\nb", "a"), ("", "ValueError"), (" \n", "ValueError")]
)
def test_the_first_line_of_a_message_or_the_type_where_there_is_none(message: str, told: str) -> None:
    assert first_line(ValueError(message)) == told
