"""Draw a figure of a run or of a sweep as SVG, PNG or PDF; of several, a file for each."""

import argparse
import os
from collections.abc import Mapping
from typing import Any

from latebloom.cli.output import print_json
from latebloom.cli.parser import Parser, add_json, add_runs


def run(parser: Parser, arguments: list[str]) -> int:
    if {"-h", "--help"} & set(arguments):
        from latebloom.store import kept_for_user

        parser.epilog = kept_for_user("figures", _all_listed)
    parser.add_argument("name", metavar="NAME", help="name of the figure; all names are listed below")
    parser.add_argument("targets", metavar="RUN|SWEEP", nargs="+", help="a run or a sweep (path or name)")
    parser.add_argument(
        "--out", metavar="FILE", help="file to write, of one run: .svg, .png or .pdf (default: RUN/figures/NAME.svg)"
    )
    parser.add_argument(
        "--by",
        action="append",
        default=[],
        metavar="FIELD",
        help="for a figure of a sweep: the field to compare; can be repeated",
    )
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    if options.out is not None and len(options.targets) > 1:
        parser.error(f"--out: got it with {len(options.targets)} runs, expected one; leave it out")
    written = [_drawn(target, options) for target in options.targets]
    if options.json:
        files = {"file": written[0]} if len(written) == 1 else {"files": written}
        print_json({"figure": options.name, **files})
    else:
        print("\n".join(written))
    return 0


def _drawn(target: str, options: argparse.Namespace) -> str:
    """The file with the figure of one run or sweep."""
    from latebloom.store import kept

    def compute() -> str:
        from latebloom.lab.figure import figure

        return str(figure(options.name, target, options.by, options.runs).save(options.out))

    command = ("figure", options.name, target, options.runs, options.by, options.out, os.getcwd())
    return str(kept(target, options.runs, command, compute))


def _all_listed() -> str:
    from latebloom.figures import FIGURES, SWEEP_FIGURES

    return "\n".join(["figures of a run:", *_listed(FIGURES), "figures of a sweep:", *_listed(SWEEP_FIGURES)])


def _listed(figures: Mapping[str, Any]) -> list[str]:
    return [f"  {name:<26} {figure.title}" for name, figure in figures.items()]
