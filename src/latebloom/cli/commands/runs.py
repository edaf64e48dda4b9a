"""List the runs and how they are doing."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from latebloom._errors import LatebloomError
from latebloom.cli.output import print_json, print_table
from latebloom.cli.parser import Parser, add_json, add_runs
from latebloom.store import RunDirectory, effective_status, find_runs


def run(parser: Parser, arguments: list[str]) -> int:
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    root = Path(options.runs)
    rows = [_row(directory, root) for directory in find_runs(root)]
    if options.json:
        print_json(rows)
    elif rows:
        header = ("run", "status", "recipe", "seed", "step", "steps_planned", "megabytes")
        print_table(header, [tuple(str(row.get(name, "-")) for name in header) for row in rows])
    else:
        print(f"no runs in {root}; make one with `latebloom train RECIPE` (see `latebloom recipes`)")
    return 0


def _row(directory: RunDirectory, root: Path) -> dict[str, Any]:
    row: dict[str, Any] = {"run": str(directory.path.relative_to(root)), "status": effective_status(directory)}
    with suppress(LatebloomError):  # a damaged run is listed as such
        manifest = directory.read_manifest()
        row |= {"recipe": manifest.recipe, "seed": manifest.seed, "step": manifest.step}
        row |= {"steps_planned": manifest.steps_planned}
    return row | {"megabytes": round(directory.bytes() / 1e6, 1)}
