"""docs/measures.md: the figures of `explain`, and the columns that `measure` stores, from their declarations."""

from __future__ import annotations

from collections.abc import Iterable

from .columns import Column, columns_by_family
from .templating import render


def measures_page() -> str:
    """docs/measures.md."""
    return render("measures", columns={name: table(columns) for name, columns in columns_by_family().items()})


def table(columns: Iterable[Column]) -> str:
    """The columns of one family, as Markdown; a placeholder such as ``{k}`` is printed as it stands."""
    return render("columns", columns=list(columns)).rstrip()
