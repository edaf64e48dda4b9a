"""Train a recipe and store the run in a directory.

--SECTION.FIELD VALUE changes any setting of the experiment, for example --task.p 31 --optimiser.lr 3e-4
--data.fraction 0.5 --recording.checkpoints 100; --task.name and --model.kind choose another task or kind of model.
Ctrl-C stops training cleanly. Repeat the command to resume the run bit-identically, or to show it if it is finished.
--from RUN --steps N starts from the last state of a finished run of the same settings, in a copy.
"""

from argparse import Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from latebloom.cli.output import print_json, print_next, print_pairs, print_table
from latebloom.cli.parser import Parser, add_json, add_quiet, add_runs
from latebloom.cli.settings_help import add_settings_help

if TYPE_CHECKING:
    from latebloom.runs import Run
    from latebloom.training import Experiment


def run(parser: Parser, arguments: list[str]) -> int:
    _add_options(parser)
    add_settings_help(parser, arguments)
    options, settings = parser.parse_known_args(arguments)
    from latebloom.recipes.settings import experiment_of

    for name in ("steps", "forward"):
        value = getattr(options, name)
        settings += [] if value is None else [f"--training.{name}", str(value)]
    experiment = experiment_of(options.recipe, options.seed or 0, settings)
    quiet = options.quiet or options.json
    if options.seeds is not None:
        if options.start is not None:
            parser.error("--from: got --seeds too, expected --seed: a run starts from one of the same seed")
        if options.track is not None:
            parser.error("--track: got --seeds too, expected --seed: a tracker follows one run")
        return _many(experiment, options, quiet)
    from latebloom.lab.train import train

    trained = train(experiment, options.name, options.runs, quiet=quiet, track=options.track, start=options.start)
    if options.json:
        print_json({"run": str(trained.path), **trained.manifest.model_dump(mode="json")})
    else:
        print_pairs(trained.rows())
        print_next(_next(trained, arguments))
    return 0 if trained.status == "finished" else 1


def _next(run: "Run", arguments: list[str]) -> list[tuple[list[str], str]]:
    """What to do with a trained run, as the arguments of commands, each with what it does."""
    if run.status == "interrupted":
        return [(["train", *arguments], "continues where it stopped")]
    if run.outcome.name == "memorised":
        return [
            (["train", *_of_run(run, arguments), "--steps", str(2 * run.manifest.step)], "trains for longer"),
            (["phases", str(run.path)], "shows how far it came; more data or a larger weight decay may help, too"),
            (["report", str(run.path)], "writes the page to look at in a browser"),
        ]
    return [
        (["explain", str(run.path)], "shows what the model computes"),
        (["measure", str(run.path)], "measures how that grew during training"),
        (["report", str(run.path)], "writes the page to look at in a browser"),
    ]


def _of_run(run: "Run", arguments: list[str]) -> list[str]:
    """The arguments that continue this run, without a number of steps."""
    rest = _without(arguments, "--steps", "--training.steps")
    if run.manifest.started_from is None:
        return rest
    # Its default name has the number of steps, so that a larger one would start another run.
    return [*_without(rest, "--from", "--name"), "--name", run.manifest.name]


def _without(arguments: list[str], *options: str) -> list[str]:
    """The arguments without these options and their values."""
    places = [at for at, word in enumerate(arguments) if word in options]
    dropped = {*places, *(at + 1 for at in places)}
    joined = tuple(f"{option}=" for option in options)
    return [word for at, word in enumerate(arguments) if at not in dropped and not word.startswith(joined)]


def _add_options(parser: Parser) -> None:
    parser.add_argument(
        "recipe", metavar="RECIPE", help="name of a recipe (see `latebloom recipes`), or MODULE:FUNCTION"
    )
    seeds = parser.add_mutually_exclusive_group()
    seeds.add_argument("--seed", type=int, metavar="N", help="seed of initial weights and data (default: 0)")
    seeds.add_argument(
        "--seeds",
        metavar="0:N",
        help="train one run for each of these seeds (0:8, or 0,1,5), all at once in this process",
    )
    parser.add_argument("--steps", type=int, metavar="N", help="shorthand for --training.steps")
    parser.add_argument(
        "--forward", metavar="KIND", help="shorthand for --training.forward: auto (exact and fast), or plain"
    )
    parser.add_argument(
        "--from",
        dest="start",
        metavar="RUN",
        help="a finished run (a path, or a name under --runs) to start from: of the same experiment with fewer --steps",
    )
    parser.add_argument("--name", metavar="NAME", help="name of the run (default: RECIPE-SEED-…)")
    add_runs(parser)
    parser.add_argument("--resume", action="store_true", help="continue an existing run (the default)")
    parser.add_argument(
        "--track",
        metavar="TRACKER",
        help="mirror the metrics while training to wandb, trackio, mlflow or tensorboard; the run stores them anyway",
    )
    add_quiet(parser)
    add_json(parser)


def _many(experiment: "Experiment", options: Namespace, quiet: bool) -> int:
    from latebloom.lab.train import train_seeds
    from latebloom.sweeps.grid import parse_seeds

    outcomes = train_seeds(experiment, parse_seeds(options.seeds), options.name, options.runs, quiet)
    if options.json:
        print_json([asdict(outcome) for outcome in outcomes])
    else:
        print_table(
            ("run", "status", "step", "reason"), [(o.name, o.status, str(o.step), o.message or "") for o in outcomes]
        )
    return 0 if all(outcome.status == "finished" for outcome in outcomes) else 1
