"""Compare optimisers, losses and regularisers: a fair contest, and a verdict on each published statement.

latebloom compare                        takes minutes on two cores: x + y, one seed for tuning, five fresh ones
latebloom compare --budget full          takes hours: three tasks, three seeds for tuning, thirty fresh ones
latebloom compare --only muon --only adamw

Every contestant is tuned on the same number of trainings with seeds of its own, then trained at the chosen setting with
fresh seeds. Rows of published hyperparameters are not tuned and train longer. When a run ends, its quantities are
stored as a line of COURSE.jsonl, and a run that is stored is not trained again, so the same command resumes after
Ctrl-C. Where results/compare/rules.json holds the frozen rules, only runs that were trained after the rules were frozen
decide about the statements.

Steps and seconds count until the test set stays learned at 99 %, late or at once. The exit status is 1 if the command
was stopped; a statement that fails is a result.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from latebloom.cli.output import print_json, print_pairs, print_plan, print_rules, print_table
from latebloom.cli.parser import Parser, add_campaign

if TYPE_CHECKING:
    from latebloom.lab.compare import Comparison, Row


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument(
        "--only", action="append", default=[], metavar="CONTESTANT", help="train only this one; can be repeated"
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="show how many runs would be trained, and estimate the time from a few steps of some of them",
    )
    parser.add_argument("--stored", action="store_true", help="train nothing: judge the runs that are stored")
    add_campaign(parser, "compare", "compare")
    options = parser.parse_args(arguments)
    from latebloom.lab.compare import compare, judge_comparison, plan, results_of

    root, quiet = Path(options.runs), options.quiet or options.json
    progress = (lambda line: None) if quiet else (lambda line: print(line, file=sys.stderr, flush=True))
    results = results_of(root, Path(options.results) if options.results else None)
    common = {"only": options.only, "workers": options.workers, "progress": progress, "results": results}
    os.nice(options.nice)
    if options.dry_run:
        rows = plan(options.budget, root, **common)
        print_json(rows) if options.json else print_plan(rows, ("course", "stage"))
        return 0
    if options.stored and options.only:
        parser.error("--only: got it with --stored, which judges every stored run; leave one of them out")
    if options.stored:
        result, stopped = judge_comparison(options.budget, results), None
    else:
        result, stopped = compare(options.budget, root, quiet=quiet, **common)
    if options.json:
        print_json(result.model_dump(mode="json"))
    else:
        _print_result(result)
        print_pairs([("records", str(results.path)), *([("incomplete", stopped)] if stopped else [])])
    return int(stopped is not None)


def _print_result(result: "Comparison") -> None:
    numbers = ("median step", "seconds", "AdamW / it", "never", "lost", "tuned")
    print_table(("course", "contestant", "runs", *numbers, "setting"), [_cells(row, result) for row in result.rows])
    judged = [(one.course, one.id, one.state, one.finding, one.published) for one in result.statements]
    print_table(("course", "statement", "verdict", "found", "published"), judged)
    print_rules(result)


def _cells(row: "Row", result: "Comparison") -> tuple[str, ...]:
    from latebloom.studies.texts import shown

    numbers = (
        shown(row.median_step, "{:.0f}"),
        shown(row.median_seconds, "{:.1f}"),
        times_sooner(row, result),
        shown(row.never, "{:.0%}"),
        shown(row.lost, "{:.0%}"),
        shown(row.tuned, "{:.0%}"),
    )
    return (row.course, row.contestant, str(row.runs), *numbers, row.settings or "tuning is not complete")


def times_sooner(row: "Row", result: "Comparison") -> str:
    """The median step of the baseline over that of a contestant: a bound where one of them is never reached, a dash
    where both are, and in the baseline's own row."""
    from latebloom.lab.compare import BASELINE
    from latebloom.studies.texts import shown

    baseline = next(one for one in result.rows if (one.course, one.contestant) == (row.course, BASELINE))
    known = baseline.median_step.value is not None, row.median_step.value is not None
    if row.contestant == BASELINE or not any(known):
        return "–"
    bound = "" if all(known) else "at most " if known[0] else "at least "
    return bound + shown(row.speed_up, "{:.2f}")
