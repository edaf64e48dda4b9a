"""Batches as tensors. The same step always has the same batch, so resuming needs no random state."""

from functools import cached_property

import numpy as np
import torch

from latebloom.models import Examples
from latebloom.tasks import drawn, held_out, split
from latebloom.training.experiment import Experiment


class DataSource:
    """The batches of an experiment, and its train and test sets."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._epoch: tuple[int, np.ndarray] = (-1, np.empty(0, int))

    @cached_property
    def _split(self) -> tuple[Examples | None, Examples | None]:
        task, data, device = self._experiment.task, self._experiment.data, self._experiment.training.device
        train, test = (None, held_out(task, data)) if data.kind == "stream" else split(task, data)[:2]
        sets = [Examples.of(part, device) if part is not None and len(part) else None for part in (train, test)]
        return sets[0], sets[1]

    @property
    def train(self) -> Examples | None:
        """The train set; None for a stream."""
        return self._split[0]

    @property
    def test(self) -> Examples | None:
        """The test set; None if every example is in the train set, or if a stream has no test set."""
        return self._split[1]

    @property
    def full_batch(self) -> bool:
        """Whether each batch is the whole train set."""
        size = self._experiment.training.batch_size
        return self.train is not None and (size is None or size >= len(self.train))

    def batch(self, step: int) -> Examples:
        """The batch of the update ``step`` → ``step + 1``: a pure function of seed and step."""
        experiment = self._experiment
        size = experiment.training.batch_size
        if self.train is None:
            assert size is not None
            rng = np.random.default_rng([experiment.data.seed, step])
            return Examples.of(drawn(experiment.task, size, rng, "training.batch_size"), experiment.training.device)
        if self.full_batch:
            return self.train
        assert size is not None
        per_epoch = len(self.train) // size
        order = self._order(step // per_epoch)
        start = (step % per_epoch) * size
        return self.train.take(torch.from_numpy(order[start : start + size]).to(self.train.tokens.device))

    def _order(self, epoch: int) -> np.ndarray:
        if self._epoch[0] != epoch:
            assert self.train is not None
            rng = np.random.default_rng([self._experiment.data.seed, epoch])
            self._epoch = (epoch, rng.permutation(len(self.train)))
        return self._epoch[1]
