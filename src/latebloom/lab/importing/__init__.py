"""Make a run of a training that happened elsewhere: its checkpoints, its curves, and what is known about it."""

from latebloom.lab.importing.import_run import Importing, import_run

__all__ = ["Importing", "import_run"]
