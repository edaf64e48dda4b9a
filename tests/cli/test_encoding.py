"""Standard output in encodings that lack characters."""

from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper

import pytest

from latebloom.cli import main
from latebloom.cli.output import print_json


def written(encoding: str, work: Callable[[], object]) -> bytes:
    """What is written to standard output and standard error in that encoding."""
    both = BytesIO()
    stream = TextIOWrapper(both, encoding=encoding, write_through=True)
    with redirect_stdout(stream), redirect_stderr(stream):
        work()
    return both.getvalue()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_it_lacks_is_replaced(encoding: str) -> None:
    assert b"10 ? 19 among 49" in written(encoding, lambda: main(["recipes"]))  # in UTF-8, an ellipsis


def test_messages_too() -> None:
    wrong = ["train", "small", "--optimiser.warmup", "1" + "0" * 39]
    assert written("ascii", lambda: main(wrong)).startswith(b"latebloom: --optimiser.warmup: got 1000")


def test_json_escapes_it_instead() -> None:
    assert written("ascii", lambda: print_json({"…": 1})) == b'{\n  "\\u2026": 1\n}\n'
    assert written("utf-8", lambda: print_json({"…": 1})).decode() == '{\n  "…": 1\n}\n'
