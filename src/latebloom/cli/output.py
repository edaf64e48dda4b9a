"""Printing: JSON for machines, aligned tables for people."""

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from latebloom.cli.encoding import encodes_everything


def print_json(value: Any) -> None:
    """Indented JSON on standard output, with escapes where its encoding lacks characters."""
    print(json.dumps(value, indent=2, ensure_ascii=not encodes_everything(), allow_nan=False))


def print_pairs(rows: Sequence[tuple[str, str]]) -> None:
    """Two columns: quantity, value."""
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")


def print_next(commands: Sequence[tuple[str, str]]) -> None:
    """Commands to paste, each behind a comment that says what it does."""
    print("\nWhat to do next:")
    width = max(len(command) for command, _ in commands)
    for command, does in commands:
        print(f"  {command:<{width}}  # {does}")


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns with a header. Nothing is cut off when the output is not a terminal. Cells are plain text, not markup."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in header:
        table.add_column(Text(name))
    for row in rows:
        table.add_row(*map(Text, row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=10_000)
    console.print(table)
