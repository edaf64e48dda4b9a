"""The table of measured numbers, with published ones if the run is of the published model."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from latebloom.analysis import Analysis
from latebloom.phases import MEMORISATION_ENDS, SETTLES, UNDER_GUESSING
from latebloom.published import filled, published_source, published_text

MAINLINE = {"name": "modular_addition", "p": 113}
"""The task of the published model, which is a transformer."""


def compare(analysis: Analysis, numbers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of quantity, kind (how to print it), ours, write_up, source and note; empty for a family without numbers.

    ours is None where undefined. The published columns are None if no number is published, and for every
    experiment other than addition mod 113 with a transformer.
    """
    if not numbers:
        return []
    ours = {**numbers, **_of_phases(analysis)}
    published = _is_mainline(analysis)
    return [_row(row, ours, published) for row in published_rows()]


def published_rows() -> list[dict[str, str]]:
    """The rows of ``write_up.toml``, with the published number as text (``write_up``) and its ``source``."""
    rows = tomllib.loads(files("latebloom.lab").joinpath("write_up.toml").read_text("utf-8"))["row"]
    return [_with_published(row) for row in rows]


def _with_published(row: dict[str, str]) -> dict[str, str]:
    beside = {"note": filled(row["note"])} if "note" in row else {}
    if "published" in row:
        beside |= {"write_up": published_text(row["published"]), "source": published_source(row["published"])}
    return row | beside


def _is_mainline(analysis: Analysis) -> bool:
    return analysis.task.model_dump() == MAINLINE and analysis.run.experiment.model.kind == "transformer"


def _row(row: dict[str, str], ours: Mapping[str, Any], published: bool) -> dict[str, Any]:
    beside = {name: row.get(name) if published else None for name in ("write_up", "source", "note")}
    own = ours.get(row["key"])
    return {"key": row["key"], "quantity": row["quantity"], "kind": row["kind"], "ours": own, **beside}


def _of_phases(analysis: Analysis) -> dict[str, float | None]:
    names = {
        "memorised": MEMORISATION_ENDS,
        "restricted_falls": "restricted loss falls fast",
        "test_under_guessing": UNDER_GUESSING,
        "test_settles": SETTLES,
    }
    return {key: analysis.boundary(name) for key, name in names.items()}
