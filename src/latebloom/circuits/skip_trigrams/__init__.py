"""The ten skip trigrams ``14 … END 14``, computed from a one-layer attention-only transformer's QK and OV circuits."""

from typing import TYPE_CHECKING

from latebloom._lazy import import_on_use
from latebloom.circuits.skip_trigrams.family import SKIP_TRIGRAMS
from latebloom.circuits.skip_trigrams.measures import trigram_columns

if TYPE_CHECKING:
    from latebloom.circuits.skip_trigrams.end_tables import EndTables, end_tables
    from latebloom.circuits.skip_trigrams.explanation import TrigramExplanation, explain_trigrams
    from latebloom.circuits.skip_trigrams.gradients import TrigramGradients, trigram_gradients
    from latebloom.circuits.skip_trigrams.restricted import other_trigrams, own_trigrams, restricted, without
    from latebloom.circuits.skip_trigrams.trigrams import Trigram, skip_trigrams, trigrams_found
    from latebloom.models import planted_trigrams

import_on_use(__name__)

__all__ = [
    "SKIP_TRIGRAMS",
    "EndTables",
    "Trigram",
    "TrigramExplanation",
    "TrigramGradients",
    "end_tables",
    "explain_trigrams",
    "other_trigrams",
    "own_trigrams",
    "planted_trigrams",
    "restricted",
    "skip_trigrams",
    "trigram_columns",
    "trigram_gradients",
    "trigrams_found",
    "without",
]
