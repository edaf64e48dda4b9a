"""The table of measured numbers, beside the write-up's where the run is of its mainline model."""

import tomllib
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any

from latebloom.circuits.modular.explanation import Explanation
from latebloom.circuits.modular.heads import AttentionHead
from latebloom.circuits.modular.unembedding import read_outs, unembedding_residual
from latebloom.figures import FigureSource
from latebloom.figures import neuron as neuron_figure
from latebloom.published import filled, published_source, published_text


def compare(
    source: FigureSource, explanation: Explanation, heads: Sequence[AttentionHead] | None
) -> list[dict[str, Any]]:
    """Rows of quantity, kind (how to print it), ours, write_up, source and note.

    ours is None where undefined; the write-up's columns are None where it gives no number, and for every other
    experiment than addition mod 113 with a transformer.
    """
    numbers = _numbers(source, explanation, heads)
    published = _is_mainline(source)
    return [_row(row, numbers, published) for row in published_rows()]


def published_rows() -> list[dict[str, str]]:
    """The rows of ``write_up.toml``, with the published number as text (``write_up``) and its ``source``."""
    rows = tomllib.loads(files("latebloom.lab").joinpath("write_up.toml").read_text("utf-8"))["row"]
    return [_with_published(row) for row in rows]


def _with_published(row: dict[str, str]) -> dict[str, str]:
    beside = {"note": filled(row["note"])} if "note" in row else {}
    if "published" in row:
        beside |= {"write_up": published_text(row["published"]), "source": published_source(row["published"])}
    return row | beside


def _is_mainline(source: FigureSource) -> bool:
    experiment = source.run.experiment
    return source.task.name == "modular_addition" and source.task.p == 113 and experiment.model.kind == "transformer"


def _row(row: dict[str, str], numbers: dict[str, Any], published: bool) -> dict[str, Any]:
    beside = {name: row.get(name) if published else None for name in ("write_up", "source", "note")}
    return {"key": row["key"], "quantity": row["quantity"], "kind": row["kind"], "ours": numbers[row["key"]], **beside}


def _numbers(source: FigureSource, explanation: Explanation, heads: Sequence[AttentionHead] | None) -> dict[str, Any]:
    keys = explanation.key_frequencies
    logits = explanation.logits
    return {
        "loss": explanation.loss.all,
        "train_loss": explanation.loss.train,
        "test_loss": explanation.loss.test,
        "accuracy": explanation.accuracy,
        "key_frequencies": keys,
        "clustered_fraction": explanation.neurons.clustered_fraction,
        "cluster_sizes": [explanation.neurons.clusters.get(k, 0) for k in keys],
        "neuron_fve": neuron_figure.data(source).fve if explanation.neurons.live else None,
        "fve_cos_fit": logits.fve_cos_fit,
        "loss_cos_fit": logits.loss_cos_fit,
        "restricted_loss": explanation.restricted_loss.all,
        "excluded_loss": explanation.excluded_loss.train,
        "sum_squared_weights": explanation.sum_squared_weights,
        **_of_heads(heads),
        **_of_w_logit(source, keys),
        **_of_phases(source),
    }


def _of_heads(heads: Sequence[AttentionHead] | None) -> dict[str, Any]:
    explained = [head.fve for head in heads or () if head.fve is not None]
    return {"head_fve": _range(explained), "to_itself": _range([head.to_itself for head in heads or ()])}


def _of_w_logit(source: FigureSource, keys: Sequence[int]) -> dict[str, Any]:
    sign = source.task.phase_sign
    if not keys or sign is None:
        return {"w_logit_residual": None, "read_out_fve": None}
    explained = [read.fve for read in read_outs(source.grid, keys, sign) if read.fve is not None]
    return {"w_logit_residual": unembedding_residual(source.grid, keys), "read_out_fve": _range(explained)}


def _of_phases(source: FigureSource) -> dict[str, Any]:
    step: Callable[[str], float | None] = lambda name: (  # noqa: E731
        None if (found := source.phases.boundary(name)) is None else found.step
    )
    return {
        "memorised": step("memorisation ends"),
        "restricted_falls": step("restricted loss falls"),
        "test_falls": step("test loss falls"),
        "test_settles": step("test loss settles"),
    }


def _range(values: Sequence[float]) -> list[float] | None:
    return [min(values), max(values)] if values else None
