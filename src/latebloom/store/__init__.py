"""Run directories: readable at any moment with public tools; one process writes at a time, and only whole files.

Independent of models and torch; `latebloom.runs` adds typed objects.
"""

from latebloom.store.atomic import atomic_write
from latebloom.store.directory import RunDirectory
from latebloom.store.disk import DiskFullError, check_output, made_folder, one_line
from latebloom.store.kept import kept, kept_for_user
from latebloom.store.listing import effective_status, find_runs, locate, not_found
from latebloom.store.lock import RunLock, folder_lock, is_locked
from latebloom.store.manifest import Imported, Manifest, StartedFrom, Status, identity
from latebloom.store.records import append_rows, join_on_step
from latebloom.store.tables import column, empty_table

__all__ = [
    "DiskFullError",
    "Imported",
    "Manifest",
    "RunDirectory",
    "RunLock",
    "StartedFrom",
    "Status",
    "append_rows",
    "atomic_write",
    "check_output",
    "column",
    "effective_status",
    "empty_table",
    "find_runs",
    "folder_lock",
    "identity",
    "is_locked",
    "join_on_step",
    "kept",
    "kept_for_user",
    "locate",
    "made_folder",
    "not_found",
    "one_line",
]
