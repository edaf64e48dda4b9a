"""List the tasks."""

from latebloom.cli.output import print_json, print_pairs
from latebloom.cli.parser import Parser, add_json


def run(parser: Parser, arguments: list[str]) -> int:
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.tasks import TASKS

    named = [(task.model_fields["name"].default, task.summary) for task in TASKS]
    if options.json:
        print_json(dict(named))
    else:
        print_pairs(named)
    return 0
