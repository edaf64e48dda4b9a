"""A figure that can be shown in a notebook or written to a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from latebloom.figures.render import file_format
from latebloom.store import RunDirectory, atomic_write, check_output


@dataclass(frozen=True)
class Drawing:
    """One figure of a run or a sweep. A notebook shows it as SVG.

    name: of the figure. home: the directory of its run or sweep. title, caption: what it shows and how to read it.
    says: one sentence about these data. draw: returns the picture as bytes in a format, "svg", "png" or "pdf".
    """

    name: str
    home: Path
    title: str
    caption: str
    says: str
    draw: Callable[[str], bytes]

    @cached_property
    def svg(self) -> str:
        """The picture as SVG; the same data give the same text."""
        return self.draw("svg").decode()

    def save(self, path: str | Path | None = None) -> Path:
        """Write the picture, ``figures/NAME.svg`` in its run or sweep by default, and return the file.

        path: its suffix is the format, .svg, .png or .pdf. The file is written completely or not at all.
        Errors: UsageError for another suffix or a place that cannot be written.
        """
        path = self._default() if path is None else Path(path)
        kind = file_format(path)
        check_output(path)
        atomic_write(path, self.draw(kind))
        return path

    def _default(self) -> Path:
        return RunDirectory(self.home).folder("figures") / f"{self.name}.svg"

    def _repr_svg_(self) -> str:
        return self.svg
