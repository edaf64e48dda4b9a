"""Write the report of a run as one HTML page that needs no network. A run that is not training is measured first."""

from pathlib import Path

from latebloom.cli.output import print_json
from latebloom.cli.parser import Parser, add_json, add_runs


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("target", metavar="RUN", help="a run (path or name)")
    parser.add_argument("--out", metavar="FILE.html", help="file to write (default: RUN/report.html)")
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.lab.measure import measure
    from latebloom.lab.report import report
    from latebloom.runs import open_run
    from latebloom.store import check_output

    out = None if options.out is None else Path(options.out)
    if out is not None:
        check_output(out)
    reported = open_run(options.target, options.runs)
    if reported.status != "running":  # a run in training is shown with the measures that it has
        measure(reported)
    page = report(reported, out)
    print_json({"report": str(page)}) if options.json else print(page)
    return 0
