"""The search as a pure function from the outcomes of the sizes tried so far to the sizes to try next."""

from itertools import pairwise
from math import ceil, log2, sqrt

from pydantic import Field, model_validator

from latebloom._config import Config
from latebloom.statistics.crossover import EDGES, Edge, Outcomes, find_edge


class Range(Config):
    """Sizes from ``low`` to ``high``.

    whole: counts of examples, bisected on a log scale, ``tolerance`` in doublings (log2 steps); else shares of all
    examples (0 … 1), bisected on a linear scale, ``tolerance`` a share. A bracket within the tolerance is not bisected.
    """

    low: float = Field(gt=0)
    high: float = Field(gt=0)
    tolerance: float = Field(gt=0)
    whole: bool

    @model_validator(mode="after")
    def _in_order(self) -> "Range":
        if not self.low < self.high:
            raise ValueError(f"expected low below high, got {self.low:g} and {self.high:g}")
        return self

    def distance(self, low: float, high: float) -> float:
        """The distance between two sizes in units of ``tolerance``."""
        return (log2(high / low) if self.whole else high - low) / self.tolerance

    def middle(self, low: float, high: float) -> float | None:
        """The size midway between two; None if they are within the tolerance or no size lies between them."""
        # Whole sizes are rounded, so each end of the gap may differ from an exact middle by half an example.
        slack = 0.5 if self.whole else 1e-9
        if self.distance(low + slack, high - slack) <= 1:
            return None
        # Shares are rounded for readability; a millionth of the examples is less than one example in every task.
        size = float(round(sqrt(low * high))) if self.whole else round((low + high) / 2, 6)
        return size if low < size < high else None


def next_sizes(tried: Outcomes, within: Range) -> tuple[float, ...]:
    """The sizes to try next, ascending; none once each edge is located to the tolerance or known not to exist.

    First both ends, then the middle of the bracket of each edge. If sizes inside a bracket have no majority, the
    widest gap between them comes first. tried: outcomes of the repeats by size; sizes outside the range do not count.
    """
    inside = {size: outcomes for size, outcomes in tried.items() if within.low <= size <= within.high}
    ends = tuple(size for size in (within.low, within.high) if size not in inside)
    if ends:
        return ends
    middles = {_middle(find_edge(name, inside), within) for name in EDGES}
    return tuple(sorted(size for size in middles if size is not None))


def _middle(edge: Edge, within: Range) -> float | None:
    """The middle of the widest gap in which the edge may lie."""
    if edge.standing in ("always", "never"):
        return None
    low = within.low if edge.low is None else edge.low
    high = within.high if edge.high is None else edge.high
    places = sorted({low, *edge.unanswered, high})
    gaps = [gap for gap in pairwise(places) if within.middle(*gap) is not None]
    return within.middle(*max(gaps, key=lambda gap: within.distance(*gap))) if gaps else None


def sizes_at_most(within: Range) -> int:
    """The number of sizes if every size has a majority: both ends, and one per halving for each edge."""
    return 2 + 2 * max(0, ceil(log2(within.distance(within.low, within.high))))
