"""The state of one training: weights, optimiser, step; and the one update that moves it."""

from collections.abc import Callable

import torch
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.models import Examples, Model, cross_entropy, evaluate, table_forward
from latebloom.training.allocator import keep_memory
from latebloom.training.denormals import drop_tiny_gradients
from latebloom.training.experiment import Experiment
from latebloom.training.optimiser import (
    build_optimiser,
    load_optimiser_tensors,
    optimiser_tensors,
    set_learning_rate,
)
from latebloom.training.source import DataSource

DTYPES = {"float64": torch.float64, "float32": torch.float32}
_MODEL = "model."


class Trainer:
    """Holds a model and its optimiser at ``step`` updates after the start."""

    def __init__(self, experiment: Experiment) -> None:
        device = experiment.training.device
        if device == "cuda" and not torch.cuda.is_available():
            raise UsageError("training.device: got cuda, but torch finds no GPU here; use cpu")
        keep_memory()
        self.experiment = experiment
        self.model: Model = _built(experiment).to(device)
        self.optimiser = build_optimiser(self.model, experiment.optimiser)
        self.data = DataSource(experiment)
        self.step = 0
        self._dtype = DTYPES[experiment.training.loss_dtype]
        self._fast: dict[int, Callable[[], Tensor] | None] = {}

    def gradient(self) -> float:
        """Put the gradient of this step's batch into the model; returns the batch's loss (nats)."""
        batch = self.data.batch(self.step)
        self.optimiser.zero_grad(set_to_none=True)
        loss = cross_entropy(drop_tiny_gradients(self._logits(batch)), batch.labels, self._dtype)
        loss.backward()
        return loss.item()

    def update(self) -> None:
        """Move the weights along the gradient that `gradient` left: one step."""
        set_learning_rate(self.optimiser, self.experiment.optimiser, self.step)
        self.optimiser.step()
        self.step += 1

    @torch.no_grad()
    def metrics(self) -> dict[str, float]:
        """Train and test losses and accuracies, and the sum of squared weights, of the weights as they are."""
        found: dict[str, float] = {}
        for name, examples in self._evaluated():
            found |= evaluate(self._logits(examples), self.experiment.task, examples, name, self._dtype)
        squares = [weight.detach().double().square().sum() for weight in self.model.parameters()]
        return found | {"sum_squared_weights": float(torch.stack(squares).sum())}

    def _logits(self, examples: Examples) -> Tensor:
        fixed = examples is self.data.train or examples is self.data.test
        fast = self._fast_forward(examples) if fixed and self.experiment.training.forward == "auto" else None
        return self.model(examples.tokens, self.experiment.task.loss_positions) if fast is None else fast()

    def _fast_forward(self, examples: Examples) -> Callable[[], Tensor] | None:
        if id(examples) not in self._fast:
            positions = self.experiment.task.loss_positions
            self._fast[id(examples)] = table_forward(self.model, examples.tokens, positions)
        return self._fast[id(examples)]

    def _evaluated(self) -> list[tuple[str, Examples]]:
        train = self.data.train if self.data.train is not None else self.data.batch(self.step)
        return [("train", train)] + ([("test", self.data.test)] if self.data.test is not None else [])

    def weights(self) -> dict[str, Tensor]:
        """A copy of the weights, on the CPU."""
        return {name: value.detach().cpu().clone() for name, value in self.model.state_dict().items()}

    def state(self) -> dict[str, Tensor]:
        """Everything needed to go on to the same bits, as named tensors on the CPU."""
        optimiser = optimiser_tensors(self.model, self.optimiser)
        return {f"{_MODEL}{name}": value for name, value in self.weights().items()} | {
            name: value.detach().cpu().clone() for name, value in optimiser.items()
        }

    def load_state(self, step: int, tensors: dict[str, Tensor]) -> None:
        """Undo `state`. Errors: UsageError where the tensors belong to another model."""
        weights = {k.removeprefix(_MODEL): v for k, v in tensors.items() if k.startswith(_MODEL)}
        try:
            self.model.load_state_dict(weights)
        except RuntimeError as error:
            raise UsageError(f"resume state: got weights of another model: {str(error).splitlines()[-1]}") from None
        load_optimiser_tensors(self.model, self.optimiser, tensors)
        self.step = step


def _built(experiment: Experiment) -> Model:
    try:
        return experiment.model.build(experiment.task)
    except (RuntimeError, TypeError):  # what torch says of sizes that it cannot allocate, or not even count
        raise UsageError(
            f"model: got {experiment.model}, which does not fit into memory; expected smaller sizes"
        ) from None
