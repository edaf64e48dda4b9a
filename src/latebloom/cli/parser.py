"""An argument parser whose error messages are one line, with exit status 2, and the options that commands share."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from latebloom._errors import UsageError
from latebloom._nearest import did_you_mean

_IMPORT = "--import"


class Parser(argparse.ArgumentParser):
    """argparse with one-line errors and without abbreviations, so that a mistyped setting is never read as another."""

    def __init__(self, **options: object) -> None:
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options)  # type: ignore[arg-type]

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse's, with an error for what is nearly the name of an option."""
        options, rest = super().parse_known_args(args, namespace)
        for name in (argument.partition("=")[0] for argument in rest if argument.startswith("--")):
            meant = "" if "." in name else did_you_mean(name, self._option_string_actions, 0.8)
            if meant:
                self.error(f"got {name!r}, which is no option{meant}")
        return options, rest

    def error(self, message: str) -> NoReturn:
        line = " ".join(message.split())
        print(f"{self.prog}: {line}; see `{self.prog} --help`", file=sys.stderr)
        raise SystemExit(2)


def add_import(parser: argparse.ArgumentParser) -> None:
    """List --import in the help of a command. `split_imports` reads it, since it applies before a command is loaded."""
    text = "import this module first, so that its tasks, recipes and other parts are available; can be repeated"
    parser.add_argument(_IMPORT, metavar="MODULE", action="append", dest="modules", help=text)


def split_imports(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The modules of every --import, before or after the command, and the other arguments.

    Errors: UsageError for --import without a module.
    """
    modules, others, rest = [], [], iter(arguments)
    for argument in rest:
        name, equals, module = argument.partition("=")
        if name != _IMPORT:
            others.append(argument)
            continue
        module = module if equals else next(rest, "")
        if not module or module.startswith("-"):
            raise UsageError(f"{_IMPORT}: got no module, expected {_IMPORT} MODULE")
        modules.append(module)
    return modules, others


def add_runs(parser: argparse.ArgumentParser) -> None:
    """Add --runs, the directory of runs."""
    text = "directory that holds the runs (default: runs)"
    parser.add_argument("--runs", metavar="DIR", default="runs", type=_directory, help=text)


def _directory(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError(f"got {text!r}, expected a directory")
    return text


def positive(text: str) -> int:
    """The type of options that are counts."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"got {text!r}, expected 1 or more")
    return int(text)


def add_campaign(parser: argparse.ArgumentParser, kept: str, home: str) -> None:
    """Add the options that commands share which train all that a question needs and judge what is stored of it. kept:
    the directory of their records in results/. home: that of their runs."""
    parser.add_argument(
        "--budget", choices=("quick", "full"), default="quick", help="how much to train (default: quick)"
    )
    add_runs(parser)
    add_workers(parser)
    parser.add_argument(
        "--results",
        metavar="DIR",
        help=f"directory of stored records (default: results/{kept} if it exists, else RUNS/{home}/quantities)",
    )
    parser.add_argument(
        "--nice",
        type=int,
        choices=range(20),
        default=0,
        metavar="N",
        help="lower the priority of all processes by N, up to 19",
    )
    add_quiet(parser)
    add_json(parser)


def add_workers(parser: argparse.ArgumentParser) -> None:
    """Add ``--workers``, for commands that train several runs at a time."""
    parser.add_argument("--workers", type=positive, metavar="N", help="number of processes (default: one per core)")


def add_quiet(parser: argparse.ArgumentParser) -> None:
    """Add ``--quiet``, for commands that train."""
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json, machine-readable output."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
