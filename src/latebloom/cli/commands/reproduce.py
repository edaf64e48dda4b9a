"""Reproduce the write-up: train the runs that are missing, judge every claim, write one page.

latebloom reproduce                      takes at most half an hour on two cores
latebloom reproduce --budget full        takes hours; --dry-run estimates them
latebloom reproduce --budget full --only digits --only trigrams

Each system of the write-up is a sweep in RUNS/reproduce. When a run ends, the quantities that the claims need are
measured and stored in a file for each system, one line per run. A run with a complete record is not trained again, even
if it was trained on another machine, so the same command resumes after Ctrl-C. A run whose record lacks the quantity of
a new claim is measured if it is in RUNS/reproduce; otherwise the claim is not measured yet, and --again trains the run
again. A run that has not begun starts from a finished one under RUNS, of any system or study, that is its beginning:
the same experiment with fewer steps. All systems are trained to five seeds of each sweep, then to ten, then to the
rest. After each system two files are written to RUNS/reproduce: the page BUDGET.html, with the claims, the steps of
phase changes beside the published ones and every picture of the write-up, and its data, BUDGET.json.

Where a checkout has results/rules.json, which holds the frozen rules, a run counts in the full budget only if it was
trained after the rule was frozen, with a seed of 100 or more; earlier runs give a second verdict.

--published judges weights and curves that others published, as files of torch or safetensors, by the same rules, each
file as one run. Their verdicts are a column of their own and are stored in BUDGET.html and BUDGET.json alone. The task
and the kind of data must follow from the content of a file, never from its name; where they do not, name the system.
`latebloom claims FILE` judges a file without training anything.

latebloom reproduce --published DIR --published digits-few=FILE

The exit status is 1 if a claim fails or if the command was stopped; "fails" is a result about the models.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latebloom.cli.output import print_json, print_pairs, print_plan, print_table
from latebloom.cli.parser import Parser, add_campaign, positive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from latebloom.lab.reproduce import ClaimResult, PublishedFile, Reproduction


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument(
        "--only", action="append", default=[], metavar="SYSTEM", help="train only this system; can be repeated"
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="show at once which runs would be trained, and how long that takes by the stored runs that are like them",
    )
    parser.add_argument(
        "--measure",
        action="store_true",
        help="with --dry-run: train a few steps of each system on this machine to estimate the time, for some minutes",
    )
    parser.add_argument(
        "--again", action="store_true", help="train runs again whose record lacks a quantity and that are not here"
    )
    parser.add_argument("--upto", type=positive, metavar="N", help="train at most N seeds of each sweep")
    parser.add_argument(
        "--published",
        action="append",
        default=[],
        metavar="[SYSTEM=]PATH",
        help="also judge published files: those of a directory, one file, or one file of this system; can be repeated",
    )
    add_campaign(parser, "quantities", "reproduce")
    options = parser.parse_args(arguments)
    from latebloom.lab.reproduce import HOME, plan, reproduce, results_of

    root, quiet = Path(options.runs), options.quiet or options.json
    progress = (lambda line: None) if quiet else (lambda line: print(line, file=sys.stderr, flush=True))
    results = results_of(root, Path(options.results) if options.results else None)
    common = {"only": options.only, "workers": options.workers, "progress": progress, "results": results}
    common |= {"again": options.again}
    os.nice(options.nice)
    if options.dry_run:
        rows = plan(options.budget, root, **common, measured=options.measure)
        print_json(rows) if options.json else print_plan(rows, ("system",), [*_lacking(rows), *_without_time(rows)])
        return 0
    result, stopped = reproduce(
        options.budget, root, quiet=quiet, upto=options.upto, published=options.published, **common
    )
    if options.json:
        print_json(result.model_dump(mode="json"))
    else:
        _print_result(result)
        print_pairs([("page", str(root / HOME / f"{options.budget}.html")), ("records", str(results.path))])
        print_pairs([("incomplete", f"{stopped}; the same command resumes")] if stopped else [])
    return int(stopped is not None or result.count("fails") > 0)


def _lacking(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Which systems have runs elsewhere whose records lack quantities."""
    text = "{lacking} runs that are not here lack {names}; --again trains them again"
    return [(row["system"], text.format(names=", ".join(row["lacks"]), **row)) for row in rows if row["lacking"]]


def _without_time(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """How many runs the total leaves out, because no stored run is like them."""
    left = sum(row["left"] for row in rows if row["seconds_at_most"] is None)
    text = f"{left} runs that are like no stored run; --measure trains a few steps of them to estimate their time"
    return [("not in the total", text)] if left else []


def _published(result: "Reproduction", claim: "ClaimResult") -> tuple[str, ...]:
    """The cell of the column with published files, where there is one."""
    cell = "; ".join(f"{one.state} ({one.file})" for one in claim.published) or "–"
    return (cell,) if result.published else ()


def print_files(files: "Sequence[PublishedFile]") -> None:
    """What each published file was taken for, or why it was skipped."""
    rows = [(one.file, ", ".join(one.systems) or "skipped", one.note) for one in files]
    print_table(("published file", "judged by the claims of", "what it is, or why it was skipped"), rows)


def _print_result(result: "Reproduction") -> None:
    from latebloom.claims import STATES
    from latebloom.explorer.reproduction import measured, spread

    rows = [(c.id, c.state, measured(c), spread(c), c.write_up, *_published(result, c)) for c in result.claims]
    columns = ("claim", "verdict", "effect (95 %)", "runs that uphold it", "write-up")
    print_table((*columns, "published") if result.published else columns, rows)
    if result.published:
        print_files(result.published)
    print_table(
        ("system", "runs stored", "runs asked for"), [(s.name, str(s.stored), str(s.runs)) for s in result.systems]
    )
    print_pairs([(state, str(result.count(state))) for state in STATES])
    print_pairs(
        [
            ("expected to hold by chance", f"{result.by_chance:.1f}"),
            ("on fewer than ten runs", str(result.on_few_runs)),
            ("on a smaller p", str(result.on_smaller_p)),
        ]
    )
