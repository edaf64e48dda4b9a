"""The embedding's norm along each wave of the Fourier basis, at the end and before test loss falls."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from latebloom._errors import UsageError
from latebloom._text import percent, whole
from latebloom.analysis import Analysis
from latebloom.circuits.modular.family import MODULAR
from latebloom.figures import of_pairs, theme
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.of_pairs import wave_rows
from latebloom.published import published

if TYPE_CHECKING:
    import matplotlib.figure

_START, _SPARSE, _END = (
    published(f"mainline.{name}", "W").number for name in ("memorisation_ends", "embedding_sparse", "test_loss_falls")
)
BEFORE = (_SPARSE - _START) / (_END - _START)
"""The early spectrum is taken at this part of circuit formation, as in the write-up."""

MOST_NAMED = 12
"""More key frequencies than this are counted instead of listed."""


@dataclass(frozen=True, eq=False)
class EmbeddingSpectrum:
    """Norms of W_E along the rows ``labels`` of the Fourier basis at a step, and the final model's key frequencies.

    test_accuracy: at that step; None where it is not shown or not recorded.
    """

    step: int
    labels: tuple[str, ...]
    norms: Float[np.ndarray, " f"]
    keys: tuple[int, ...]
    test_accuracy: float | None = None

    @property
    def key_share(self) -> float:
        """Share of the energy on the key frequencies, not counting the constant."""
        on_key = np.isin(wave_rows(self.labels), self.keys)
        energy = self.norms**2
        return float(energy[on_key].sum() / max(energy[1:].sum(), np.finfo(float).tiny))


def data(analysis: Analysis) -> EmbeddingSpectrum:
    """The spectrum of the final checkpoint."""
    return _at(analysis, analysis.step)


def data_before(analysis: Analysis) -> EmbeddingSpectrum:
    """The spectrum of the checkpoint nearest to three quarters of circuit formation, while test loss is above
    guessing."""
    forming = analysis.interpolation
    if forming is None:
        raise UsageError(f"no circuit formation was detected in {analysis.run.path}. {analysis.phases.reason}")
    start, end = forming
    target = start + BEFORE * (end - start)
    before = [step for step in analysis.steps if step < end] or analysis.steps[:1]
    spectrum = _at(analysis, min(before, key=lambda step: abs(step - target)))
    accuracy = analysis.series("test_accuracy")
    return spectrum if accuracy is None else replace(spectrum, test_accuracy=accuracy.at(spectrum.step))


def _at(analysis: Analysis, step: int) -> EmbeddingSpectrum:
    from latebloom.circuits.modular.embedding import embedding_norms

    grid = of_pairs.grid(analysis) if step == analysis.step else of_pairs.grid_at(analysis, step)
    return EmbeddingSpectrum(
        step, of_pairs.labels(analysis), embedding_norms(grid.embedding).numpy(), of_pairs.keys(analysis)
    )


def says(spectrum: EmbeddingSpectrum) -> str:
    """The share of the key frequencies, and their share if all waves were equal."""
    if not spectrum.keys:
        return f"Step {whole(spectrum.step)}: there are no key frequencies. {_strongest(spectrum)}"
    waves = wave_rows(spectrum.labels)
    even = np.isin(waves, spectrum.keys).sum() / (len(waves) - 1)
    few = len(spectrum.keys) <= MOST_NAMED
    keys = ", ".join(map(str, spectrum.keys)) if few else f"({len(spectrum.keys)} of them)"
    return (
        f"Step {whole(spectrum.step)}: {percent(spectrum.key_share)} of the energy, without the constant, is on the "
        f"final key frequencies {keys}; equal waves would give {percent(even)}.{_answers(spectrum)}"
    )


def _answers(spectrum: EmbeddingSpectrum) -> str:
    """How many unseen pairs the model answers at this step, where that is known."""
    if spectrum.test_accuracy is None:
        return ""
    return f" At this step {percent(spectrum.test_accuracy)} of the unseen pairs are answered correctly."


def _strongest(spectrum: EmbeddingSpectrum) -> str:
    waves, energy = np.array(wave_rows(spectrum.labels)), spectrum.norms**2
    by_wave = np.bincount(waves, energy)[1:] / max(energy[1:].sum(), np.finfo(float).tiny)
    k = 1 + int(by_wave.argmax())
    return (
        f"The strongest frequency, {k}, holds {percent(by_wave.max())} of the energy, without the constant; "
        f"equal waves would give {percent(1 / len(by_wave))}."
    )


def draw(figure: matplotlib.figure.Figure, spectrum: EmbeddingSpectrum) -> None:
    """Draw two bars per frequency, cos dark and sin light, with key frequencies in colour and labelled."""
    axes = figure.subplots()
    colours = theme.key_colours(spectrum.keys)
    for label, k, norm in zip(spectrum.labels, wave_rows(spectrum.labels), spectrum.norms):
        wave = label.split()[0]
        shift = {"const": 0.0, "cos": -0.21, "sin": 0.21}[wave]
        alpha = 0.55 if wave == "sin" else 1.0
        axes.bar(k + shift, norm, width=0.4, color=colours.get(k, theme.CHANCE), alpha=alpha, lw=0)
    _name_keys(axes, spectrum, colours)
    axes.set_ylim(0, 1.12 * max(float(spectrum.norms.max()), 1e-12))
    axes.set_xlim(-0.7, max(wave_rows(spectrum.labels)) + 0.7)
    axes.locator_params(axis="x", integer=True)
    axes.set_xlabel("frequency k   (left bar cos k, right bar sin k; 0 is the constant)")
    axes.set_ylabel("norm of the embedding")
    axes.grid(axis="y")
    axes.set_axisbelow(True)


def _name_keys(axes: matplotlib.axes.Axes, spectrum: EmbeddingSpectrum, colours: dict[int, str]) -> None:
    waves = np.array(wave_rows(spectrum.labels))
    tallest = sorted(colours, key=lambda k: -spectrum.norms[waves == k].max())[:MOST_NAMED]
    for k in tallest:
        height = spectrum.norms[waves == k].max()
        axes.annotate(
            str(k), (k, height), xytext=(0, 3), textcoords="offset points", ha="center", color=colours[k],
            fontweight="bold",
        )  # fmt: skip


FIGURE = Figure(
    name="embedding-spectrum",
    chapter="circuit",
    title="The embedding, written as waves",
    caption=(
        "The input is a learned vector for each number 0 … p−1. Here these vectors are written as waves over the "
        "numbers (a discrete Fourier transform): a bar near zero is a wave that the model does not use. A model that "
        "has learned the algorithm uses a few frequencies; an untrained or memorising model uses all of them. "
        "Coloured bars are the key frequencies, which have the same colour in every figure."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 3.1),
    family=MODULAR.name,
)

BEFORE_FIGURE = Figure(
    name="embedding-spectrum-before",
    chapter="growth",
    title="The embedding while test loss is above guessing",
    caption=(
        "The same spectrum three quarters of the way through circuit formation, while test loss is still "
        "that of guessing or worse. If the final frequencies already stand out, the "
        "algorithm grew gradually before test loss was under that of guessing, and did not appear by chance at the end."
    ),
    data=data_before,
    says=says,
    draw=draw,
    size=fixed(8.6, 3.1),
    family=MODULAR.name,
)
