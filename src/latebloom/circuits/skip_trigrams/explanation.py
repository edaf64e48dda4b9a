"""The skip trigrams of a model as one report: the strongest, and the loss with and without those of the task."""

import copy

import numpy as np
import torch

from latebloom._config import Config
from latebloom._text import Shown
from latebloom.circuits.skip_trigrams.end_tables import EndTables, end_tables
from latebloom.circuits.skip_trigrams.measures import CONTROL_SEED
from latebloom.circuits.skip_trigrams.restricted import other_trigrams, own_trigrams, restricted, without
from latebloom.circuits.skip_trigrams.trigrams import skip_trigrams, trigrams_found
from latebloom.models import Examples, Model
from latebloom.tasks import SkipTrigrams
from latebloom.tasks.skip_trigrams import FILLERS, TRIGGERS


class TrigramReport(Config):
    """``token … END answer`` with its strength in nats and its QK and OV halves, see `Trigram`."""

    token: int
    answer: int
    strength: float
    qk: float
    ov: float


class TrigramExplanation(Shown, Config):
    """Losses in nats on ``examples`` sampled sequences: of the model, with only the task's ten trigrams kept, with only
    ten random others kept, and without the task's ten. found: how many of the ten strongest are the task's own."""

    task: str
    examples: int
    loss: float
    restricted_loss: float
    restricted_loss_control: float
    excluded_loss: float
    found: int
    strongest: tuple[TrigramReport, ...]

    def rows(self) -> list[tuple[str, str]]:
        """The explanation as (quantity, value) pairs, for printing."""
        strongest = ", ".join(f"{t.token} … END {t.answer} ({t.strength:.3g})" for t in self.strongest)
        return [
            ("task", self.task),
            ("loss", f"{self.loss:.4g}"),
            ("loss with the ten trigrams alone", f"{self.restricted_loss:.4g}"),
            ("loss with ten random others alone", f"{self.restricted_loss_control:.4g}"),
            ("loss without the ten", f"{self.excluded_loss:.4g}"),
            ("of the ten strongest are the task's", f"{self.found}"),
            ("strongest (nats)", strongest),
        ]


@torch.no_grad()
def explain_trigrams(model: Model, task: SkipTrigrams, count: int = 2048, seed: int = 0) -> TrigramExplanation:
    """Compute the trigrams from the weights and reduce the model to them, in float64.

    Errors: UsageError for a model that is not a one-layer attention-only transformer.
    """
    tables = end_tables(copy.deepcopy(model).double(), task)
    examples = Examples.of(task.sample(count, np.random.default_rng(seed)), "cpu")

    def loss(cut: EndTables) -> float:
        return float(cut.losses(examples.tokens, examples.labels).mean())

    trigrams = skip_trigrams(tables)
    return TrigramExplanation(
        task=task.name,
        examples=count,
        loss=loss(tables),
        restricted_loss=loss(restricted(tables, own_trigrams())),
        restricted_loss_control=loss(restricted(tables, other_trigrams(CONTROL_SEED))),
        excluded_loss=loss(without(tables, own_trigrams())),
        found=trigrams_found(trigrams),
        strongest=tuple(
            TrigramReport(token=t.token, answer=FILLERS + t.answer, strength=t.strength, qk=t.qk, ov=t.ov)
            for t in trigrams[:TRIGGERS]
        ),
    )
