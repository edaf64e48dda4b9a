"""Draw a figure of a run or of a sweep as SVG, PNG or PDF."""

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
    parser.add_argument("target", metavar="RUN|SWEEP", help="a run or a sweep (path or name)")
    parser.add_argument(
        "--out", metavar="FILE", help="file to write: .svg, .png or .pdf (default: RUN/figures/NAME.svg)"
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
    from latebloom.store import kept

    def compute() -> str:
        from latebloom.lab.figure import figure

        return str(figure(options.name, options.target, options.by, options.runs).save(options.out))

    command = ("figure", options.name, options.target, options.runs, options.by, options.out, os.getcwd())
    written = kept(options.target, options.runs, command, compute)
    print_json({"figure": options.name, "file": written}) if options.json else print(written)
    return 0


def _all_listed() -> str:
    from latebloom.figures import FIGURES, SWEEP_FIGURES

    return "\n".join(["figures of a run:", *_listed(FIGURES), "figures of a sweep:", *_listed(SWEEP_FIGURES)])


def _listed(figures: Mapping[str, Any]) -> list[str]:
    return [f"  {name:<26} {figure.title}" for name, figure in figures.items()]
