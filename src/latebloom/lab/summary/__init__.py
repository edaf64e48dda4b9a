"""Everything the report says of a run, as plain data: no drawing, no HTML."""

from latebloom.lab.summary.facts import command
from latebloom.lab.summary.summarise import summarise

__all__ = ["command", "summarise"]
