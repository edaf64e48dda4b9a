"""One experiment: every setting that decides the course of a run."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import Field, model_serializer, model_validator

from latebloom._config import Config
from latebloom.models import TRAINING_LOSSES, AnyModelConfig, TransformerConfig
from latebloom.tasks import AnyTask, Data, ModularAddition, check_split
from latebloom.training.config import Recording, Training
from latebloom.training.interventions import AnyIntervention, Intervention
from latebloom.training.optimisers import AnyOptimiser, Optimiser
from latebloom.training.settings import with_settings


class Experiment(Config):
    """Task, data, model, optimiser, training, recording and intervention.

    The same experiment on one machine gives the same bits.
    """

    recipe: str = Field("custom", description="name of the recipe it is based on")
    task: AnyTask = ModularAddition()
    data: Data = Data()
    model: AnyModelConfig = TransformerConfig()
    optimiser: AnyOptimiser = Optimiser()
    training: Training = Training()
    recording: Recording = Recording()
    intervention: AnyIntervention = Intervention()
    source: str = Field("", description="SHA-256 of the file that an imported run comes from; empty for other runs")
    unknown: tuple[str, ...] = Field(
        (),
        description="SECTION or SECTION.FIELD that is not known of an imported run, and therefore not stored",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "Experiment":
        if self.data.listed:
            check_split(self.task, self.data)
        elif self.data.kind == "stream" and self.training.batch_size is None and self.knows("training.batch_size"):
            raise ValueError("training.batch_size: got none, expected a number: a stream has no full batch")
        task, batch = TRAINING_LOSSES[self.training.loss].full_batch_of, self.training.batch_size
        if task is not None and (self.task.name != task or batch is not None):
            raise ValueError(
                f"training.loss: got {self.training.loss} for {self.task.name} with training.batch_size "
                f"{'none' if batch is None else batch}, expected {task} with none, a full batch"
            )
        if self.intervention.needs_full_batch and batch is not None:
            raise ValueError(
                f"intervention.kind: got {self.intervention.kind} with training.batch_size {batch}, expected none, a "
                "full batch, whose labels are the same at every step"
            )
        if self.training.loss != "cross_entropy" and self.intervention.kind != "none":
            raise ValueError(
                f"training.loss: got {self.training.loss} with intervention {self.intervention.kind}, expected "
                "cross_entropy, by which interventions choose labels"
            )
        return self

    @model_serializer(mode="wrap")
    def _stored(self, serialise: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        """Stored experiments have no intervention unless there is one, so that other runs keep their identity.

        What is unknown is not stored either; reading puts defaults in its place, which `setting` does not return.
        """
        stored = serialise(self)
        if self.intervention == Intervention():
            stored.pop("intervention", None)
        for name in ("source", "unknown"):
            if not getattr(self, name):
                stored.pop(name, None)
        for name in self.unknown:
            section, _, field = name.partition(".")
            stored.get(section, {}).pop(field, None) if field else stored.pop(section, None)
        return stored

    def knows(self, field: str) -> bool:
        """Whether SECTION or SECTION.FIELD is known."""
        return not {field, field.partition(".")[0]} & set(self.unknown)

    def setting(self, field: str) -> Any:
        """The value of SECTION.FIELD; None where it is unknown, and for a field that this task, model or optimiser does
        not have."""
        section, _, name = field.partition(".")
        return getattr(getattr(self, section), name, None) if self.knows(field) else None

    def with_settings(self, settings: Mapping[str, Any]) -> "Experiment":
        """The experiment with settings changed, as ``{"optimiser.lr": 1e-3, "task.p": 59, "model.kind": "mlp"}``.

        Values are Python values or text as on the command line. Another kind of task, model or optimiser keeps the
        settings that both kinds have. Errors: UsageError in one line for an unknown setting or a value out of range.
        """
        return with_settings(self, settings)

    def with_seed(self, seed: int) -> "Experiment":
        """The same experiment with both seeds, of initial weights and of data, set to ``seed``."""
        return self.with_settings({"model.seed": seed, "data.seed": seed})
