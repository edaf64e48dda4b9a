"""The data on the page of a modular task, besides its text and figures."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from latebloom.circuits.modular.ablation import Ablation
from latebloom.circuits.modular.ablations import ablate_on_grid
from latebloom.circuits.modular.explanation import Explanation, explain
from latebloom.circuits.modular.heads import AttentionHead, attention_heads, shares_of
from latebloom.circuits.modular.order import describe_positions
from latebloom.circuits.modular.positions import positions
from latebloom.circuits.modular.unembedding import read_outs, unembedding_residual
from latebloom.circuits.modular.views import clusters, grid, keys, phase
from latebloom.measures import Snapshot
from latebloom.tasks import ModularTask, Task

DRAWS = 5
"""Random controls beside each ablation of the page."""


def facts(task: Task) -> dict[str, Any]:
    """p; the sign s if the answer is at position x + s·y mod ``order``; and the meaning of the positions if they are
    not the values themselves."""
    assert isinstance(task, ModularTask)
    order = positions(task)
    return {"p": task.p, "phase_sign": order.sign, "order": len(order.x), "positions": describe_positions(order)}


def page(snapshot: Snapshot) -> dict[str, Any]:
    """explanation; numbers of the comparison table; heads (None for an MLP); ablations with their controls."""
    explanation, attention = snapshot.get(explain), snapshot.get(heads)
    table = ablations(snapshot, DRAWS)
    return {
        "explanation": explanation.model_dump(),
        "numbers": numbers(snapshot),
        "heads": None if attention is None else _heads(snapshot, attention),
        "ablations": [row.model_dump() | {"notes": _notes(row), "of_cluster": row.of_cluster} for row in table],
    }


def _heads(snapshot: Snapshot, attention: Sequence[AttentionHead]) -> list[dict[str, Any]]:
    """The heads, each with the share of its variance that all key frequencies explain together."""
    together = shares_of(snapshot.exact.get(grid), snapshot.get(keys))
    return [dataclasses.asdict(head) | {"fve_by_keys": share} for head, share in zip(attention, together, strict=True)]


def _notes(row: Ablation) -> list[str]:
    """Where the loss lies among those of each control; that no control is matched, where a cluster has none."""
    notes = [control.place_of(row.loss) for control in row.controls]
    if not row.control:
        notes.append("no random control of this size exists")
    elif row.of_cluster and not row.matched:
        notes.append("no other neurons have this number and this total energy")
    return notes


def heads(snapshot: Snapshot) -> list[AttentionHead] | None:
    """The attention heads, in float64; None for an MLP."""
    return attention_heads(snapshot.exact.get(grid))


def ablations(snapshot: Snapshot, draws: int = 3) -> list[Ablation]:
    """The ablation table with the key frequencies of the basis, each row with ``draws`` random controls."""
    exact = snapshot.exact
    return ablate_on_grid(exact.model, exact.get(grid), snapshot.get(keys), draws=draws)


def numbers(snapshot: Snapshot) -> dict[str, Any]:
    """The quantities of the table of measured and published numbers, by key; None where undefined."""
    explanation: Explanation = snapshot.get(explain)
    attention, shown = snapshot.get(heads) or (), snapshot.exact.get(shown_neuron)
    return {
        "loss": explanation.loss.all,
        "train_loss": explanation.loss.train,
        "test_loss": explanation.loss.test,
        "accuracy": explanation.accuracy,
        "key_frequencies": explanation.key_frequencies,
        "clustered_fraction": explanation.neurons.clustered_fraction,
        "cluster_sizes": [explanation.neurons.clusters.get(k, 0) for k in explanation.key_frequencies],
        "neuron_fve": None if shown is None else float(snapshot.exact.get(clusters).fve[shown]),
        "fve_cos_fit": explanation.logits.fve_cos_fit,
        "loss_cos_fit": explanation.logits.loss_cos_fit,
        "restricted_loss": explanation.restricted_loss.all,
        "excluded_loss": explanation.excluded_loss.train,
        "sum_squared_weights": explanation.sum_squared_weights,
        "head_fve": _range([head.fve for head in attention if head.fve is not None]),
        "to_itself": _range([head.to_itself for head in attention]),
        **_w_logit(snapshot.exact),
    }


def shown_neuron(snapshot: Snapshot) -> int | None:
    """The neuron that the figures show: the first in a key frequency's cluster, else the first live one.

    Source: the write-up shows neuron 0. None where no neuron is live.
    """
    by_frequency = snapshot.get(clusters)
    live = by_frequency.live.nonzero().flatten().tolist()
    ks = snapshot.get(keys)
    in_key = [n for n in live if bool(by_frequency.clustered[n]) and int(by_frequency.frequency[n]) in ks]
    return next(iter(in_key or live), None)


def _w_logit(snapshot: Snapshot) -> dict[str, Any]:
    grid_and_sign, ks = snapshot.get(phase), snapshot.get(keys)
    if grid_and_sign is None:
        return {"w_logit_residual": None, "read_out_fve": None}
    whole, sign = grid_and_sign
    explained = [read.fve for read in read_outs(whole, ks, sign) if read.fve is not None]
    return {"w_logit_residual": unembedding_residual(whole, ks), "read_out_fve": _range(explained)}


def _range(values: Sequence[float]) -> list[float] | None:
    return [min(values), max(values)] if values else None
