"""Captions of tasks whose parts have losses of their own."""

from collections.abc import Iterator

from latebloom.figures import FIGURES
from latebloom.lab.explorer.captions.caption import caption
from latebloom.lab.explorer.evidence import Evidence


@caption("components")
def components(evidence: Evidence) -> Iterator[str]:
    """The step of each part's phase change, and the share of the whole fall that the parts explain."""
    figure = FIGURES["component-losses"]
    if figure.is_for(evidence.analysis):
        yield figure.says(figure.data_of(evidence.analysis))
