"""The plain training step: the usual loop in torch, with torch's fused optimiser."""

from collections.abc import Callable

from latebloom.models import cross_entropy
from latebloom.models.hooks import UNFUSED
from latebloom.training import Experiment, Trainer
from latebloom.training.optimisers import rule_of


def plain_step(experiment: Experiment, whole_sequence: bool) -> Callable[[], None]:
    """One update on the full batch. Logits are computed at every position, as published, or only at loss positions."""
    trainer = Trainer(experiment)
    model, batch = trainer.model, trainer.data.batch(0)
    positions = experiment.task.loss_positions
    optimiser = rule_of(experiment.optimiser).build(model, experiment.optimiser)

    def step() -> None:
        optimiser.zero_grad(set_to_none=True)
        logits = model(batch.tokens, None if whole_sequence else positions, UNFUSED)
        cross_entropy(logits[:, list(positions)] if whole_sequence else logits, batch.labels).backward()
        optimiser.step()

    return step
