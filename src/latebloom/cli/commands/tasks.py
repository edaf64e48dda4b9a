"""List the tasks, each with a short description. Set one with --task.name, for example: latebloom train small
--task.name modular_subtraction."""

from latebloom.cli.output import print_json, print_pairs
from latebloom.cli.parser import Parser, add_json


def run(parser: Parser, arguments: list[str]) -> int:
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.store import kept_for_user

    named = kept_for_user("tasks", _named)
    print_json(dict(named)) if options.json else print_pairs(named)
    return 0


def _named() -> list[tuple[str, str]]:
    from latebloom.tasks import TASKS

    return [(name, task.summary) for name, task in TASKS.items()]
