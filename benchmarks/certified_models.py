"""Whether any certificate is above the true accuracy, on thousands of weights: from random to trained, and changed.

    python benchmarks/certified_models.py --models 10000 --out results/certificates/soundness.json

Six of ten are the random, planted, perturbed and tied weights of tests/circuits/certificates. The others are
checkpoints of small trainings (modular addition, subtraction and S3; transformers, clock and pizza, MLPs), explained by
their own key frequencies or representations: as trained, with noise, and turned against the bound, where a few gradient
steps make the answers of some pairs wrong that were right. Each is tried in float32, and every seventh in float64 too.
The counts are written every 200 models, so that a run that is stopped leaves what it found.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "circuits" / "certificates"))

from test_certificate import accuracy, snapshot, weights  # noqa: E402

from latebloom.circuits import family_of  # noqa: E402
from latebloom.circuits.certificates import certify  # noqa: E402
from latebloom.circuits.modular.plain_forward import plain_forward  # noqa: E402
from latebloom.measures import Snapshot  # noqa: E402
from latebloom.models import Model  # noqa: E402
from latebloom.recipes import recipe  # noqa: E402
from latebloom.runs.environment import versions  # noqa: E402
from latebloom.tasks import ModularTask  # noqa: E402
from latebloom.training.trainer import Trainer  # noqa: E402

EVERY = 200
EXACTLY = 7
"""One model in so many is tried in float64 too."""

TRAINED = ("trained", "trained, with noise", "trained, turned against the bound")
MADE = "random, planted, perturbed or tied"

POINTS = (0, 20, 50, 100, 150, 200, 300, 400, 500, 700, 900, 1200, 1500)
"""Steps of a training whose weights are tried."""

SMALL: dict[str, Any] = {
    "model.d_model": 16,
    "model.n_heads": 2,
    "model.d_head": 8,
    "model.d_mlp": 64,
    "data.fraction": 0.8,
    "optimiser.lr": 0.01,
}
ONE_LAYER = {"data.fraction": 0.8, "optimiser.lr": 0.01, "model.d_mlp": 64, "model.kind": "mlp"}
PIZZA = {"task.equals": False, "model.attention": "bidirectional", "model.attention_mix": 0.0}
KINDS: tuple[dict[str, Any], ...] = (
    SMALL,
    SMALL | PIZZA,
    SMALL | PIZZA | {"model.attention_mix": 0.5},
    SMALL | {"task.name": "modular_subtraction"},
    ONE_LAYER,
    SMALL | {"task.name": "group_composition", "task.entries": "S3"},
)


def courses() -> Iterator[tuple[Model, ModularTask]]:
    """The weights of one small training after another, without an end, at each of `POINTS`."""
    seed = 0
    while True:
        settings = KINDS[seed % len(KINDS)]
        if "task.entries" not in settings:
            settings = settings | {"task.p": 7 + seed // len(KINDS) % 7}
        trainer = Trainer(recipe("small", seed).with_settings(settings))
        for step in POINTS:
            trainer.advance(step - trainer.step)
            yield deepcopy(trainer.model), cast(ModularTask, trainer.experiment.task)
        seed += 1


def changed(model: Model, task: ModularTask, how: str, number: int) -> None:
    """Change the weights in place: not at all, by noise, or against the bound."""
    rng = np.random.default_rng(number)
    if how == TRAINED[1]:
        generator, scale = torch.Generator().manual_seed(number), float(10 ** rng.uniform(-3, 0))
        with torch.no_grad():
            for weight in model.parameters():
                if weight.numel() > 1:
                    weight += scale * weight.std() * torch.randn(weight.shape, generator=generator)
    elif how == TRAINED[2]:
        _turn(model, task, rng)


def _turn(model: Model, task: ModularTask, rng: np.random.Generator) -> None:
    """Gradient steps that make the answers of one to ten pairs wrong, and change the weights little besides."""
    labels = torch.from_numpy(task.table()).flatten()
    pairs = torch.from_numpy(rng.choice(len(labels), int(rng.integers(1, 11)), replace=False))
    wrong = (labels[pairs] + int(rng.integers(1, task.d_vocab_out))) % task.d_vocab_out
    for _ in range(20):
        logits = plain_forward(model, task).outputs[..., : task.d_vocab_out].flatten(0, 1)[pairs]
        margin = _of(logits, labels[pairs]) - _of(logits, wrong)
        if bool((margin < 0).all()):
            return
        (margin.clamp(min=-1e-3) + 1e-3).sum().backward()
        with torch.no_grad():
            size = sum(float(one.grad.square().sum()) for one in model.parameters() if one.grad is not None) ** 0.5
            for weight in model.parameters():
                if weight.grad is not None and size > 0:
                    weight -= 0.1 * weight.grad / size
                weight.grad = None


def _of(logits: Tensor, answers: Tensor) -> Tensor:
    return logits.gather(1, answers[:, None])[:, 0]


def tried(first: int, models: int) -> Iterator[tuple[int, str, Model, ModularTask, Any]]:
    """Number, kind, model and task of each try, and what makes the snapshot that is certified."""
    course = courses()
    for number in range(first, first + models):
        if number % 10 < 6:
            yield (number, MADE, *weights(number), snapshot)
            continue
        how = TRAINED[number % 3]
        model, task = next(course)
        changed(model, task, how, number)
        yield number, how, model, task, _by_own_keys


def _by_own_keys(model: Model, task: ModularTask) -> Snapshot:
    return Snapshot(model, task, basis_of=family_of(task).own_basis())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first model")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    names = ("models", "in_float64_too", "bound_above_accuracy", "bound_above_0", "bound_is_accuracy")
    kinds = {kind: dict.fromkeys(names, 0) for kind in (MADE, *TRAINED)}
    wrong: list[int] = []
    for done, (number, kind, model, task, snapshot_of) in enumerate(tried(options.first, options.models), 1):
        counts = kinds[kind]
        for dtype in (torch.float32, torch.float64) if number % EXACTLY == 0 else (torch.float32,):
            true = accuracy(model.to(dtype), task)
            found = certify(snapshot_of(model, task), extra=number % 4).accuracy_at_least
            if found > true:
                wrong.append(number)
        counts["models"] += 1
        counts["in_float64_too"] += number % EXACTLY == 0
        counts["bound_above_accuracy"] += number in wrong
        counts["bound_above_0"] += found > 0
        counts["bound_is_accuracy"] += found == true
        if options.out is not None and (done % EVERY == 0 or done == options.models):
            result = {
                "command": f"python benchmarks/certified_models.py --first {options.first} --models {options.models}",
                "date": datetime.now(UTC).date().isoformat(),
                "versions": versions(),
                **{name: sum(one[name] for one in kinds.values()) for name in names},
                "kinds": kinds,
                "wrong": sorted(set(wrong)),
            }
            options.out.parent.mkdir(parents=True, exist_ok=True)
            options.out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(kinds, indent=1), wrong)
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
