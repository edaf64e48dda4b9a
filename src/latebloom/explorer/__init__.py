"""Stored summaries to pages. Loads no torch and no matplotlib."""

from latebloom.explorer.contact_sheet import contact_sheet_markdown
from latebloom.explorer.report import render_report
from latebloom.explorer.reproduction import render_reproduction, reproduction_markdown

__all__ = ["contact_sheet_markdown", "render_report", "render_reproduction", "reproduction_markdown"]
