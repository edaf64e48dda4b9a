"""List the studies: open questions of the write-up, each answered over runs.

latebloom study NAME runs one. The answer is that of the stored records, of the full budget if it has more runs than the
quick one.
"""

from pathlib import Path

from latebloom.cli.output import print_json, print_table
from latebloom.cli.parser import Parser, add_json, add_runs


def run(parser: Parser, arguments: list[str]) -> int:
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.lab.study import latest, results_of
    from latebloom.studies import STUDIES

    results = results_of(Path(options.runs))
    found = [latest(study, results) for study in STUDIES.values()]
    if options.json:
        print_json([one.model_dump(mode="json") for one in found])
    else:
        rows = [(one.study, one.question, f"{one.runs} of {one.asked}", one.answer) for one in found]
        print_table(("study", "question", "runs", "answer"), rows)
    return 0
