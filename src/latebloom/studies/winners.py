"""Which frequencies win in a run, as its record has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import fmean

from latebloom.claims import Record
from latebloom.claims.embedding import key_frequencies
from latebloom.statistics import Estimate, share_difference


def winners(record: Record) -> set[int]:
    """The key frequencies; none where the run has none."""
    return set(map(int, record.value(key_frequencies.name) or ()))


def wins(k: int, record: Record) -> bool:
    """Whether a frequency is a key frequency."""
    return k in winners(record)


def favoured(seeds: Iterable[Mapping[int, Record]]) -> Estimate:
    """How much more often a frequency wins in the run of a seed that favours it than in those that favour another, in
    the mean over seeds, -1 to 1. seeds: of each, the runs by the frequency that they favour."""
    pairs = []
    for runs in seeds:
        own = fmean(wins(k, runs[k]) for k in runs)
        others = fmean(wins(k, runs[other]) for k in runs for other in runs if other != k)
        pairs.append((own, others))
    return share_difference(pairs)


def competitors(record: Record) -> range:
    """All frequencies of the operands."""
    return range(1, (record.setting("task.p") - 1) // 2 + 1)


def overlap(record: Record, other: Record) -> float:
    """Jaccard's index of the key frequencies of two runs; 0 where neither has any."""
    both = winners(record) | winners(other)
    return len(winners(record) & winners(other)) / len(both) if both else 0.0
