"""The write-up, executed: train what is missing, judge every claim, write one page.

latebloom reproduce                      at most half an hour on two cores
latebloom reproduce --budget full        hours; --dry-run says how many
latebloom reproduce --budget full --only digits --only trigrams

Each system of the write-up is a sweep in RUNS/reproduce; what is there is not trained again, so that the same command
goes on after Ctrl-C. After each system two files are written there: the page, BUDGET.html (the claims, the steps of
phase changes beside the published ones, every picture of the write-up), and its data, BUDGET.json. Exit status 1 if a
claim fails, or if it was stopped.
"""

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latebloom.cli.output import print_json, print_pairs, print_table
from latebloom.cli.parser import Parser, add_json, add_runs, positive

if TYPE_CHECKING:
    from latebloom.lab.reproduce import Reproduction


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("--budget", choices=("quick", "full"), default="quick", help="how much is trained (quick)")
    parser.add_argument(
        "--only", action="append", default=[], metavar="SYSTEM", help="train this system only; may be repeated"
    )
    add_runs(parser)
    parser.add_argument("--workers", type=positive, metavar="N", help="processes (one per core)")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="show what would be trained, and how long that takes; to know it, trains a few steps of each system that "
        "has runs left: minutes",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.lab.reproduce import HOME, plan, reproduce

    root, quiet = Path(options.runs), options.quiet or options.json
    told = (lambda line: None) if quiet else (lambda line: print(line, file=sys.stderr, flush=True))
    if options.dry_run:
        rows = plan(options.budget, root, options.only, options.workers, told)
        print_json(rows) if options.json else _print_plan(rows)
        return 0
    found, stopped = reproduce(options.budget, root, options.only, options.workers, quiet, told)
    if options.json:
        print_json(found.model_dump(mode="json"))
    else:
        _print_result(found)
        print_pairs([("page", str(root / HOME / f"{options.budget}.html"))])
        print_pairs([("not whole", f"{stopped}; the same command goes on")] if stopped else [])
    return int(stopped is not None or found.count("fails") > 0)


def _print_plan(rows: list[dict[str, Any]]) -> None:
    def told(seconds: float | None) -> str:
        return "–" if seconds is None else str(timedelta(seconds=round(seconds)))

    columns = ("system", "runs", "left", "at most about")
    print_table(columns, [(r["system"], str(r["runs"]), str(r["left"]), told(r["seconds_at_most"])) for r in rows])
    print_pairs([("in all", told(sum(r["seconds_at_most"] or 0.0 for r in rows)))])


def _print_result(found: "Reproduction") -> None:
    from latebloom.explorer.reproduction import measured, spread

    rows = [(c.id, c.outcome, measured(c), spread(c), c.write_up) for c in found.claims]
    print_table(("claim", "verdict", "measured", "runs that uphold it", "write-up"), rows)
    print_pairs([(outcome, str(found.count(outcome))) for outcome in ("holds", "fails", "undecided")])
