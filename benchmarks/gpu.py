"""Training 1, 16 and 64 seeds of the mainline on a GPU: steps per second and models per hour, in under ten minutes.

python benchmarks/gpu.py --out benchmarks/results/gpu.json
python benchmarks/gpu.py --device cpu --p 11 --seeds 1 2 --seconds 0.2        a small trial without a GPU

For each number of seeds, the update of all of them at once is timed as `latebloom train --seeds` makes it, where Python
launches each operation, and as one CUDA graph, which the GPU replays without Python. The plain forward trains one seed
at a time. Where JAX is installed, the same model is trained with it, by `vmap` over the seeds and `scan` over steps.
Both ways to make an update are first compared: after a few steps from the same weights, the weights agree.
"""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import torch

from latebloom.bench import machine
from latebloom.models.flat import flatten_parameters
from latebloom.recipes import recipe
from latebloom.training import Experiment, Trainer
from latebloom.training.moments import Moments
from latebloom.training.optimisers import rule_of
from latebloom.training.source import DataSource
from latebloom.training.stacked import Member, _gradients, stacked_updates

COMPARED = 5
"""Steps after which the two ways to make an update are compared."""

STEPS = 40_000
"""Steps of a mainline model, by which models per hour are counted."""

EPSILON = 1e-8


def member(experiment: Experiment, device: str) -> Member:
    """One seed, ready to be stacked."""
    model = experiment.model.build(experiment.task).to(device)
    flat, settings = flatten_parameters(model), experiment.optimiser
    moments = Moments(model, rule_of(settings).moments, flat)
    positions = experiment.task.loss_positions
    batch = DataSource(experiment.with_settings({"training.device": device})).batch(0)
    return Member(model, flat, moments, settings, lambda step: batch, positions, torch.float64)


class OwnUpdate:
    """The same update with every number on the device, so that a CUDA graph can replay it at any step."""

    def __init__(self, members: Sequence[Member]) -> None:
        self.members, settings = members, members[0].settings
        self.weights = torch.stack([one.flat for one in members])
        self.first, self.second = torch.zeros_like(self.weights), torch.zeros_like(self.weights)
        self.step = torch.zeros((), dtype=torch.float64, device=self.weights.device)
        self.lr, self.betas, self.decay = settings.lr, settings.betas, settings.weight_decay
        self.warmup = settings.warmup

    def __call__(self) -> None:
        """AdamW with its warm-up, decoupled weight decay and bias-corrected moments."""
        gradient, _ = _gradients(self.members, self.weights, 0)
        lr = self.lr * (self.step / self.warmup).clamp(max=1)
        self.step += 1
        self.first.lerp_(gradient, 1 - self.betas[0])
        self.second.lerp_(gradient.square(), 1 - self.betas[1])
        scale = (lr / (1 - self.betas[0] ** self.step)).float()
        size = self.second.sqrt() / (1 - self.betas[1] ** self.step).sqrt().float() + EPSILON
        self.weights.mul_((1 - lr * self.decay).float()).sub_(scale * self.first / size)


def difference(experiments: Sequence[Experiment], device: str) -> float:
    """The largest difference of a weight between the two ways, after `COMPARED` steps."""
    usual, own = ([member(one, device) for one in experiments] for _ in range(2))
    stacked_updates(usual, 0, COMPARED)
    update = OwnUpdate(own)
    for _ in range(COMPARED):
        update()
    return max(float((one.flat - weights).abs().max()) for one, weights in zip(usual, update.weights))


def rate(steps: Callable[[int], Any], count: int, seconds: float, device: str) -> float:
    """Steps per second of ``steps(count)``, called for about this long after one call that does not count."""
    done, began = -count, 0.0
    while done <= 0 or perf_counter() - began < seconds:
        steps(count)
        if device == "cuda":
            torch.cuda.synchronize()
        done += count
        if done == 0:
            began = perf_counter()
    return done / (perf_counter() - began)


def graph_of(update: OwnUpdate) -> Callable[[int], None]:
    """The update as a CUDA graph."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            update()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        update()

    def replay(count: int) -> None:
        for _ in range(count):
            graph.replay()

    return replay


def shown(steps_per_second: float, seeds: int) -> dict[str, float]:
    return {
        "steps_per_second": round(steps_per_second, 2),
        "models_per_hour": round(3600 * seeds * steps_per_second / STEPS, 2),
    }


def plain(experiment: Experiment, device: str, seconds: float) -> dict[str, float]:
    """One seed at a time with the plain forward, as a careful user of torch would train it."""
    settings = {"training.forward": "plain", "training.device": device}
    trainer = Trainer(experiment.with_settings(settings))
    return shown(rate(trainer.advance, 5, seconds, device), 1)


def of_seeds(experiments: Sequence[Experiment], device: str, seconds: float) -> dict[str, Any]:
    """Some seeds at once: launched by Python, and as a graph."""
    members = [member(one, device) for one in experiments]
    found: dict[str, Any] = {
        "launched": shown(rate(lambda count: stacked_updates(members, 0, count), 5, seconds, device), len(members))
    }
    if device != "cuda":
        return {**found, "graph": None, "reason": "no GPU"}
    try:
        update = OwnUpdate(members)
        return {**found, "graph": shown(rate(graph_of(update), 20, seconds, device), len(members)), "reason": None}
    except RuntimeError as error:
        return {**found, "graph": None, "reason": str(error).splitlines()[0]}


def in_jax(p: int, seeds: int, examples: int, seconds: float) -> dict[str, Any] | None:
    """The mainline model in JAX, `vmap` over seeds and `scan` over steps, float64 loss; None where JAX is missing."""
    # Otherwise JAX takes three quarters of the memory of the GPU, where torch has its own part already.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    try:
        import jax
        import jax.numpy as jnp
        import optax
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)
    d, heads, width, neurons = 128, 4, 32, 512
    keys = iter(jax.random.split(jax.random.key(0), 32))

    def normal(*shape: int) -> Any:
        return jax.random.normal(next(keys), (seeds, *shape), jnp.float32) / d**0.5

    weights = {"E": normal(p + 1, d), "P": normal(3, d), "U": normal(d, p)}
    weights |= {name: normal(heads, d, width) for name in "QKV"}
    weights |= {"O": normal(heads, width, d), "I": normal(d, neurons), "W": normal(neurons, d)}
    weights |= {"bi": jnp.zeros((seeds, neurons), jnp.float32), "bo": jnp.zeros((seeds, d), jnp.float32)}
    pairs = jax.random.randint(next(keys), (examples, 2), 0, p)
    tokens = jnp.concatenate([pairs, jnp.full((examples, 1), p)], 1)
    labels = pairs.sum(1) % p

    def loss(w: Any) -> Any:
        r = w["E"][tokens] + w["P"]
        query = jnp.einsum("bd,hdk->bhk", r[:, 2], w["Q"])
        key, value = (jnp.einsum("bpd,hdk->bhpk", r, w[name]) for name in "KV")
        pattern = jax.nn.softmax(jnp.einsum("bhk,bhpk->bhp", query, key) / width**0.5, -1)
        r = r[:, 2] + jnp.einsum("bhp,bhpk,hkd->bd", pattern, value, w["O"], optimize=True)
        r = r + jax.nn.relu(r @ w["I"] + w["bi"]) @ w["W"] + w["bo"]
        chances = jax.nn.log_softmax((r @ w["U"]).astype(jnp.float64), -1)
        return -jnp.take_along_axis(chances, labels[:, None], -1).mean()

    optimiser = optax.adamw(1e-3, b1=0.9, b2=0.98, weight_decay=1.0)
    inner = 5

    def one(carry: Any, _: Any) -> Any:
        w, state = carry
        gradient = jax.vmap(jax.grad(loss))(w)
        change, state = optimiser.update(gradient, state, w)
        return (jax.tree.map(lambda a, b: (a + b).astype(jnp.float32), w, change), state), None

    run = jax.jit(lambda carry: jax.lax.scan(one, carry, None, length=inner)[0])
    carry = (weights, optimiser.init(weights))

    def steps(count: int) -> None:
        nonlocal carry
        carry = jax.block_until_ready(run(carry))

    return {**shown(rate(steps, inner, seconds, "jax"), seeds), "device": str(jax.devices()[0])}


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Measure, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--p", type=int, default=113)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--seconds", type=float, default=20.0, help="of each measurement")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    if options.device == "cuda" and not torch.cuda.is_available():
        parser.error("torch finds no GPU here; --device cpu makes a small trial")
    mainline = recipe("mainline").with_settings({"task.p": options.p})
    seeded = [mainline.with_seed(seed) for seed in range(max(options.seeds))]
    examples = len(DataSource(mainline).batch(0))
    result: dict[str, Any] = {
        "command": "python benchmarks/gpu.py",
        "machine": machine(),
        "device": torch.cuda.get_device_name() if options.device == "cuda" else "cpu",
        "p": options.p,
        "steps_of_a_model": STEPS,
        "largest_difference_of_a_weight": difference(seeded[:2], options.device),
        "plain_one_at_a_time": plain(mainline, options.device, options.seconds),
        "seeds": {},
    }
    for count in options.seeds:
        row = of_seeds(seeded[:count], options.device, options.seconds)
        row["jax"] = in_jax(options.p, count, examples, options.seconds)
        result["seeds"][str(count)] = row
        print(f"{count} seeds: {row}", flush=True)
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    return result


if __name__ == "__main__":
    main()
