"""How a CSV file separates its cells."""

from __future__ import annotations

from io import TextIOBase


def delimiter(file: TextIOBase) -> str:
    """What separates the cells: of comma, semicolon and tab the most frequent in the first line.

    file: at its start, where it is again afterwards.
    """
    header = file.readline()
    file.seek(0)
    return max(",;\t", key=header.count)
