"""The two edges of grokking over the size of the train set: where memorisation ends, and where delay ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from latebloom._config import Config
from latebloom.phases.outcome import OutcomeName

EdgeName = Literal["generalises", "at once"]
EDGES: tuple[EdgeName, ...] = get_args(EdgeName)
"""The statement that becomes true at each edge: the recipe generalises (the crossover), or generalises at once."""

_YES: Mapping[EdgeName, tuple[OutcomeName, ...]] = {
    "generalises": ("grokked", "generalised at once"),
    "at once": ("generalised at once",),
}
_NO: Mapping[EdgeName, tuple[OutcomeName, ...]] = {
    "generalises": ("memorised", "partly generalised"),
    "at once": ("memorised", "partly generalised", "grokked"),
}

Outcomes = Mapping[float | int, Sequence[OutcomeName | None]]
"""The outcomes of the repeats by size; None: undecided."""

EdgeStanding = Literal["found", "always", "never", "open"]


class Edge(Config):
    """The edge lies between ``low``, the last size at which ``name`` is false, and ``high``, the first at which it is
    true.

    standing: found; always or never (there is no edge, because ``name`` is true, or false, at every size with a
    majority except those in ``against``); or open (the edge may lie among sizes without a majority at an end of the
    range). low, high: None where there is no such size. unanswered: sizes without a majority, inside the bracket or,
    where it is open, beyond it. against: sizes whose majority contradicts their side of the edge. reason: why there is
    no bracket; None where ``standing`` is found.
    """

    name: EdgeName
    standing: EdgeStanding
    low: float | None
    high: float | None
    unanswered: tuple[float, ...]
    against: tuple[float, ...]
    reason: str | None = None


def majority(name: EdgeName, outcomes: Sequence[OutcomeName | None]) -> bool | None:
    """The answer of more than half of the repeats to "is ``name`` true?"; None where there is none."""
    for answer, names in ((True, _YES[name]), (False, _NO[name])):
        if 2 * sum(outcome in names for outcome in outcomes) > len(outcomes):
            return answer
    return None


def find_edge(name: EdgeName, outcomes: Outcomes) -> Edge:
    """The edge that the fewest majorities contradict; among equals, one inside the range, then the lowest.

    Limits: assumes that more data help; `Edge.against` lists the sizes where they did not. The majority of a few
    repeats may be wrong, so near the true edge the bracket varies between sets of repeats.
    """
    answers = {float(size): majority(name, outcomes[size]) for size in sorted(outcomes)}
    decided = [size for size, answer in answers.items() if answer is not None]
    cut = min(range(len(decided) + 1), key=lambda i: (len(_against(i, decided, answers)), i in (0, len(decided)), i))
    low, high = (decided[cut - 1] if cut else None), (decided[cut] if cut < len(decided) else None)
    inside = (0 if low is None else low, float("inf") if high is None else high)
    unanswered = tuple(size for size, answer in answers.items() if answer is None and inside[0] < size < inside[1])
    against = _against(cut, decided, answers)
    standing, reason = _standing(name, low, high, unanswered, "most sizes" if against else "every size")
    return Edge(
        name=name,
        standing=standing,
        low=low,
        high=high,
        unanswered=unanswered,
        against=against,
        reason=reason,
    )


def _against(cut: int, decided: Sequence[float], answers: Mapping[float, bool | None]) -> tuple[float, ...]:
    """Sizes below the cut with the answer yes, and above it with the answer no."""
    return tuple(size for i, size in enumerate(decided) if answers[size] is (i < cut))


def _standing(
    name: EdgeName, low: float | None, high: float | None, unanswered: Sequence[float], which: str
) -> tuple[EdgeStanding, str | None]:
    if low is not None and high is not None:
        return "found", None
    if unanswered or (low is None and high is None):
        return "open", f"no majority at {', '.join(f'{size:g}' for size in unanswered) or 'any size'}"
    if low is None:
        return "always", f"{_TRUE[name]} at {which} tried, down to {high:g}"
    return "never", f"{_FALSE[name]} at {which} tried, up to {low:g}"


_TRUE: Mapping[EdgeName, str] = {"generalises": "generalises", "at once": "generalises at once"}
_FALSE: Mapping[EdgeName, str] = {"generalises": "does not generalise", "at once": "does not generalise at once"}
