"""Measure the speed of training and analysis on this machine, and compare it with the plain implementation.

The variants take turns, and medians are printed. Run nothing else on the machine at the same time.

latebloom bench                            every part; takes some minutes
latebloom bench step analysis --json       some parts
"""

import json
from pathlib import Path
from typing import Any

from rich.console import Console

from latebloom._errors import UsageError
from latebloom.cli.output import print_json, print_pairs
from latebloom.cli.parser import Parser, add_json


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("parts", nargs="*", metavar="PART", help="step, growth, seeds, analysis or size (default: all)")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="also write the result to this file")
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.bench import PARTS, machine

    unknown = sorted(set(options.parts) - set(PARTS))
    if unknown:
        raise UsageError(f"bench: got {unknown[0]!r}, expected some of {', '.join(PARTS)}")
    result: dict[str, Any] = {"command": f"latebloom bench {' '.join(options.parts)}".strip(), "machine": machine()}
    console = Console(stderr=True)
    for name in options.parts or PARTS:
        with console.status(f"measuring {name} …"):
            result[name] = PARTS[name]()
    if options.out is not None:
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    if options.json:
        print_json(result)
    else:
        print_pairs(_flat(result))
    return 0


def _flat(value: Any, place: str = "") -> list[tuple[str, str]]:
    """Nested numbers as rows, each named by its path."""
    if isinstance(value, dict):
        return [row for name, inner in value.items() for row in _flat(inner, f"{place} {name}".strip())]
    if isinstance(value, list):
        return [row for number, inner in enumerate(value, start=1) for row in _flat(inner, f"{place} {number}")]
    return [(place.replace("_", " "), str(value))]
