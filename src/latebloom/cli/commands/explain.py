"""Reverse-engineer a run, one of its checkpoints, or a published state dict (.pth, .safetensors)."""

from latebloom.cli.output import print_json, print_pairs
from latebloom.cli.parser import Parser, add_json, add_runs


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("target", metavar="RUN_OR_CHECKPOINT", help="a run (path or name), or a file of weights")
    parser.add_argument("--step", type=int, metavar="N", help="which checkpoint of a run (the last)")
    parser.add_argument(
        "--rule",
        help="how key frequencies are chosen: neurons, embedding or w_logit (as measured, or else neurons)",
    )
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.lab.explain import explain

    explanation = explain(options.target, options.step, options.rule, options.runs)
    if options.json:
        print_json(explanation.model_dump(mode="json"))
    else:
        print_pairs(explanation.rows())
    return 0
