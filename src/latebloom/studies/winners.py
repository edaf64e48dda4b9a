"""Which frequencies win in a run, as its record has them."""

from __future__ import annotations

from latebloom.claims import Record
from latebloom.claims.embedding import key_frequencies


def winners(record: Record) -> set[int]:
    """The key frequencies; none where the run has none."""
    return set(map(int, record.value(key_frequencies.name) or ()))


def wins(k: int, record: Record) -> bool:
    """Whether a frequency is a key frequency."""
    return k in winners(record)


def competitors(record: Record) -> range:
    """All frequencies of the operands."""
    return range(1, (record.setting("task.p") - 1) // 2 + 1)


def overlap(record: Record, other: Record) -> float:
    """Jaccard's index of the key frequencies of two runs; 0 where neither has any."""
    both = winners(record) | winners(other)
    return len(winners(record) & winners(other)) / len(both) if both else 0.0
