"""Numbers with their intervals, as the tables and findings of studies show them."""

from __future__ import annotations

from latebloom.claims.claim import Statistic
from latebloom.claims.quantity import FEWEST_RUNS
from latebloom.statistics import Estimate

BOOTSTRAPPED = (
    " The interval of a difference of two shares was a bootstrap's when the rules were frozen; no verdict hangs on it."
)
"""A caveat of studies that were judged before `share_difference`."""


def shown(estimate: Estimate, form: str = "{:.0%}") -> str:
    """An estimate with its interval, which a few runs do not have; a dash where it is undefined, "…" for an open
    end."""
    if estimate.value is None:
        return "–"
    ends = ["…" if end is None else form.format(end) for end in (estimate.low, estimate.high)]
    known = ends != ["…", "…"] or estimate.n >= FEWEST_RUNS
    return form.format(estimate.value) + (f" ({ends[0]} to {ends[1]})" if known else "")


def found(one: Statistic, form: str = ".0%") -> str:
    """The same as a template of a claim's finding."""
    return f"{{{one.name}:{form}}} ({{{one.name}.low:{form}}} to {{{one.name}.high:{form}}})"
