"""Find the amount of data at which a recipe groks, by bisection.

latebloom crossover small --repeats 3 --minutes 30
latebloom crossover small --task.p 13 --low 0.2 --high 0.9 --tolerance 0.05

With little data a recipe only memorises, and with much data it generalises at once. Between the two it groks: test
accuracy reaches 99 % at twice the step at which train accuracy does, or later. Both edges of this range are bisected;
at each size the majority of the repeats (seeds 0, 1, …) decides. For tasks that can list their examples, sizes and the
tolerance are shares of all examples (data.fraction); for other tasks, sizes are numbers of examples (data.train_size)
and the tolerance is in doublings. All runs are kept in the sweep RUNS/NAME. If the command is repeated, it reads the
existing runs and continues; a finer tolerance or more repeats add runs. The limit --minutes is checked between rounds.
--SECTION.FIELD VALUE changes any setting of the experiment.
"""

import sys
from argparse import ArgumentTypeError, Namespace
from math import isfinite
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from latebloom._text import duration
from latebloom.cli.output import print_json, print_pairs
from latebloom.cli.parser import Parser, add_json, add_quiet, add_runs, add_workers, positive
from latebloom.cli.settings_help import add_settings_help

if TYPE_CHECKING:
    from latebloom.lab.crossover import Crossover, Search


def run(parser: Parser, arguments: list[str]) -> int:
    _add_options(parser)
    add_settings_help(parser, arguments)
    options, rest = parser.parse_known_args(arguments)
    from latebloom.lab.crossover import Limits, run_search, sizes_at_most

    search = _search(options, rest)
    if options.dry_run:
        plan = _plan(search)
        print_json(plan) if options.json else print_pairs([(name, str(value)) for name, value in plan.items()])
        return 0
    quiet = options.quiet or options.json

    most, begin = sizes_at_most(search.within) - len(search.completed()), monotonic()
    found: list[float] = []

    def report(tried: Any) -> None:
        found.append(tried.size)
        left = (monotonic() - begin) / len(found) * max(most - len(found), 0)
        if not quiet:
            line = f"{search.field} {tried.size:g}: {tried.text}; at most about {duration(left)} left"
            print(line, file=sys.stderr, flush=True)

    limits = Limits(options.runs_at_most, options.minutes)
    result = run_search(search, limits, options.workers, quiet, report)
    figure = _figure(search, result)
    if options.json:
        print_json({"sweep": str(search.place), **result.model_dump(mode="json"), **figure})
    else:
        print_pairs([("sweep", str(search.place)), *result.rows(), *((k, v) for k, v in figure.items() if v)])
    return 1 if result.ended in ("interrupted", "failed") else 0


def _add_options(parser: Parser) -> None:
    parser.add_argument(
        "recipe", metavar="RECIPE", help="name of a recipe (see `latebloom recipes`), or MODULE:FUNCTION"
    )
    parser.add_argument(
        "--field", metavar="FIELD", help="data.fraction or data.train_size (default: the one that the task uses)"
    )
    parser.add_argument(
        "--low",
        type=_number,
        metavar="SIZE",
        help="smallest size (default: a share of 0.05, or 1/16 of the recipe's size)",
    )
    parser.add_argument(
        "--high",
        type=_number,
        metavar="SIZE",
        help="largest size (default: a share of 0.95, or 16 times the recipe's size)",
    )
    parser.add_argument(
        "--tolerance",
        type=_number,
        metavar="T",
        help="stop when each edge is known to this width (default: a share of 0.02, or 0.25 doublings)",
    )
    parser.add_argument("--repeats", type=positive, default=3, metavar="N", help="runs at each size (default: 3)")
    parser.add_argument("--runs-at-most", type=positive, metavar="N", help="train at most N runs")
    parser.add_argument("--minutes", type=_number, metavar="M", help="start no new round after M minutes")
    parser.add_argument(
        "--steps", type=int, metavar="N", help="shorthand for --training.steps, the largest number of steps of a run"
    )
    parser.add_argument("--name", metavar="SWEEP", help="name of the sweep's directory (default: RECIPE-crossover)")
    add_runs(parser)
    add_workers(parser)
    parser.add_argument(
        "--dry-run", action="store_true", help="show which sizes would be tried next, and train nothing"
    )
    add_quiet(parser)
    add_json(parser)


def _search(options: Namespace, rest: list[str]) -> "Search":
    from latebloom.lab.crossover import make_search
    from latebloom.lab.sweep import sweep_folder
    from latebloom.recipes import recipe_label

    place = sweep_folder(
        options.runs, f"{recipe_label(options.recipe)}-crossover" if options.name is None else options.name
    )
    settings = rest if options.steps is None else [*rest, "--training.steps", str(options.steps)]
    own = (options.field, options.low, options.high, options.tolerance, options.repeats)
    return make_search(options.recipe, place, settings, *own)


def _plan(search: "Search") -> dict[str, Any]:
    """The sizes that a search would try; ``runs_at_most`` assumes that no size ends in a tie."""
    from latebloom.lab.crossover import next_sizes, sizes_at_most

    within, known = search.within, search.completed()
    return {
        "sweep": str(search.place),
        "field": search.field,
        "low": within.low,
        "high": within.high,
        "tolerance": within.tolerance,
        "known": known,
        "next": list(next_sizes(search.outcomes(known), within)),
        "runs_at_most": sizes_at_most(within) * len(search.spec.seeds),
    }


def _figure(search: "Search", result: "Crossover") -> dict[str, str | None]:
    """The path of the figure, or the reason why it could not be drawn; the numbers do not depend on it."""
    from latebloom._errors import LatebloomError
    from latebloom.lab.crossover import draw_crossover

    try:
        path: Path | None = draw_crossover(search, result)
        return {"figure": str(path), "no figure": None}
    except LatebloomError as error:
        return {"figure": None, "no figure": str(error)}


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or value < 0:
        raise ArgumentTypeError(f"got {text!r}, expected a number of 0 or more")
    return value
