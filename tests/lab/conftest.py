"""Sweeps that train in the process of the tests; tests/sweeps has the tests of those in worker processes."""

from collections.abc import Callable

import pytest

from latebloom.sweeps import train
from latebloom.sweeps.engine import SweepEngine


@pytest.fixture(autouse=True)
def no_workers(monkeypatch: pytest.MonkeyPatch, inline_engine: Callable[..., SweepEngine]) -> None:
    monkeypatch.setattr(train, "LocalEngine", inline_engine)
