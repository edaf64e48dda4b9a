"""How far a command is, and about how long the rest takes."""

import pytest

from latebloom.cli import progress
from latebloom.cli.progress import Progress


def test_progress_is_silent_at_first_and_then_says_how_long_the_rest_takes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    with Progress() as shown:
        report = shown.of("measuring")
        for now[0], done in ((0.0, 10), (1.0, 20), (4.0, 30), (5.0, 40), (90.0, 50)):
            report(done, 110)
    # 20 parts in 4 s, then 40 parts in 90 s; the 10 that were there before do not count.
    assert capsys.readouterr().err.splitlines() == [
        "latebloom: measuring: 30 of 110, about 16 s left",
        "latebloom: measuring: 50 of 110, about 2 min 15 s left",
    ]


def test_quiet_progress_says_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "monotonic", lambda: 1e6)
    with Progress(quiet=True) as shown:
        shown("measuring", 1, 2)
    assert capsys.readouterr().err == ""
