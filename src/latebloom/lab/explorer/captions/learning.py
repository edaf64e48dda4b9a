"""Captions of the curves that every run has: losses and the size of the weights."""

from collections.abc import Iterator

from latebloom._text import nats, whole
from latebloom.analysis import Analysis
from latebloom.figures import FIGURES
from latebloom.lab.explorer.captions.caption import caption
from latebloom.lab.explorer.evidence import Evidence
from latebloom.phases import HIGHEST, LEARNED, MEMORISATION_ENDS, SETTLES, UNDER_GUESSING, Boundary

_REACHED = {
    MEMORISATION_ENDS: "Train loss levels out at step {step}, at {train}.",
    HIGHEST: "Test loss is highest at step {step}, at {test}.",
    UNDER_GUESSING: "Test loss stays under the loss of guessing ({guessing}) from step {step} on.",
    LEARNED: "Test accuracy stays at 99 % or more from step {step} on, where test loss is {test}.",
    SETTLES: "Test loss settles at step {step}, at {test}.",
}
"""What happened at each boundary that a run reached."""


def headline(evidence: Evidence) -> str:
    """What became of the run, with the steps that decide it; a second sentence where it lost what it had learned."""
    run = evidence.analysis.run
    if run.status == "diverged":
        return f"Diverged: {run.manifest.stopped_because or 'a loss was not a finite number'}."
    analysis = evidence.analysis
    return " ".join(filter(None, (analysis.outcome.reason, analysis.phases.collapse)))


@caption("page")
def page(evidence: Evidence) -> Iterator[str]:
    """What became of the run."""
    yield headline(evidence)


@caption("losses")
def losses(evidence: Evidence) -> Iterator[str | None]:
    """The outcome, the boundaries with the losses at them, and how the curves end."""
    analysis = evidence.analysis
    yield headline(evidence)
    if analysis.run.status == "running":
        yield f"The run is still training; the page shows it up to step {whole(analysis.last_step)}."
    boundaries = {boundary.name: boundary for boundary in analysis.phases.boundaries}
    for name, words in _REACHED.items():
        if name in boundaries:
            yield _reached(boundaries[name], words, analysis.phases.guessing)
    yield _interpolated(analysis)
    if UNDER_GUESSING in boundaries and analysis.series("test_loss") is not None:
        yield boundaries[UNDER_GUESSING].reason
    ends = [
        f"{kind} loss is {_loss(value)}"
        for kind in ("train", "test")
        if (value := evidence.last(f"{kind}_loss")) is not None
    ]
    if ends:
        yield f"At the last recorded step {' and '.join(ends)}."
    yield _minimised(evidence)


def _interpolated(analysis: Analysis) -> str | None:
    """That some boundaries lie between two records; None where none of those above does."""
    losses = filter(None, map(analysis.series, ("train_loss", "test_loss")))
    recorded = {step for one in losses for step in one.step.tolist()}
    if recorded.issuperset(step for step, boundary in analysis.phases.reached if boundary.name in _REACHED):
        return None
    return "Where such a step lies between two records, it and the loss there are interpolated."


def _minimised(evidence: Evidence) -> str | None:
    """Which loss was minimised, where it is not the one that is drawn; None where both are cross-entropies."""
    run = evidence.analysis.run
    loss = run.experiment.training.loss
    if loss == "cross_entropy":
        return None
    minimised = "squared error" if loss == "mse" else f"the loss {loss}"
    if run.manifest.imported is not None:
        return (
            f"The run was trained on {minimised}. The curves are those of its file, so they can be that loss, "
            "not cross-entropies in nats; the guessing loss is a cross-entropy."
        )
    return f"The run was trained on {minimised}; the losses that are drawn are cross-entropies."


def _reached(boundary: Boundary, words: str, guessing: float | None) -> str | None:
    """The sentence for a boundary; None where it was not reached."""
    if boundary.step is None:
        return None
    losses = {"train": _loss(boundary.train_loss), "test": _loss(boundary.test_loss)}
    return words.format(step=whole(boundary.step), guessing=_loss(guessing), **losses)


def _loss(value: float | None) -> str:
    return "an unrecorded value" if value is None else f"{nats(value)} nats"


@caption("weight-norms")
def weight_norms(evidence: Evidence) -> Iterator[str]:
    """The sum of squared weights at the start, at its peak and at the end."""
    figure = FIGURES["weight-norms"]
    yield figure.says(figure.data_of(evidence.analysis))
