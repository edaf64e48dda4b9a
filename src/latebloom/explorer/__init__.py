"""Stored summaries to pages. Loads no torch and no matplotlib."""

from latebloom.explorer.report import render_report

__all__ = ["render_report"]
