"""The command line: parse, call, print. One file per command, no logic."""

from latebloom.cli.main import main

__all__ = ["main"]
