"""What the command line says about the model of a file: ``--task``, ``--p``, ``--model.FIELD``, ``--task.FIELD``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from latebloom._errors import UsageError
from latebloom.cli.parser import Parser, positive

if TYPE_CHECKING:
    from latebloom.models.layouts import Hints

_SECTIONS = ("--model.", "--task.")


def add_hints(parser: Parser) -> None:
    """Add the options of `hints_from`; ``--SECTION.FIELD`` is split off by `split_hints` first."""
    parser.add_argument("--task", metavar="NAME", help="task of the model of a file (default: by the model's answers)")
    parser.add_argument(
        "--p", type=positive, metavar="P", help="modulus of the task of a file (default: by its shapes)"
    )
    parser.epilog = (
        "If a file does not state something about its model, give it with --model.FIELD VALUE or --task.FIELD VALUE, "
        "for example --model.activation gelu --model.attention bidirectional --task.separate_operands true."
    )


def split_hints(arguments: Sequence[str]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The values of ``--model.FIELD`` and ``--task.FIELD`` by section, and the other arguments.

    Errors: UsageError for one without a value.
    """
    found: dict[str, dict[str, Any]] = {"model": {}, "task": {}}
    others, rest = [], iter(arguments)
    for argument in rest:
        name, equals, text = argument.partition("=")
        if not name.startswith(_SECTIONS):
            others.append(argument)
            continue
        value = text if equals else next(rest, None)
        if value is None or value.startswith("--"):
            raise UsageError(f"{name}: got no value, expected {name} VALUE")
        section, _, field = name[2:].partition(".")
        found[section][field] = _value(value)
    return found, others


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def hints_from(task: str | None, p: int | None, sections: dict[str, dict[str, Any]]) -> Hints:
    """The hints as one object. Errors: UsageError for a field of the tokens that no file needs."""
    from latebloom.models.layouts import Hints
    from latebloom.models.layouts.vocabulary import FLAGS

    for field, value in sections["task"].items():
        if field not in FLAGS or not isinstance(value, bool):
            expected = ", ".join(f"--task.{flag}" for flag in FLAGS)
            raise UsageError(f"--task.{field}: got {value}, expected --p P, or one of {expected} with true or false")
    return Hints(task=task, p=p, model=sections["model"], task_fields=sections["task"])
