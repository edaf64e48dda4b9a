"""Captions of the views of tasks that are not modular: what the figure of the same circuit says about the run."""

from collections.abc import Iterator

from latebloom.figures import FIGURES
from latebloom.lab.explorer.captions.caption import caption
from latebloom.lab.explorer.evidence import Evidence

FIGURE_OF = {
    "digit-waves": "digit-fourier",
    "induction-scores": "induction-heads",
    "trigrams": "trigram-circuit",
}
"""The figure whose sentence stands under a view."""


def _register(view: str, figure: str) -> None:
    @caption(view, FIGURES[figure].family)
    def says(evidence: Evidence) -> Iterator[str]:
        """The figure's sentence about the last checkpoint, where the figure is defined for the run."""
        yield FIGURES[figure].says(FIGURES[figure].data_of(evidence.analysis))


for one in FIGURE_OF.items():
    _register(*one)
