"""Printing: JSON for machines, aligned tables for people."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from shutil import which
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from latebloom._errors import in_one_line
from latebloom._registry import import_options
from latebloom._text import aligned, duration
from latebloom.cli.encoding import encodes_everything

if TYPE_CHECKING:
    from latebloom.lab.compare import Comparison
    from latebloom.lab.study import StudyResult


def print_json(value: Any) -> None:
    """Indented JSON on standard output, with escapes where its encoding lacks characters."""
    print(json.dumps(value, indent=2, ensure_ascii=not encodes_everything(), allow_nan=False))


def print_pairs(rows: Sequence[Sequence[str]]) -> None:
    """Two columns: quantity, value."""
    if rows:
        print(aligned([[_harmless(cell) for cell in row] for row in rows]))


def print_plan(rows: Sequence[dict[str, Any]], named: Sequence[str], notes: Sequence[Sequence[str]] = ()) -> None:
    """What would be trained: a row for each group of runs, which the columns ``named`` tell apart, and the total.

    rows: each with ``runs``, those of them that are ``left``, and ``seconds_at_most``, None where it is not known.
    """
    times = [row["seconds_at_most"] for row in rows]
    cells = [
        (*(row[name] for name in named), str(row["runs"]), str(row["left"]), "–" if time is None else duration(time))
        for row, time in zip(rows, times, strict=True)
    ]
    print_table((*named, "runs", "left", "at most about"), cells)
    print_pairs([*notes, ("total", duration(sum(time or 0.0 for time in times)))])


def print_next(commands: Sequence[tuple[Sequence[str], str]]) -> None:
    """What to do next: the arguments of commands, each with what it does, as lines that can be pasted into a shell."""
    print("\nWhat to do next:")
    modules = import_options()
    lines = [(" ".join([program(), *map(quote, [*arguments, *modules])]), does) for arguments, does in commands]
    width = max(len(command) for command, _ in lines)
    for command, does in lines:
        print(f"  {command:<{width}}  # {does}")


def _harmless(text: str) -> str:
    """The text without what a terminal would act on, such as the colours in the name of a directory."""
    return "\n".join(in_one_line(line) for line in text.split("\n"))


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
        table.add_column(Text(_harmless(name)))
    for row in rows:
        table.add_row(*(Text(_harmless(cell)) for cell in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=10_000)
    console.print(table)


def print_rules(result: "Comparison | StudyResult") -> None:
    """By which frozen rules something was judged, and on how many runs."""
    rules = "none frozen" if result.rules_hash is None else f"{result.rules_hash[:12]}, frozen {result.frozen}"
    changed = "" if result.rules_stand or result.rules_hash is None else "; the code has other rules now"
    print_pairs([("rules", rules + changed), ("runs", f"{result.runs} of {result.asked}")])
