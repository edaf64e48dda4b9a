"""Figures by name, drawn from a run as SVG, PNG or PDF. Only drawing needs matplotlib."""

from pathlib import Path
from typing import overload

from latebloom.analysis import Analysis, analyse
from latebloom.figures import (
    attention_map,
    certificate,
    component_losses,
    digit_carry,
    digit_fourier,
    embedding_spectrum,
    excluded_loss,
    few_sums,
    fourier_map,
    group_circuit,
    induction_circuit,
    induction_heads,
    initial_embedding,
    llc,
    neuron,
    neuron_fourier,
    principal_components,
    restricted_loss,
    training_curve,
    trigram_circuit,
    w_logit,
    weight_norms,
)
from latebloom.figures.drawing import Drawing
from latebloom.figures.figure import FIGURES, Figure, fixed
from latebloom.figures.render import drawn, file_format, save
from latebloom.figures.sweep import SWEEP_FIGURES, SweepFigure, render_sweep_figure
from latebloom.runs import Run
from latebloom.store import check_output

for _figure in (
    training_curve.FIGURE,
    weight_norms.FIGURE,
    embedding_spectrum.FIGURE,
    principal_components.FIGURE,
    attention_map.FIGURE,
    neuron.FIGURE,
    neuron_fourier.FIGURE,
    fourier_map.NEURONS_FIGURE,
    fourier_map.LOGITS_FIGURE,
    w_logit.FIGURE,
    certificate.FIGURE,
    embedding_spectrum.BEFORE_FIGURE,
    excluded_loss.FIGURE,
    restricted_loss.FIGURE,
    initial_embedding.FIGURE,
    llc.FIGURE,
    component_losses.FIGURE,
    few_sums.FIGURE,
    digit_fourier.FIGURE,
    digit_carry.FIGURE,
    induction_circuit.FIGURE,
    induction_heads.FIGURE,
    trigram_circuit.FIGURE,
    group_circuit.FIGURE,
    group_circuit.GROWTH_FIGURE,
):
    FIGURES.register(_figure)


@overload
def render(name: str, run: Run | Analysis, path: None = None) -> bytes: ...
@overload
def render(name: str, run: Run | Analysis, path: Path | str) -> Path: ...
def render(name: str, run: Run | Analysis, path: Path | str | None = None) -> Path | bytes:
    """Draw a figure of a run: as SVG (bytes), or into a file whose suffix (.svg, .png or .pdf) gives the format.

    Errors: UsageError in one line for an unknown name, another suffix, a figure that is undefined for this run
    (with the reason), or if matplotlib is missing.
    """
    figure = FIGURES[name]
    target = None if path is None else Path(path)
    if target is not None:
        file_format(target)
        check_output(target)
    data = figure.data_of(analyse(run))
    return drawn(figure, data) if target is None else save(figure, data, target)


__all__ = [
    "FIGURES",
    "SWEEP_FIGURES",
    "Drawing",
    "Figure",
    "SweepFigure",
    "drawn",
    "fixed",
    "render",
    "render_sweep_figure",
]
