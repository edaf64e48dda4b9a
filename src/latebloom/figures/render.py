"""A figure of a run, as bytes or as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from latebloom._errors import UsageError
from latebloom.figures import canvas
from latebloom.figures.figure import Figure
from latebloom.store import atomic_write


def file_format(path: Path) -> str:
    """svg, png or pdf, from the suffix. Errors: UsageError for another suffix."""
    kind = path.suffix.lower().lstrip(".")
    if kind not in canvas.FORMATS:
        raise UsageError(f"--out: got {path.name!r}, expected a name that ends in .svg, .png or .pdf")
    return kind


def drawn(figure: Figure[Any], data: Any, kind: str = "svg") -> bytes:
    """Draw these data of a figure; the same data give the same bytes."""
    return canvas.picture(figure.name, figure.size(data), lambda paper: figure.draw(paper, data), kind)


def save(figure: Figure[Any], data: Any, path: Path) -> Path:
    """Write these data of a figure to a file, completely or not at all."""
    atomic_write(path, drawn(figure, data, file_format(path)))
    return path
