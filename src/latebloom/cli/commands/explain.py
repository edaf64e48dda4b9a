"""Reverse-engineer a run, one of its checkpoints, or a published state dict (.pth, .safetensors)."""

from typing import Any

from latebloom.cli.hints import add_hints, hints_from, split_hints
from latebloom.cli.output import print_json, print_pairs
from latebloom.cli.parser import Parser, add_json, add_runs


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("target", metavar="RUN|FILE", help="a run (path or name), or a file of weights")
    parser.add_argument("--step", type=int, metavar="N", help="step of the checkpoint of the run (default: the last)")
    parser.add_argument(
        "--rule",
        help="rule that chooses the key frequencies: neurons, embedding or w_logit (default: the rule of the last "
        "`latebloom measure`, else neurons)",
    )
    add_runs(parser)
    add_json(parser)
    add_hints(parser)
    sections, others = split_hints(arguments)
    options = parser.parse_args(others)
    from latebloom.store import kept

    def compute() -> dict[str, Any]:
        from latebloom.lab.explain import explain

        hints = hints_from(options.task, options.p, sections)
        explanation = explain(options.target, options.step, options.rule, options.runs, hints)
        return {"json": explanation.model_dump(mode="json"), "rows": explanation.rows()}

    command = ("explain", options.step, options.rule, options.task, options.p, sections)
    found = kept(options.target, options.runs, command, compute)
    print_json(found["json"]) if options.json else print_pairs(found["rows"])
    return 0
