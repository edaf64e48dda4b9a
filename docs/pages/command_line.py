"""docs/reference/commands.md: every command with its options, read off its parser."""

from __future__ import annotations

import argparse
import importlib
import inspect
from contextlib import suppress
from dataclasses import dataclass
from keyword import iskeyword

from latebloom.cli.main import COMMANDS
from latebloom.cli.parser import Parser, add_import

from .templating import render

EVERYWHERE = ("--help", "--import")
"""Options of every command, which the page explains once."""


@dataclass(frozen=True)
class Option:
    """One argument: how it is written, and its help."""

    spelling: str
    text: str


@dataclass(frozen=True)
class Command:
    """One command: its line in the list of commands, its description, its arguments, and the text after them."""

    name: str
    line: str
    description: str
    options: tuple[Option, ...]
    after: str


class _Shown(Parser):
    """A parser that stops where it would print its help."""

    def print_help(self, file: object = None) -> None:
        raise _HelpAskedError


class _HelpAskedError(Exception):
    """A command has described itself completely."""


def command_line_page() -> str:
    """docs/reference/commands.md."""
    return render("command_line", commands=[read_command(name) for name in COMMANDS])


def read_command(name: str) -> Command:
    """What a command's own parser knows when its help is asked for."""
    module = importlib.import_module(
        f"latebloom.cli.commands.{name}_" if iskeyword(name) else f"latebloom.cli.commands.{name}"
    )
    parser = _Shown(prog=f"latebloom {name}", description=module.__doc__)
    add_import(parser)
    with suppress(_HelpAskedError):
        module.run(parser, ["--help"])
    options = [_option(action) for action in parser._actions if not set(action.option_strings) & set(EVERYWHERE)]
    description = inspect.cleandoc(parser.description or "")
    return Command(name, COMMANDS[name], description, tuple(options), (parser.epilog or "").strip())


def _option(action: argparse.Action) -> Option:
    values = _values(action)
    names = action.option_strings or [values]
    spelling = " ".join([", ".join(names), values] if action.option_strings and values else [", ".join(names)])
    return Option(spelling, action.help or "")


def _values(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    name = "|".join(map(str, action.choices)) if action.choices and not action.metavar else action.metavar
    name = name if isinstance(name, str) else action.dest.upper()
    return (
        f"[{name} …]"
        if action.nargs == "*"
        else f"{name} [{name} …]"
        if action.nargs == "+"
        else f"[{name}]"
        if action.nargs == "?"
        else name
    )
