"""Run a study: answer one open question of the write-up over runs, by rules that were fixed before the runs existed.

latebloom studies                        the questions, and the verdicts so far
latebloom study NAME                     takes minutes on two cores
latebloom study NAME --budget full       takes longer; --dry-run estimates it
latebloom study NAME --freeze            freezes its rules, before the runs that judge them

When a run ends, its quantities are stored as a line of NAME.jsonl, and a run that is stored is not trained again, so
the same command resumes after Ctrl-C. A run that has not begun starts from a finished one under RUNS, of any system or
study, that is its beginning: the same experiment with fewer steps. Where results/studies/NAME.rules.json holds the
frozen rules (--freeze writes it), only runs that were trained after the rules were frozen decide.

The exit status is 1 if the command was stopped; "fails" and "undecided" are answers.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from latebloom.cli.output import print_json, print_pairs, print_plan, print_rules, print_table
from latebloom.cli.parser import Parser, add_campaign

if TYPE_CHECKING:
    from latebloom.lab.study import StudyResult


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("name", metavar="NAME", help="name of the study; `latebloom studies` lists them")
    parser.add_argument(
        "--dry-run", action="store_true", help="show how many runs would be trained, and estimate the time"
    )
    parser.add_argument(
        "--freeze",
        action="store_true",
        help="train nothing: write the rules, as they are in the code, beside the records",
    )
    parser.add_argument("--stored", action="store_true", help="train nothing: answer from the runs that are stored")
    add_campaign(parser, "studies", "studies")
    options = parser.parse_args(arguments)
    from latebloom.lab.study import freeze, judge_study, plan, results_of, study
    from latebloom.studies import STUDIES

    asked, root = STUDIES[options.name], Path(options.runs)
    results = results_of(root, Path(options.results) if options.results else None)
    quiet = options.quiet or options.json
    os.nice(options.nice)
    if options.dry_run:
        planned = plan(options.name, options.budget, root, options.workers, results)
        print_json(planned) if options.json else print_plan([planned], ("study",))
        return 0
    if options.freeze:
        rules = freeze(asked, results.path)
        print_pairs(
            [("rules", f"{rules.hash[:12]}, frozen {rules.frozen.isoformat()}"), ("records", str(results.path))]
        )
        return 0
    if options.stored:
        result, stopped = judge_study(asked, options.budget, results), None
    else:
        result, stopped = study(
            options.name,
            options.budget,
            root,
            options.workers,
            quiet,
            (lambda line: None) if quiet else (lambda line: print(line, file=sys.stderr, flush=True)),
            results,
        )
    if options.json:
        print_json(result.model_dump(mode="json"))
    else:
        _print(result)
        print_pairs([("records", str(results.path)), *([("incomplete", stopped)] if stopped else [])])
    return int(stopped is not None)


def _print(result: "StudyResult") -> None:
    caveats = [("what this does not show", result.caveats)] if result.caveats else []
    print_pairs([("question", result.question), ("answer", result.answer), *caveats])
    print_table(("claim", "verdict", "found"), [(one.id, one.state, one.finding) for one in result.claims])
    for table in result.tables:
        print(f"\n{table.title}")
        print_table(table.columns, table.rows)
    print_rules(result)
