"""The list of settings in the help of commands that take ``--SECTION.FIELD VALUE``."""

from collections.abc import Sequence

from latebloom.cli.parser import Parser
from latebloom.store import kept_for_user


def add_settings_help(parser: Parser, arguments: Sequence[str]) -> None:
    """Put every setting at the end of the help, if the arguments ask for help."""
    if {"-h", "--help"} & set(arguments):
        parser.epilog = kept_for_user("settings", _describe)


def _describe() -> str:
    from latebloom.recipes.settings import describe_settings

    return describe_settings()
