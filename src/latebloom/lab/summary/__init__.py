"""The data of a report, as plain JSON: no drawing, no HTML."""

from latebloom.lab.summary.facts import command
from latebloom.lab.summary.summarise import summarise

__all__ = ["command", "summarise"]
