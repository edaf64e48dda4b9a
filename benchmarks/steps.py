"""Time one training step of every recipe: here, by the plain forward in torch, and in JAX.

    python benchmarks/steps.py --out benchmarks/results/steps.json --jax PYTHON

``--jax``: a Python with jax and optax; by default the one that runs this, if it has them, else JAX is left out. The
variants take turns, and each number is a median over the turns; everything is repeated three times. Recipes that the
file has already are skipped, so that a run that was interrupted goes on; ``--again`` measures them anew.

``bound``: the dense products that the recipe's method cannot avoid, forward and twice backward, as torch computes them
here in the same turns; ``bound_over_latebloom``: the share of that rate that a step has. ``drawing``: making the
next batch. ``gradient``, ``update``: loss and gradients of one batch that is laid out already, and the optimiser.
What these and the drawing leave of a step is laying out its batch. ``together``: a seed for each thread, side by side,
in milliseconds of one step of one seed; ``alone``: the same seeds one after the other, each in one thread.
Steps here include drawing; those of the plain forward and of JAX use one batch, made before.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch

from latebloom.bench import machine
from latebloom.bench.plain import plain_step
from latebloom.bench.timing import in_turns, median
from latebloom.models import EmbeddingMLPConfig, MLPConfig, TransformerConfig
from latebloom.recipes import RECIPES
from latebloom.recipes.settings import experiment_of
from latebloom.runs.threads import single_threaded_torch
from latebloom.tasks import IGNORE
from latebloom.training import Experiment, Trainer
from latebloom.training.tables import TableEngine

RECIPES_TIMED = (
    "mainline",
    "small",
    "mlp",
    "skip_trigrams",
    "addition_5",
    "addition_few",
    "induction",
    "mainline_stream",
    "addition_15",
    "induction_512",
    "skip_trigrams_limited",
    "embedding_mlp",
    "addition_5 --model.d_model 512 --model.d_head 128 --model.d_mlp 2048",
)
"""Recipes, with settings. The other recipes have the steps of one of these."""

SECONDS = 0.1
"""What one turn of a variant takes, about."""

ONE_THREAD = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
"""Flags with which JAX uses one thread, for when torch does (OMP_NUM_THREADS=1)."""

Variant = Callable[[], float]
"""Makes some steps and returns the milliseconds of one."""


class Peer:
    """The process of `steps_jax.py`."""

    def __init__(self, python: str) -> None:
        command = [python, str(Path(__file__).with_name("steps_jax.py"))]
        flags = {"XLA_FLAGS": ONE_THREAD} if torch.get_num_threads() == 1 else {}
        environment = {**os.environ, **flags}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)

    def ask(self, line: str) -> str:
        """Its answer to one line. Errors: SystemExit where it has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            sys.exit("the process of JAX has ended; its message is above")
        return answer.strip()

    def close(self) -> None:
        """End the process."""
        with suppress(BrokenPipeError):
            self._process.communicate()


@contextmanager
def peer(python: str | None) -> Iterator[Peer | None]:
    """JAX's process; None without a Python that has it."""
    found = None if python is None else Peer(python)
    try:
        yield found
    finally:
        if found is not None:
            found.close()


def jax_python(asked: str | None) -> str | None:
    """The Python that runs JAX."""
    here = all(importlib.util.find_spec(name) for name in ("jax", "optax"))
    return asked or (sys.executable if here else None)


JAX_FIELDS = {"kind", "n_layers", "d_model", "n_heads", "d_head", "d_mlp", "residual_scale", "d_embed", "widths"}
"""What JAX is told of a model."""


def jax_spec(experiment: Experiment, labels: torch.Tensor, steps: int) -> dict[str, Any] | None:
    """What JAX is to compute; None for a model that it has no version of."""
    model, task, optimiser = experiment.model, experiment.task, experiment.optimiser
    if not isinstance(model, TransformerConfig | MLPConfig | EmbeddingMLPConfig):
        return None
    everywhere = bool((labels == IGNORE).any())
    return {
        **model.model_dump(include=JAX_FIELDS),
        "inputs": task.d_vocab,
        "outputs": task.d_vocab_out,
        "positions": None if everywhere else list(task.loss_positions),
        **optimiser.model_dump(include={"lr", "betas", "weight_decay"}),
        "steps": steps,
    }


def jax_step(peer: Peer, experiment: Experiment, steps: int) -> Variant | None:
    """Steps in JAX."""
    batch, task = Trainer(experiment).data.batch(0), experiment.task
    spec = jax_spec(experiment, batch.labels, steps)
    if spec is None:
        return None
    labels = batch.labels
    if spec["positions"] is None and spec["kind"] == "transformer":
        labels = torch.full_like(batch.tokens, IGNORE)
        labels[:, list(task.loss_positions)] = batch.labels
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "batch.npz"
        np.savez(path, tokens=batch.tokens.numpy(), labels=labels.numpy(), spec=json.dumps(spec))
        peer.ask(str(path))
    return lambda: float(peer.ask(""))


def own_step(trainer: Trainer, steps: int) -> Variant:
    """Steps here."""
    return lambda: per_step(lambda: trainer.advance(steps), steps)


def plain(experiment: Experiment, steps: int) -> Variant:
    """Steps by the plain forward, at every position of a transformer, as published."""
    step = plain_step(experiment, whole_sequence=isinstance(experiment.model, TransformerConfig))
    return lambda: per_step(lambda: [step() for _ in range(steps)], steps)


def per_step(call: Callable[[], object], steps: int) -> float:
    """Milliseconds of one of the steps that the call makes."""
    start = time.perf_counter()
    call()
    return 1e3 * (time.perf_counter() - start) / steps


def products(experiment: Experiment) -> list[tuple[int, int, int]]:
    """Rows, inner size and columns of the products of one forward pass that the recipe's method cannot avoid.

    MLP: from the neurons to the logits, for each pair of operands in either order; before it the table of the products
    of embeddings, where it has them. One-layer transformers: from the neurons to the logits through W_out W_U; where
    answers are several, also from the heads' outputs to the neurons, and the tables of the pairs of token and position.
    Attention alone: from the heads to the logits; in deeper models every projection after the first layer's, which are
    look-ups, and scores and values of positions that a query sees.
    """
    trainer, task, model = Trainer(experiment), experiment.task, experiment.model
    batch = trainer.data.batch(0)
    answers, outputs = int((batch.labels != IGNORE).sum()), task.d_vocab_out
    inputs = len(np.unique(np.sort(batch.tokens[:, :-1].numpy(), 1), axis=0))
    if isinstance(model, MLPConfig):
        return [(inputs, model.d_mlp, outputs)]
    if isinstance(model, EmbeddingMLPConfig):
        return [(task.operator_token, model.d_embed, model.widths[0]), (inputs, model.widths[0], outputs)]
    heads, length, count = model.n_heads * model.d_head, task.n_ctx, len(batch)
    if model.n_layers == 1:
        last = (answers, model.d_mlp or heads, outputs)
        if batch.labels.shape[1] == 1 or not model.d_mlp:
            return [last]
        pairs = [len(column.unique()) for column in batch.tokens.T]
        every, asked, width = sum(pairs), sum(pairs[i] for i in task.loss_positions), model.d_mlp + outputs
        tables = [(every, model.d_model, 2 * heads), (asked, model.d_model, heads), (asked, heads, every)]
        tables += [(heads, model.d_model, width), (model.d_mlp, model.d_model, outputs), (asked, model.d_model, width)]
        return [*tables, (answers, heads, model.d_mlp), last]
    seen = count * length * (length + 1) // 2
    blocks = [(2 * seen, heads, 1), (count * length, heads, model.d_model)]
    later = [(count * length, model.d_model, 2 * heads), (answers, model.d_model, heads), *blocks]
    return [*blocks, *later * (model.n_layers - 1), (answers, model.d_model, outputs)]


def bound(shapes: list[tuple[int, int, int]]) -> tuple[float, Callable[[], None]]:
    """GFLOP of a step's products, and a call that computes them: forward, and twice backward.

    A product with one column stands for scores and values of patterns; it takes its share of a square product's time.
    """
    whole = [shape for shape in shapes if shape[2] > 1]
    parts = [(torch.rand(m, k), torch.rand(k, n), torch.rand(m, n)) for m, k, n in whole]
    gigaflop = sum(3 * 2 * m * k * n for m, k, n in shapes) / 1e9
    rest = sum(m * k * n for m, k, n in shapes if n == 1)
    side = round(rest ** (1 / 3))
    if side:
        parts.append((torch.rand(side, side), torch.rand(side, side), torch.rand(side, side)))

    def compute() -> None:
        for left, right, slope in parts:
            left @ right, slope @ right.T, left.T @ slope

    return gigaflop, compute


def together(experiment: Experiment, steps: int, seeds: int) -> dict[str, float]:
    """Milliseconds of one step of one of these seeds, side by side in threads, and one after the other."""
    with single_threaded_torch(), ThreadPoolExecutor(seeds) as pool:
        trainers = [Trainer(experiment.with_seed(seed), share=False) for seed in range(seeds)]

        def advance(trainer: Trainer) -> bool:
            return trainer.advance(steps)

        variants = {
            "together": lambda: list(pool.map(advance, trainers)),
            "alone": lambda: [advance(trainer) for trainer in trainers],
        }
        times = in_turns(variants, rounds=3)
    return {name: round(median(values) / (steps * seeds), 4) for name, values in times.items()}


def timed(name: str, peer: Peer | None, repeats: int, rounds: int) -> dict[str, Any]:
    """Everything about one recipe."""
    experiment = experiment_of(name.split()[0], 0, name.split()[1:])
    trainer = Trainer(experiment)
    once = [per_step(lambda: trainer.advance(1), 1) for _ in range(4)][-1]
    steps = max(1, min(50, round(1e3 * SECONDS / once)))
    gigaflop, compute = bound(products(experiment))
    compute()
    times = max(1, round(1e3 * SECONDS / 5 / per_step(compute, 1)))
    variants: dict[str, Variant | None] = {
        "latebloom": own_step(trainer, steps),
        "plain": plain(experiment, max(1, steps // 5)),
        "jax": None if peer is None else jax_step(peer, experiment, steps),
        "bound": lambda: per_step(lambda: [compute() for _ in range(times)], times),
        "drawing": lambda: per_step(lambda: [trainer.data.batch(trainer.step + i) for i in range(steps)], steps),
    }
    present = {key: call for key, call in variants.items() if call is not None} | parts(Trainer(experiment))
    found = []
    for _ in range(repeats):
        turns: dict[str, list[float]] = {key: [] for key in present}
        for _ in range(rounds):
            for key, call in present.items():
                turns[key].append(call())
        medians: dict[str, Any] = {key: median(values) for key, values in turns.items()}
        medians |= {f"{key}_over_latebloom": ratio(medians, key) for key in ("plain", "jax", "bound") if key in medians}
        found.append({"jax": None, "jax_over_latebloom": None} | medians)
    seeds = together(experiment, max(1, steps // 5), torch.get_num_threads())
    engine = type(trainer._engine).__name__
    return {"recipe": name, "engine": engine, "gigaflop": round(gigaflop, 4), "milliseconds": found, "seeds": seeds}


def parts(trainer: Trainer) -> dict[str, Variant]:
    """Loss and gradients of a batch that is laid out already, and the update by them."""
    engine: Any = trainer._engine

    def gradient() -> None:
        if isinstance(engine, TableEngine):
            engine.batch.gradient(engine._gradient)
        else:
            engine.gradient(trainer.step)

    return {
        "gradient": lambda: per_step(gradient, 1),
        "update": lambda: per_step(lambda: engine._updates.update(trainer.step), 1),
    }


def ratio(medians: dict[str, float], key: str) -> float:
    """How many times longer this variant takes."""
    return round(medians[key] / medians["latebloom"], 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="*", default=RECIPES_TIMED, help="names of recipes (all)")
    parser.add_argument("--out", type=Path, required=True, help="file for the result")
    parser.add_argument("--jax", help="a Python with jax and optax")
    parser.add_argument("--again", action="store_true", help="measure recipes anew that the file has")
    parser.add_argument("--repeats", type=int, default=3, help="how often everything is measured (3)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each variant in one repeat (5)")
    arguments = parser.parse_args()
    stored = json.loads(arguments.out.read_text()) if arguments.out.exists() else {}
    results = {row["recipe"]: row for row in stored.get("recipes", [])}
    with peer(jax_python(arguments.jax)) as jax:
        for name in arguments.recipes:
            if name in results and not arguments.again:
                continue
            results[name] = timed(name, jax, arguments.repeats, arguments.rounds)
            print(json.dumps(results[name]), flush=True)
            command = "python benchmarks/steps.py" + (" --jax PYTHON" if jax is not None else "")
            ordered = sorted(results.values(), key=lambda row: list(RECIPES).index(row["recipe"].split()[0]))
            result = {"command": command, "machine": machine(), "recipes": ordered}
            arguments.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
