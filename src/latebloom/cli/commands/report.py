"""Write the page of a run as one HTML file that works from disk and needs no network.

The page computes its views from the checkpoints in the file, at every step of training. --static writes a page without
scripts, with drawings of the last checkpoint, for printing and for mail gateways that remove scripts. What the page
shows and the run does not have yet, such as measures and verdicts, is measured first, unless the run is training.
"""

import sys
from pathlib import Path

from latebloom.cli.output import SlowProgress, print_json
from latebloom.cli.parser import Parser, add_json, add_runs


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("target", metavar="RUN", help="a run (path or name)")
    parser.add_argument("--static", action="store_true", help="a page without scripts")
    parser.add_argument(
        "--out",
        metavar="FILE.html",
        help="file to write (default: RUN/report.html, with --static RUN/report-static.html)",
    )
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom._errors import LatebloomError
    from latebloom.lab.report import measure_for_page, report
    from latebloom.runs import open_run
    from latebloom.store import check_output

    out = None if options.out is None else Path(options.out)
    if out is not None:
        check_output(out)
    progress, target = SlowProgress(), open_run(options.target, options.runs)
    try:
        measure_for_page(target, progress=progress)
    except LatebloomError as error:  # The page of a run that cannot be measured says so.
        print(f"latebloom: the checkpoints are not measured: {error}", file=sys.stderr)
    page = report(target, out, static=options.static, progress=progress)
    print_json({"report": str(page)}) if options.json else print(page)
    return 0
