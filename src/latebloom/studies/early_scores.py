"""What is known of a run early: scores that may tell whether it will generalise."""

from __future__ import annotations

from torch.nn.attention import SDPBackend, sdpa_kernel

from latebloom.analysis import Analysis
from latebloom.circuits.modular import views
from latebloom.circuits.modular.embedding import embedding_fractions
from latebloom.circuits.modular.grid import masked
from latebloom.circuits.modular.projections import excluded_logits
from latebloom.claims import quantity
from latebloom.claims.learning import series_of, train_mask_of
from latebloom.claims.quantity import Undefined, once
from latebloom.fourier import gini
from latebloom.measures import Snapshot
from latebloom.measures.any_model import SUM_SQUARED_WEIGHTS
from latebloom.measures.snapshot import no_basis
from latebloom.models.loss import cross_entropy
from latebloom.studies.curvature import top_curvature

STEPS = 2000
EARLY = STEPS // 10
"""The first tenth of a run."""

LEFT_OUT = 5
"""Frequencies that excluded loss leaves out, as many as the write-up's model has. Which will be key is not known yet,
so these are the strongest of the embedding."""


@quantity("nats", f"test loss at step {EARLY}")
def early_test_loss(analysis: Analysis) -> float:
    return series_of(analysis, "test_loss").at(EARLY)


@quantity("times", f"the sum of squared weights at step {EARLY}, over that at step 0,")
def early_weights(analysis: Analysis) -> float:
    weights = series_of(analysis, SUM_SQUARED_WEIGHTS.name)
    return weights.at(EARLY) / weights.at(0)


@once
def _early(analysis: Analysis) -> Snapshot:
    """The model at the last checkpoint of the first tenth, in float64."""
    steps = [step for step in analysis.run.checkpoints if 0 < step <= EARLY]
    if not steps:
        raise Undefined(f"the run has no checkpoint between step 1 and {EARLY}")
    return analysis.checkpoint(max(steps), no_basis).exact


@quantity("", f"the Gini coefficient of the embedding's energy by frequency at step {EARLY}")
def early_gini(analysis: Analysis) -> float:
    shares = embedding_fractions(_early(analysis).get(views.grid).embedding)
    found = None if shares is None else gini(shares)
    if found is None:
        raise Undefined("the embedding does not vary")
    return found


@quantity(
    "nats",
    f"excluded loss at step {EARLY}: train loss without the {LEFT_OUT} strongest frequencies of the embedding along "
    "x + y,",
)
def early_excluded_loss(analysis: Analysis) -> float:
    snapshot = _early(analysis)
    whole, mask = snapshot.get(views.grid), train_mask_of(snapshot)
    shares = embedding_fractions(whole.embedding)
    if shares is None or whole.sign is None:
        raise Undefined("the embedding does not vary, or the answer does not depend on x + y")
    strongest = sorted(1 + k for k in shares.argsort(descending=True)[:LEFT_OUT].tolist())
    return float(whole.row_losses(masked(excluded_logits(whole, strongest, whole.sign), mask), mask).mean())


@quantity("", f"the eigenvalue of the Hessian of train loss by the weights that is largest in size, at step {EARLY}")
def early_curvature(analysis: Analysis) -> float:
    model, train = _early(analysis).model, analysis.sets["train"]
    with sdpa_kernel(SDPBackend.MATH):  # fused attention has no second derivative
        loss = cross_entropy(model(train.tokens, analysis.task.loss_positions), train.labels)
    return top_curvature(loss, list(model.parameters()))
