"""Printing: JSON for machines, aligned tables for people."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from shutil import which
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from latebloom._registry import import_options
from latebloom.cli.encoding import encodes_everything


def print_json(value: Any) -> None:
    """Indented JSON on standard output, with escapes where its encoding lacks characters."""
    print(json.dumps(value, indent=2, ensure_ascii=not encodes_everything(), allow_nan=False))


def print_pairs(rows: Sequence[Sequence[str]]) -> None:
    """Two columns: quantity, value."""
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")


def print_next(commands: Sequence[tuple[Sequence[str], str]]) -> None:
    """What to do next: the arguments of commands, each with what it does, as lines that can be pasted into a shell."""
    print("\nWhat to do next:")
    modules = import_options()
    lines = [(" ".join([program(), *map(quote, [*arguments, *modules])]), does) for arguments, does in commands]
    width = max(len(command) for command, _ in lines)
    for command, does in lines:
        print(f"  {command:<{width}}  # {does}")


def program() -> str:
    """How this program is started from the present folder: by its name where the shell finds that, else by its path."""
    name = "latebloom"
    if which(name):
        return name
    called = Path(sys.argv[0])
    return quote(sys.argv[0]) if called.name == name and called.is_file() else f"{quote(sys.executable)} -m {name}"


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
