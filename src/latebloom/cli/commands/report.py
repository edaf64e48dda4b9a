"""Write the page of a run as one HTML file that works from disk and needs no network.

The page computes its views from the checkpoints in the file, at every step of training. --static writes a page without
scripts, with drawings of the last checkpoint, for printing and for mail gateways that remove scripts. What the page
shows and the run does not have yet, such as measures and verdicts, is measured first, unless the run is training.
"""

import os
import warnings
from argparse import Namespace
from pathlib import Path

from latebloom._errors import LatebloomError
from latebloom.cli.output import print_json
from latebloom.cli.parser import Parser, add_json, add_runs
from latebloom.cli.progress import Progress


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
    from latebloom.store import check_output, kept

    if options.out is not None:
        check_output(Path(options.out))
    command = ("report", options.target, options.runs, options.static, options.out, os.getcwd())
    page = kept(options.target, options.runs, command, lambda: _write(options))
    print_json({"report": page}) if options.json else print(page)
    return 0


def _write(options: Namespace) -> str:
    """Measure what the page lacks, write it, and return its path."""
    from latebloom.lab.report import measure_for_page, report
    from latebloom.runs import open_run

    target = open_run(options.target, options.runs)
    with Progress() as progress:
        try:
            measure_for_page(target, progress=progress)
        except LatebloomError as error:  # The page of a run that cannot be measured says so.
            warnings.warn(f"the checkpoints are not measured: {error}", stacklevel=1)
        return str(report(target, options.out, static=options.static, progress=progress))
