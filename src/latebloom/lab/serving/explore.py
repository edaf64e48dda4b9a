"""Serve the runs of a directory to a browser on this machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from latebloom._errors import UsageError
from latebloom.explorer.serve import serve
from latebloom.lab.serving.process import Process

QUICK_SECONDS = 120.0
"""Longest time for a page from the store alone, or packed weights."""

SLOW_SECONDS = 1800.0
"""Longest time for verdicts: a run whose quantities are not stored is measured."""


def explore(root: str | Path = "runs", port: int | None = None, ready: Callable[[str], None] = print) -> None:
    """Serve the runs below ``root`` on the loopback address until Ctrl-C; ``ready`` gets the address.

    Nothing is written to the runs. port: None for the usual one or the next that is free, 0 for any free one. Errors:
    UsageError for a directory that is not there, a port in use, or a missing package.
    """
    folder = Path(root)
    if not folder.is_dir():
        raise UsageError(f"--runs: got {str(root)!r}, expected a directory of runs; train one with `latebloom train`")
    quick, slow = Process(QUICK_SECONDS), Process(SLOW_SECONDS)
    try:
        serve(folder.resolve(), quick, slow, port, ready)
    finally:
        quick.stop()
        slow.stop()
