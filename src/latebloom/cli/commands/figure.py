"""Draw one of the write-up's figures of a run, as SVG, PNG or PDF."""

from pathlib import Path

from latebloom.cli.output import print_json
from latebloom.cli.parser import Parser, add_json, add_runs


def run(parser: Parser, arguments: list[str]) -> int:
    if {"-h", "--help"} & set(arguments):
        from latebloom.figures import FIGURES

        parser.epilog = "figures:\n" + "\n".join(f"  {name:<26} {figure.title}" for name, figure in FIGURES.items())
    parser.add_argument("name", metavar="NAME", help="which figure; listed below")
    parser.add_argument("target", metavar="RUN", help="a run (path or name)")
    parser.add_argument("--out", metavar="FILE", help="file to write: .svg, .png or .pdf (RUN/figures/NAME.svg)")
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.lab.figure import figure

    written = figure(options.name, options.target, None if options.out is None else Path(options.out), options.runs)
    print_json({"figure": options.name, "file": str(written)}) if options.json else print(written)
    return 0
