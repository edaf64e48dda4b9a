"""Compute every measure at every checkpoint of a run and store the values in the run.

Checkpoints that are measured already are skipped, so an interrupted command can be repeated.
"""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latebloom._errors import LatebloomError
from latebloom.cli.output import print_json, print_pairs
from latebloom.cli.parser import Parser, add_json, add_runs
from latebloom.cli.progress import Progress

if TYPE_CHECKING:
    from latebloom.runs import Run


def run(parser: Parser, arguments: list[str]) -> int:
    if {"-h", "--help"} & set(arguments):
        from latebloom.store import kept_for_user

        parser.epilog = kept_for_user("measures", _costly_listed)
    parser.add_argument("target", metavar="RUN", help="a run (path or name)")
    parser.add_argument(
        "--rule",
        help="rule that chooses the key frequencies: neurons, embedding or w_logit "
        "(default: the rule of the last call, "
        "else neurons)",
    )
    parser.add_argument(
        "--with",
        dest="asked",
        metavar="MEASURE",
        action="append",
        default=[],
        help="also compute a measure that takes seconds, one of those listed below; can be repeated",
    )
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.store import kept

    command = ("measure", options.target, options.runs, options.rule, *options.asked)
    found = kept(options.target, options.runs, command, lambda: _measure(options))
    if options.json:
        print_json({"run": found["run"], "checkpoints": found["checkpoints"], "last": found["last"]})
    else:
        file = Path(found["run"]) / "measures.parquet"
        print(f"{file} holds the measures of {found['checkpoints']} checkpoints; values at the last one:")
        print_pairs(
            [
                (name, f"{value:.6g}")
                for name, value in found["last"].items()
                if not name.startswith("embedding_fraction.") and value is not None
            ]
        )
        print(f"\nphases: {found['phases']}")
    return 0


def _costly_listed() -> str:
    """The measures for --with, for the help text."""
    from latebloom import circuits  # noqa: F401 - registers the measures
    from latebloom.measures import MEASURES

    costly = (measure for measure in MEASURES.values() if measure.costly)
    rows = [f"  {one.name:<14} {', '.join(column.name for column in one.columns)}" for one in costly]
    return "\n".join(["measures that take seconds, and what they compute:", *rows])


def _measure(options: Namespace) -> dict[str, Any]:
    from latebloom.lab.measure import measure
    from latebloom.runs import open_run

    with Progress() as progress:
        watch = progress.of("measuring the checkpoints")
        run = measure(open_run(options.target, options.runs), options.rule, watch, asked=options.asked)
    table = run.directory.read_table("measures")
    last = {name: table[name][-1].as_py() for name in table.column_names}
    return {"run": str(run.path), "checkpoints": len(table), "last": last, "phases": _phases(run)}


def _phases(run: "Run") -> str:
    """What the phases of the run are, or why there are none: the measures do not need them."""
    try:
        return run.phases.reason
    except LatebloomError as error:
        return str(error)
