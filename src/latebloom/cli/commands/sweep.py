"""Train a recipe with every combination of some settings and seeds, on this machine or on a Ray cluster.

latebloom sweep small --grid data.fraction=0.3,0.5 --grid optimiser.lr=1e-3,3e-3 --seeds 0:8
latebloom sweep grid.toml --engine ray --address auto

Finished runs are skipped, interrupted runs resume and new runs are added. Repeat the command to finish a sweep that was
stopped or killed; give more values or seeds to extend it. --runs also accepts a URI (s3://BUCKET/PATH): workers then
train in a scratch directory and copy each run to that place. A file contains recipe = "small", seeds = "0:8" and the
tables [grid] and [settings]. Separate values by semicolons if they contain commas.
"""

from typing import TYPE_CHECKING, Any

from latebloom._registry import suggested
from latebloom._text import duration
from latebloom.cli.output import print_json, print_pairs
from latebloom.cli.parser import Parser, add_json, add_runs, positive
from latebloom.cli.settings_help import add_settings_help

if TYPE_CHECKING:
    from latebloom.sweeps.tally import Tally


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument(
        "recipe",
        metavar="RECIPE|FILE",
        help="name of a recipe (see `latebloom recipes`), MODULE:FUNCTION, or a .toml or .json file",
    )
    parser.add_argument(
        "--grid", metavar="SECTION.FIELD=a,b,c", action="append", default=[], help="values of a field; can be repeated"
    )
    parser.add_argument(
        "--seeds", metavar="0:32", help="seeds of initial weights and data: 0:32, or 0,1,5 (default: 0)"
    )
    parser.add_argument("--steps", type=int, metavar="N", help="shorthand for --training.steps")
    parser.add_argument(
        "--name", metavar="SWEEP", help="name of the sweep's directory (default: RECIPE-sweep, or the name of the file)"
    )
    add_runs(parser)
    parser.add_argument(
        "--engine", choices=("local", "ray"), default="local", help="this machine or a Ray cluster (default: local)"
    )
    parser.add_argument(
        "--workers", type=positive, metavar="N", help="number of processes of the local engine (default: one per core)"
    )
    parser.add_argument(
        "--address", metavar="ADDRESS", help="address of the Ray cluster (default: start one on this machine)"
    )
    parser.add_argument("--dry-run", action="store_true", help="show the plan, and train nothing")
    parser.add_argument("--quiet", action="store_true", help="show no plan and no progress")
    add_json(parser)
    add_settings_help(parser, arguments)
    options, rest = parser.parse_known_args(arguments)
    from latebloom.sweeps.expand import expand
    from latebloom.sweeps.place import place_of
    from latebloom.sweeps.plan import make_plan
    from latebloom.sweeps.spec import make_spec, usual_name
    from latebloom.sweeps.train import train_sweep, worker_count

    steps = [] if options.steps is None else ["--training.steps", str(options.steps)]
    spec = make_spec(options.recipe, options.grid, options.seeds, [*rest, *steps])
    jobs = expand(spec)
    place = place_of(options.runs, usual_name(options.recipe) if options.name is None else options.name)
    if options.dry_run or not (options.quiet or options.json):
        plan = make_plan(place, jobs)
        priced = plan.priced(worker_count(plan.left, options.workers))
        if options.dry_run and options.json:
            print_json(priced)
        else:
            print_pairs(_plan_rows(priced))
    if options.dry_run:
        return 0
    quiet = options.quiet or options.json
    tally = train_sweep(place, jobs, spec, options.engine, options.workers, options.address, quiet)
    if options.json:
        print_json({"sweep": str(place), **tally.to_dict()})
    else:
        print_pairs(_result_rows(str(place), tally))
    return 0 if tally.count("finished") == tally.total else 1


def _plan_rows(plan: dict[str, Any]) -> list[tuple[str, str]]:
    standing = ", ".join(f"{count} {status}" for status, count in plan["standing"].items())
    rows = [("sweep", plan["sweep"]), ("runs", f"{plan['runs']} ({standing})")]
    if plan["seconds_at_most"] is not None:
        length = duration(plan["seconds_at_most"])
        rows.append(("time", f"at most about {length} on {plan['workers']} cores, for {plan['left']} runs"))
        rows.append(("disk", f"at most about {plan['megabytes_at_most']:g} MB"))
    return rows


def _result_rows(place: str, tally: "Tally") -> list[tuple[str, str]]:
    rows = [(status, str(tally.count(status))) for status in ("finished", "diverged", "failed")]
    rows += [("left", f"{tally.left} ({tally.stopped}); the same command continues")] if tally.left else []
    rows += [(name, message) for name, message in tally.messages]
    return [*rows, ("next", suggested("table", place))]
