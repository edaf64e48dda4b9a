"""The command line, called as a user calls it."""

from pathlib import Path

import pytest

from latebloom.cli import main


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]):
    def run(*arguments: str | Path) -> tuple[int, str, str]:
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run
