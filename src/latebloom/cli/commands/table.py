"""Print one row per run of a sweep: varied settings, outcome, phases, last losses and key frequencies.

outcome: "grokked" (train accuracy reached 99 %; test accuracy reached 99 % and stayed there at twice that step or
later), "generalised at once" (before twice that step), "partly generalised" (ends between guessing and 99 %),
"memorised" or "learned nothing". grokked: whether the outcome is "grokked". train_learned_at, test_learned_at: the
first logged step from which the accuracy stays at 99 %. …_from: the first step of each phase. Losses are in nats.
Results are cached in SWEEP/table.parquet.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from latebloom.cli.output import print_json, print_table
from latebloom.cli.parser import Parser, add_json, add_runs

if TYPE_CHECKING:
    import pyarrow


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("sweep", metavar="SWEEP", help="a sweep (path or name)")
    parser.add_argument("--out", metavar="FILE", type=Path, help="also write every column to FILE.csv or FILE.parquet")
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.sweeps.export import check_table_file
    from latebloom.sweeps.sweep import load_sweep

    if options.out is not None:
        check_table_file(options.out)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        shown = bar.add_task("runs")
        sweep = load_sweep(options.sweep, options.runs)
        table = sweep.table(lambda done, of: bar.update(shown, completed=done, total=of))
    show(table, options.out, options.json, hidden=("hash",))
    return 0


def show(table: "pyarrow.Table", out: Path | None, as_json: bool, hidden: Sequence[str] = ()) -> None:
    """Write a table to the file, as JSON, or as text without the hidden columns and the empty ones."""
    from latebloom.sweeps.export import cell_text, plain_rows, write_table_file

    if out is not None:
        write_table_file(out, table)
    if as_json:
        print_json(plain_rows(table))
    elif out is not None:
        print(f"{len(table)} rows written to {out}")
    else:
        names = [name for name in table.column_names if name not in hidden and table[name].null_count < len(table)]
        print_table(names, [[cell_text(row[name]) for name in names] for row in plain_rows(table)])
