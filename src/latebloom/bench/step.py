"""One step of the mainline model: its time through tables and in plain form, that of its parts, and a bound."""

from typing import Any

import torch
from torch import Tensor

from latebloom.bench.plain import plain_step
from latebloom.bench.timing import in_turns, median
from latebloom.models.tables import TableBatch, named_weights, single_threaded_blas
from latebloom.models.tables.build import build, start
from latebloom.models.tables.build_backward import build_backward, finish
from latebloom.models.tables.examples import learn_examples
from latebloom.recipes import mainline
from latebloom.training import Trainer

REPEATS = 3


def step() -> dict[str, Any]:
    """Repeated measurements of a step in milliseconds, with their ratio; milliseconds of each part; the bound."""
    trainer = Trainer(mainline(0))
    variants = {
        "tables": lambda: trainer.advance(1),
        "plain": plain_step(mainline(0), whole_sequence=True),
        "plain_at_loss": plain_step(mainline(0), whole_sequence=False),
    }
    repeats = []
    for _ in range(REPEATS):
        times = {name: median(calls) for name, calls in in_turns(variants, rounds=7, each=5).items()}
        repeats.append(times | {"plain_over_tables": round(times["plain"] / times["tables"], 2)})
    return {"milliseconds": repeats, "parts_on_one_thread": _parts(), "bound": _bound(trainer)}


def _parts() -> dict[str, float]:
    """Milliseconds of each part on one thread."""
    trainer = Trainer(mainline(0))
    weights = named_weights(dict(trainer.model.named_parameters()))
    gradients = named_weights({name: torch.zeros_like(weight) for name, weight in trainer.model.named_parameters()})
    batch = trainer.data.batch(0)
    workspace = TableBatch(weights, batch.tokens, batch.labels).workspace
    rows, tables, sums, others = workspace.rows, workspace.tables, workspace.sums, workspace.other_sums
    end = len(workspace.losses)

    def tables_forward() -> None:
        start(weights, rows, tables)
        for half in (0, 1):
            build(weights, rows, tables, half)

    def examples() -> None:
        learn_examples(tables, rows, 0, end, workspace.block, sums, workspace.losses)

    def tables_backward() -> None:
        for half, back in enumerate((workspace.back, workspace.other_back)):
            build_backward(weights, rows, tables, sums, others, back, gradients, half)
        finish(weights, rows, tables, sums, workspace.back, workspace.other_back, gradients)

    with single_threaded_blas():
        parts = {"tables": tables_forward, "examples": examples, "tables_backward": tables_backward}
        times = in_turns(parts, rounds=7, each=5)
    return {name: median(values) for name, values in times.items()}


def _bound(trainer: Trainer) -> dict[str, float]:
    """The three products with W_logit that every method needs, on all threads: their size, and the time of torch."""
    examples, neurons, answers = len(trainer.data.batch(0)), 512, trainer.experiment.task.d_vocab_out
    active, w_logit, slope = torch.rand(examples, neurons), torch.rand(neurons, answers), torch.rand(examples, answers)
    times = in_turns({"products": lambda: _products(active, w_logit, slope)}, rounds=5, each=10)
    flops = 3 * 2 * examples * neurons * answers
    milliseconds = median(times["products"])
    return {"gigaflop": flops / 1e9, "milliseconds": milliseconds, "gigaflop_per_second": flops / milliseconds / 1e6}


def _products(active: Tensor, w_logit: Tensor, slope: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return active @ w_logit, slope @ w_logit.T, active.T @ slope
