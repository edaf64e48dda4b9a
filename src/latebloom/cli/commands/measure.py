"""Compute every measure at every checkpoint of a run and store the values in the run.

Checkpoints that are measured already are skipped, so an interrupted command can be repeated.
"""

from rich.console import Console
from rich.progress import Progress

from latebloom.cli.output import print_json, print_pairs
from latebloom.cli.parser import Parser, add_json, add_runs


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("target", metavar="RUN", help="a run (path or name)")
    parser.add_argument(
        "--rule",
        help="rule that chooses the key frequencies: neurons, embedding or w_logit "
        "(default: the rule of the last call, "
        "else neurons)",
    )
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.lab.measure import measure
    from latebloom.runs import open_run

    measured = open_run(options.target, options.runs)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("checkpoints")
        measure(measured, options.rule, lambda done, of: bar.update(task, completed=done, total=of))
    table = measured.directory.read_table("measures")
    last = {name: table[name][-1].as_py() for name in table.column_names}
    if options.json:
        print_json({"run": str(measured.path), "checkpoints": len(table), "last": last})
    else:
        file = measured.path / "measures.parquet"
        print(f"{file} holds the measures of {len(table)} checkpoints; values at the last one:")
        print_pairs(
            [
                (name, f"{value:.6g}")
                for name, value in last.items()
                if not name.startswith("embedding_fraction.") and value is not None
            ]
        )
        phases = measured.phases
        print(f"\nphases: {phases.reason}")
    return 0
