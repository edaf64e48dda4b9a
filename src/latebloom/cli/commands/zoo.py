"""Export every finished run into one archive with an index (index.json and README.md). Nothing is trained.

Repeat an interrupted command to continue it. The name of the archive depends on its content alone.
"""

from latebloom.cli.output import print_json
from latebloom.cli.parser import Parser, add_json, add_runs
from latebloom.cli.progress import Progress


def run(parser: Parser, arguments: list[str]) -> int:
    from latebloom.exports import FORMATS

    parser.add_argument("--out", metavar="DIR", required=True, help="folder of the exports, the index and the archive")
    parser.add_argument(
        "--to", metavar="FORMAT", action="append", help=f"{', '.join(FORMATS)}; can be repeated (default: all of them)"
    )
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.lab.zoo import zoo

    with Progress() as progress:
        archive, rows = zoo(options.runs, options.out, options.to, progress=progress.of("exporting the runs"))
    if options.json:
        print_json({"archive": str(archive), "runs": rows})
    else:
        print(f"{len(rows)} runs in {archive}")
    return 0
