"""The state of one training: weights, optimiser, step; and the updates that change it."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from latebloom._errors import UsageError
from latebloom._memory import check_bytes
from latebloom.models import Examples, Hooks, Model, evaluate, sum_squared_weights, summarise
from latebloom.models.flat import flatten_parameters
from latebloom.models.hooks import NO_HOOKS, UNFUSED
from latebloom.models.points import is_watched
from latebloom.training.allocator import keep_memory
from latebloom.training.autograd import AutogradEngine
from latebloom.training.dropout import Dropout
from latebloom.training.engine import Engine
from latebloom.training.ensemble import Ensemble, EnsembleEngine
from latebloom.training.experiment import Experiment
from latebloom.training.moments import Moments
from latebloom.training.optimisers import OPTIMISERS, rule_of
from latebloom.training.source import DataSource
from latebloom.training.stacked import Member

if TYPE_CHECKING:
    from latebloom.models.tables import FastBatch, FastPath

DTYPES = {"float64": torch.float64, "float32": torch.float32}
_MODEL = "model."
BYTES_PER_LOGIT = 20
"""In float32, in the float64 of the loss, and as a log-probability."""


class Trainer:
    """Holds a model and its optimiser after ``step`` updates.

    ``share``: this training may use several threads; False where several trainings share the cores.
    ``ensemble``: the ensemble that makes its updates, where several trainings share a GPU.
    Errors: UsageError for an experiment that cannot be trained here.
    """

    def __init__(self, experiment: Experiment, share: bool = True, ensemble: Ensemble | None = None) -> None:
        device = experiment.training.device
        if device == "cuda" and not torch.cuda.is_available():
            raise UsageError("training.device: got cuda, but torch finds no GPU here; use cpu")
        rule_of(experiment.optimiser)
        _check_known(experiment)
        keep_memory()
        self.experiment = experiment
        self.model: Model = _built(experiment).to(device)
        experiment.intervention.prepare(self.model)
        self.data = DataSource(experiment)
        self.step = 0
        self._share = share
        self._dtype = DTYPES[experiment.training.loss_dtype]
        self._tables: dict[int, FastBatch | None] = {}
        self._engine = self._new_engine() if ensemble is None else self._join(ensemble)
        if isinstance(self._engine, AutogradEngine) and device == "cpu":
            self._check_logits()

    def _new_engine(self) -> Engine:
        experiment, changing = self.experiment, not self.data.full_batch
        # The fast gradients support none of these.
        changed = experiment.intervention.kind != "none" and not experiment.intervention.same_gradients
        changed = changed or experiment.training.loss != "cross_entropy"
        path = None if changed else self._path(self.data.batch(0), changing, bool(experiment.training.dropout))
        if path is not None:
            return self._table_engine(path, changing)
        return AutogradEngine(
            self.model,
            experiment.optimiser,
            self.data.batch,
            self._positions,
            self._dtype,
            experiment.training.loss,
            self._no_dropout if self._dropout is None else self._dropout.hooks,
            experiment.intervention.choice(experiment.data.seed),
            experiment.intervention.keeps_wrong_answers,
        )

    def _table_engine(self, path: "FastPath", changing: bool) -> Engine:
        from latebloom.training.tables import TableEngine

        engine = TableEngine(
            self.model,
            self.experiment.optimiser,
            path,
            self.data.batch,
            self._positions,
            self._dtype,
            self._share,
            changing,
            self._dropout,
        )
        if not changing:
            self._tables[id(self.data.train)] = engine.batch  # so that metrics need not lay it out again
        return engine

    def _check_logits(self) -> None:
        """UsageError where the logits of one set do not fit into memory; tables hold those of few examples at once."""
        task = self.experiment.task
        sets = [examples for examples in (self.data.train, self.data.test) if examples is not None]
        most = max(map(len, sets), default=0)
        needed = most * len(task.loss_positions) * task.d_vocab_out * BYTES_PER_LOGIT
        what = f"task and model: got {most} examples with {task.d_vocab_out} logits each"
        check_bytes(what, needed, "fewer examples or answers")

    @property
    def _dropout(self) -> Dropout | None:
        """The dropout of the updates, if there is any."""
        share = self.experiment.training.dropout
        return Dropout(self.model, share, self.experiment.data.seed, fuse=not self._plain) if share else None

    def _no_dropout(self, step: int) -> Hooks:
        return self._no_hooks

    def _join(self, ensemble: Ensemble) -> Engine:
        self._check_ensemble()
        flat, settings = flatten_parameters(self.model), self.experiment.optimiser
        moments = Moments(self.model, rule_of(settings).moments, flat)
        member = Member(self.model, flat, moments, settings, self.data.batch, self._positions, self._dtype)
        return EnsembleEngine(ensemble, member)

    def _check_ensemble(self) -> None:
        """UsageError for a setting that runs that share a GPU cannot have."""
        settings = self.experiment.optimiser
        extras = {"optimiser.l1": settings.l1, "training.dropout": self.experiment.training.dropout}
        for name, value in extras.items():
            if value:
                raise UsageError(f"{name}: got {value}, which runs that share a GPU cannot have; use 0, or the CPU")
        if self.experiment.training.loss != "cross_entropy":
            raise UsageError(
                f"training.loss: got {self.experiment.training.loss}, which runs that share a GPU cannot have; use "
                "cross_entropy, or the CPU"
            )
        if self.experiment.intervention.kind != "none":
            raise UsageError(
                f"intervention.kind: got {self.experiment.intervention.kind}, which runs that share a GPU cannot have; "
                "use none, or the CPU"
            )
        if rule_of(settings).stacked is None:
            able = ", ".join(name for name, rule in OPTIMISERS.items() if rule.stacked is not None)
            raise UsageError(
                f"optimiser.name: got {settings.name}, which has no stacked step, so its runs cannot share a GPU; "
                f"expected one of {able}, or training.device cpu"
            )

    @property
    def _positions(self) -> tuple[int, ...]:
        return self.experiment.task.loss_positions

    @property
    def _plain(self) -> bool:
        return self.experiment.training.forward == "plain"

    @property
    def _no_hooks(self) -> Hooks:
        """Hooks that change nothing; of a plain forward, with each operation computed separately."""
        return UNFUSED if self._plain else NO_HOOKS

    def _path(self, examples: Examples, changing: bool = False, dropping: bool = False) -> "FastPath | None":
        """The fast path for these examples; with ``changing``, for examples that differ from step to step; with
        ``dropping``, for dropout."""
        if self._plain:
            return None
        # Compiled code is slow to import, and not every training needs it.
        from latebloom.models.tables import fast_path

        return fast_path(self.model, examples.tokens, examples.labels, self._positions, changing, dropping)

    @property
    def stride(self) -> int:
        """How many updates to request at once, see `Engine`."""
        return self._engine.stride

    def advance(self, count: int) -> bool:
        """Make this many updates. False if it stopped early, at the step whose loss is not finite."""
        done = self._engine.advance(self.step, count)
        self.step += done
        return done == count

    @torch.no_grad()
    def metrics(self) -> dict[str, float]:
        """Train and test losses (nats) and accuracies, and the sum of squared weights, of the current weights."""
        metrics: dict[str, float] = {}
        for name, examples in self._evaluated():
            metrics |= self._evaluate(examples, name)
        return metrics | {"sum_squared_weights": sum_squared_weights(self.model.parameters())}

    def _evaluate(self, examples: Examples, name: str) -> dict[str, float]:
        task = self.experiment.task
        fixed = examples is self.data.train or examples is self.data.test
        tables = self._table_batch(examples) if fixed and not is_watched(self.model) else None
        if tables is None:
            logits = self.model(examples.tokens, self._positions, self._no_hooks)
            return evaluate(logits, task, examples, name, self._dtype)
        losses, right = (torch.from_numpy(values).view(examples.labels.shape) for values in tables.evaluate())
        return summarise(losses, right.to(losses), task, examples, name)

    def _table_batch(self, examples: Examples) -> "FastBatch | None":
        """The examples laid out for a fast path, once; None where none applies."""
        if id(examples) not in self._tables:
            path, parts = self._path(examples), (examples.tokens, examples.labels, self._positions)
            batch = None if path is None else path.new(self.model, *parts, self._dtype, self._share)
            self._tables[id(examples)] = batch
        return self._tables[id(examples)]

    def _evaluated(self) -> list[tuple[str, Examples]]:
        train = self.data.train if self.data.train is not None else self.data.batch(self.step)
        return [("train", train)] + ([("test", self.data.test)] if self.data.test is not None else [])

    def weights(self) -> dict[str, Tensor]:
        """A copy of the weights, on the CPU."""
        return {name: value.detach().cpu().clone() for name, value in self.model.state_dict().items()}

    def state(self) -> dict[str, Tensor]:
        """Everything needed to resume bit-identically, as named tensors on the CPU.

        Errors: UsageError for an optimiser with state that cannot be stored.
        """
        optimiser = self._engine.tensors(self.step)
        return {f"{_MODEL}{name}": value for name, value in self.weights().items()} | {
            name: value.detach().cpu().clone() for name, value in optimiser.items()
        }

    def load_state(self, step: int, tensors: dict[str, Tensor]) -> None:
        """Restore what `state` returned. Errors: UsageError if the tensors belong to another model."""
        weights = {k.removeprefix(_MODEL): v for k, v in tensors.items() if k.startswith(_MODEL)}
        try:
            self.model.load_state_dict(weights)
        except RuntimeError as error:
            raise UsageError(f"resume state: got weights of another model: {str(error).splitlines()[-1]}") from None
        self._engine.load(tensors)
        self.step = step


def _check_known(experiment: Experiment) -> None:
    """UsageError for an experiment that does not say how to train."""
    data = experiment.data
    if not data.listed and data.kind != "stream":
        raise UsageError(f"data.kind: got {data.kind}, which cannot be trained on; expected finite, stream or listed")
    if experiment.unknown:
        raise UsageError(
            f"{experiment.unknown[0]} of an imported run is unknown, so it cannot be trained; train a recipe instead"
        )


def _built(experiment: Experiment) -> Model:
    try:
        return experiment.model.build(experiment.task)
    except (RuntimeError, TypeError):  # torch's errors for sizes too large to allocate, or to count
        raise UsageError(
            f"model: got {experiment.model}, which does not fit into memory; expected smaller sizes"
        ) from None
