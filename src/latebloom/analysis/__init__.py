"""One view of a run, used by figures, claims, measures, tables and reports."""

from typing import TYPE_CHECKING

from latebloom._lazy import import_on_use
from latebloom.analysis.analysis import Analysis, analyse
from latebloom.analysis.measured import Measured, read_measured

if TYPE_CHECKING:
    from latebloom.analysis.subject import snapshot_of

import_on_use(__name__)

__all__ = ["Analysis", "Measured", "analyse", "read_measured", "snapshot_of"]
