"""The claims of studies: sentences about the runs of one study."""

from __future__ import annotations

from collections.abc import Sequence

from latebloom.claims.claim import Statistic, SweepClaim, compared
from latebloom.claims.region import Region

FUTURE = 'W, "Future Directions"'
"""Where the write-up asks its open questions."""

NOTICEABLE = 0.1
"""A share, or a difference of numbers from 0 to 1, that is worth a sentence. Arbitrary."""


def asked(
    study: str,
    id: str,
    sentence: str,
    region: Region,
    finding: str,
    more: Sequence[Statistic] = (),
    place: str = FUTURE,
    published: str = "asked",
) -> SweepClaim:
    """A claim of the study of that name. more: statistics of the finding that the region does not compare."""
    return SweepClaim(
        id=id,
        sentence=sentence,
        place=place,
        published=published,
        region=region,
        finding=finding,
        statistics=tuple(dict.fromkeys((*compared(region), *more))),
        system=f"study-{study}",
    )
