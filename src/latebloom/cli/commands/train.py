"""Train a recipe into a run directory.

Every setting of the experiment can be changed: --SECTION.FIELD VALUE, for example --task.p 31 --optimiser.lr 3e-4
--data.fraction 0.5 --recording.checkpoints 100. Ctrl-C ends cleanly; --resume goes on to the same bits.
"""

from latebloom.cli.output import print_json, print_pairs
from latebloom.cli.parser import Parser, add_json, add_runs


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("recipe", metavar="RECIPE", help="see `latebloom recipes`")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of initial weights and data (0)")
    parser.add_argument("--steps", type=int, metavar="N", help="shorthand for --training.steps")
    parser.add_argument(
        "--forward", metavar="KIND", help="shorthand for --training.forward: auto (exact and fast), or plain"
    )
    parser.add_argument("--name", metavar="NAME", help="name of the run (RECIPE-SEED-…)")
    add_runs(parser)
    parser.add_argument("--resume", action="store_true", help="go on with the run that is there")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    add_json(parser)
    if {"-h", "--help"} & set(arguments):
        from latebloom.cli.overrides import describe_settings

        parser.epilog = describe_settings()
    options, rest = parser.parse_known_args(arguments)
    from latebloom.cli.overrides import configured
    from latebloom.lab.train import train

    for name in ("steps", "forward"):
        value = getattr(options, name)
        rest += [] if value is None else [f"--training.{name}", str(value)]
    experiment = configured(options.recipe, options.seed, rest)
    trained = train(experiment, options.name, options.runs, options.resume, options.quiet or options.json)
    if options.json:
        print_json({"run": str(trained.path), **trained.manifest.model_dump(mode="json")})
    else:
        print_pairs(trained.rows())
        print(f"\nnext: latebloom explain {trained.path}    latebloom report {trained.path}")
    return 0 if trained.status == "finished" else 1
