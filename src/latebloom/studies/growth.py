"""How something grows with the amount of data, or with another setting, seed by seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from latebloom.claims import Record
from latebloom.claims.settings import grouped


def courses(
    records: Sequence[Record], of: Callable[[Record], float | None], points: int, field: str = "data.fraction"
) -> list[list[list[float]]]:
    """For each seed with that many values of a field: these values, ascending, and what ``of`` gives there. A seed with
    an undefined one is left out."""
    found = []
    for runs in grouped(records, "model.seed").values():
        known = {float(run.setting(field)): value for run in runs if (value := of(run)) is not None}
        if len(known) == points:
            found.append([sorted(known), [known[at] for at in sorted(known)]])
    return found


def exponents(
    records: Sequence[Record], of: Callable[[Record], float | None], points: int, field: str = "data.fraction"
) -> list[float]:
    """The exponent a of value ~ field^a of each such seed, by least squares on the logarithms."""
    logarithms = [np.log(np.array(course)) for course in courses(records, of, points, field)]
    return [float(np.polyfit(settings, values, 1)[0]) for settings, values in logarithms]
