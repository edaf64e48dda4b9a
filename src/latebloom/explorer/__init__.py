"""Turn stored summaries into pages, without torch and matplotlib."""

from latebloom.explorer.report import render_report
from latebloom.explorer.reproduction import render_reproduction

__all__ = ["render_report", "render_reproduction"]
