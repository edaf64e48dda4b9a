"""Words and numbers that several captions need."""

import re
from collections.abc import Sequence

_THIN_SPACE = re.compile(r"(?<=\d)\u202f(?=\d{3})")
_LONG_STEP = re.compile(r"(?<=\bstep )\d{4,}")


def series(items: Sequence[str]) -> str:
    """Items as one phrase: ``a``, ``a and b``, ``a, b and c``."""
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


def with_commas(sentence: str) -> str:
    """The sentence with its thousands as everywhere on the page: ``step 12,500``."""
    return _LONG_STEP.sub(lambda step: f"{int(step[0]):,}", _THIN_SPACE.sub(",", sentence))
