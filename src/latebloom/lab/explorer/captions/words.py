"""Words that several captions need."""

from collections.abc import Sequence


def series(items: Sequence[str]) -> str:
    """Items as one phrase: ``a``, ``a and b``, ``a, b and c``."""
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last
