"""One view of a run, used by figures, claims, measures, tables and reports."""

from latebloom.analysis.analysis import Analysis, analyse
from latebloom.analysis.measured import Measured, read_measured
from latebloom.analysis.subject import snapshot_of

__all__ = ["Analysis", "Measured", "analyse", "read_measured", "snapshot_of"]
