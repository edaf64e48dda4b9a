"""Output in encodings that lack some characters, such as ASCII and Latin-1."""

import sys
from io import TextIOWrapper


def replace_unprintable() -> None:
    """From now on a character that standard output or standard error cannot encode is printed as a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a notebook or a test may have replaced it
            stream.reconfigure(errors="replace")


def encodes_everything() -> bool:
    """Whether standard output encodes every character."""
    return (sys.stdout.encoding or "utf-8").lower().replace("-", "").startswith("utf")
