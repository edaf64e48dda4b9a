"""Bound the accuracy of a run or of a file of weights from below, from its explanation, without running it on all
pairs. The bound holds for exact arithmetic on the stored weights, not for the model's own float32 arithmetic where huge
terms cancel."""

from latebloom.cli.hints import add_hints, hints_from, split_hints
from latebloom.cli.output import print_json, print_pairs
from latebloom.cli.parser import Parser, add_json, add_runs


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("target", metavar="RUN|FILE", help="a run (path or name), or a file of weights")
    parser.add_argument("--step", type=int, metavar="N", help="step of the checkpoint of the run (default: the last)")
    parser.add_argument("--extra", type=int, metavar="N", help="directions beyond the explanation's (default: 2)")
    parser.add_argument("--frontier", action="store_true", help="compute several certificates, from cheap to expensive")
    add_runs(parser)
    add_json(parser)
    add_hints(parser)
    sections, others = split_hints(arguments)
    options = parser.parse_args(others)
    from latebloom.lab.certify import certify, frontier

    hints = hints_from(options.task, options.p, sections)
    if options.frontier:
        found = frontier(options.target, options.step, options.runs, hints)
        if options.json:
            print_json([one.model_dump(mode="json") for one in found])
        else:
            print_pairs([(f"{one.flops:.3g} operations", one.sentence) for one in found])
        return 0
    one = certify(options.target, options.step, options.runs, hints, options.extra)
    if options.json:
        print_json(one.model_dump(mode="json"))
    else:
        print_pairs(one.rows())
    return 0
