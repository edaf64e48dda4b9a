"""How something grows with the amount of data, seed by seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from latebloom.claims import Record
from latebloom.claims.settings import grouped


def courses(records: Sequence[Record], of: Callable[[Record], float | None], points: int) -> list[list[list[float]]]:
    """For each seed with that many shares of the pairs: these shares, ascending, and what ``of`` gives there. A seed
    with an undefined value is left out."""
    found = []
    for runs in grouped(records, "model.seed").values():
        known = {run.setting("data.fraction"): value for run in runs if (value := of(run)) is not None}
        if len(known) == points:
            found.append([sorted(known), [known[share] for share in sorted(known)]])
    return found


def exponents(records: Sequence[Record], of: Callable[[Record], float | None], points: int) -> list[float]:
    """The exponent a of value ~ pairs^a of each such seed, by least squares on the logarithms."""
    logarithms = [np.log(np.array(course)) for course in courses(records, of, points)]
    return [float(np.polyfit(shares, values, 1)[0]) for shares, values in logarithms]
