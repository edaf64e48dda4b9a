"""One training step in JAX, as a careful user would write it: the peer that `steps.py` measures against.

A process of its own, with any Python that has jax and optax. Each line on its input is the path of a ``.npz`` file with
one batch (tokens, labels) and one JSON text (``spec``); or empty, which asks for a measurement. The answer to a path is
an empty line once the step is compiled, and to an empty line the milliseconds of one step.

One batch, made before and used at every step, so that drawing data costs nothing here. The steps are one `scan` under
`jit`, the loss is computed in float64, and the last block at the positions with loss only; where labels are missing,
everywhere.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

jax.config.update("jax_enable_x64", True)
FLOAT = jnp.float32
UNSEEN = -1e9


Model = tuple[dict[str, Any], Callable[..., Any]]
"""Weights, and the function from weights to logits."""


def transformer(spec: dict[str, Any], tokens: Any, rng: np.random.Generator) -> Model:
    """A transformer without norms."""
    width, heads, d_head, neurons, layers = (spec[key] for key in ("d_model", "n_heads", "d_head", "d_mlp", "n_layers"))
    length, last = tokens.shape[1], spec["n_layers"] - 1
    where = jnp.arange(length) if spec["positions"] is None else jnp.asarray(spec["positions"])

    def normal(*shape: int) -> Any:
        return jnp.asarray(rng.normal(size=shape) / width**0.5, FLOAT)

    weights: dict[str, Any] = {
        "E": normal(spec["inputs"], width),
        "P": normal(length, width),
        "U": normal(width, spec["outputs"]),
        "blocks": [],
    }
    for _ in range(layers):
        block = {name: normal(width, heads, d_head) for name in "QKV"} | {"O": normal(heads, d_head, width)}
        if neurons:
            block |= {"I": normal(width, neurons), "b_in": jnp.zeros(neurons, FLOAT)}
            block |= {"W": normal(neurons, width), "b_out": jnp.zeros(width, FLOAT)}
        weights["blocks"].append(block)

    def logits(weights: dict[str, Any]) -> Any:
        stream = weights["E"][tokens] + weights["P"]
        for i, block in enumerate(weights["blocks"]):
            at = where if i == last else jnp.arange(length)
            asking = stream[:, at]
            q = jnp.einsum("bpd,dhk->bhpk", asking, block["Q"])
            k, v = (jnp.einsum("bpd,dhk->bhpk", stream, block[name]) for name in "KV")
            scores = jnp.einsum("bhpk,bhqk->bhpq", q, k) / d_head**0.5
            pattern = jax.nn.softmax(jnp.where(jnp.arange(length)[None, :] <= at[:, None], scores, UNSEEN), -1)
            out = jnp.einsum("bhpq,bhqk,hkd->bpd", pattern, v, block["O"], optimize=True)
            stream = spec["residual_scale"] * asking + out
            if neurons:
                stream += jax.nn.relu(stream @ block["I"] + block["b_in"]) @ block["W"] + block["b_out"]
        return stream @ weights["U"]

    return weights, logits


def mlp(spec: dict[str, Any], tokens: Any, rng: np.random.Generator) -> Model:
    """The two-layer MLP on one-hot inputs."""
    neurons, inputs, outputs = spec["d_mlp"], spec["inputs"], spec["outputs"]
    weights = {
        "A": jnp.asarray(rng.normal(size=(inputs, neurons)) / neurons**0.5, FLOAT),
        "b_in": jnp.zeros(neurons, FLOAT),
        "U": jnp.asarray(rng.normal(size=(neurons, outputs)) / neurons**0.5, FLOAT),
        "b_out": jnp.zeros(outputs, FLOAT),
    }

    def logits(weights: dict[str, Any]) -> Any:
        hidden = jax.nn.relu(weights["A"][tokens[:, 0]] + weights["A"][tokens[:, 1]] + weights["b_in"])
        return (hidden @ weights["U"] + weights["b_out"])[:, None]

    return weights, logits


def embedding_mlp(spec: dict[str, Any], tokens: Any, rng: np.random.Generator) -> Model:
    """One hidden layer on the sum of both embeddings, whose products with its matrix are looked up."""
    width, (neurons,), inputs, outputs = spec["d_embed"], spec["widths"], spec["inputs"], spec["outputs"]
    weights = {
        "E": jnp.asarray(rng.normal(size=(inputs, width)) / width**0.5, FLOAT),
        "A": jnp.asarray(rng.normal(size=(width, neurons)) / width**0.5, FLOAT),
        "b_in": jnp.zeros(neurons, FLOAT),
        "U": jnp.asarray(rng.normal(size=(neurons, outputs)) / neurons**0.5, FLOAT),
    }

    def logits(weights: dict[str, Any]) -> Any:
        rows = weights["E"] @ weights["A"]
        hidden = jax.nn.relu(rows[tokens[:, 0]] + rows[tokens[:, 1]] + weights["b_in"])
        return (hidden @ weights["U"])[:, None]

    return weights, logits


MODELS = {"transformer": transformer, "mlp": mlp, "embedding_mlp": embedding_mlp}


def steps(spec: dict[str, Any], tokens: Any, labels: Any) -> Callable[[], float]:
    """A function that makes some steps and returns the milliseconds of one."""
    weights, logits = MODELS[spec["kind"]](spec, tokens, np.random.default_rng(0))
    counted = jnp.asarray(labels >= 0, jnp.float64)
    answers = jnp.maximum(labels, 0)[..., None]

    def loss(weights: Any) -> Any:
        log_probabilities = jax.nn.log_softmax(logits(weights).astype(jnp.float64), -1)
        return -(jnp.take_along_axis(log_probabilities, answers, -1)[..., 0] * counted).sum() / counted.sum()

    first, second = spec["betas"]
    optimiser = optax.adamw(FLOAT(spec["lr"]), b1=first, b2=second, weight_decay=spec["weight_decay"])

    def one(state: Any, _: Any) -> Any:
        weights, moments = state
        value, gradient = jax.value_and_grad(loss)(weights)
        change, moments = optimiser.update(gradient, moments, weights)
        return (jax.tree.map(lambda a, b: (a + b).astype(FLOAT), weights, change), moments), value

    run = jax.jit(lambda state: jax.lax.scan(one, state, None, length=spec["steps"]))
    state = weights, optimiser.init(weights)

    def measured() -> float:
        nonlocal state
        start = time.perf_counter()
        state, values = run(state)
        values.block_until_ready()
        return 1e3 * (time.perf_counter() - start) / spec["steps"]

    measured()  # compiles
    return measured


def main() -> None:
    measured: Callable[[], float] = lambda: float("nan")  # noqa: E731
    for line in sys.stdin:
        if path := line.strip():
            batch = np.load(path)
            measured = steps(json.loads(str(batch["spec"])), jnp.asarray(batch["tokens"]), jnp.asarray(batch["labels"]))
            print(flush=True)
        else:
            print(measured(), flush=True)


if __name__ == "__main__":
    main()
