"""Caption of the weights of the linear model, from its last checkpoint."""

from collections.abc import Iterator

from latebloom._text import whole
from latebloom.circuits.shared_feature.family import SHARED_FEATURE
from latebloom.lab.explorer.captions.caption import caption
from latebloom.lab.explorer.evidence import Evidence


@caption("shared-feature", SHARED_FEATURE.name)
def shared_feature(evidence: Evidence) -> Iterator[str]:
    """The shared weight, and the mean own weight of the examples that were trained on and of the others."""
    import torch

    from latebloom.models import Linear

    analysis = evidence.analysis
    model = analysis.final.model
    if not isinstance(model, Linear):
        return
    yield f"At step {whole(analysis.step)} the weight that all examples share is {float(model.w_shared.detach()):.3g}."
    if analysis.train_rows is None:
        return
    own = model.w_own.detach().double()
    trained = torch.zeros(own.shape, dtype=torch.bool)
    trained[analysis.train_rows] = True
    if trained.any() and not trained.all():
        yield (
            f"An example's own weight is {float(own[trained].mean()):.3g} on average if it was trained on, and "
            f"{float(own[~trained].mean()):.3g} if not."
        )
