"""What a mistyped word was probably meant to be."""

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str], likeness: float = 0.7) -> str:
    """A question to put behind an error message, as in ``; did you mean 'small'?``; empty where nothing is like the
    word. likeness: from 0 to 1, that of `difflib`."""
    from difflib import get_close_matches

    found = get_close_matches(word, list(known), n=1, cutoff=likeness)
    return f"; did you mean {found[0]!r}?" if found else ""
