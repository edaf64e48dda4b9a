"""List the runs and how they are doing."""

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
        header = ("run", "status", "recipe", "seed", "step", "of", "size")
        print_table(header, [tuple("-" if value is None else str(value) for value in row.values()) for row in rows])
    else:
        print(f"no runs in {root}; make one with `latebloom train RECIPE` (see `latebloom recipes`)")
    return 0


def _row(directory: RunDirectory, root: Path) -> dict[str, Any]:
    try:
        manifest = directory.read_manifest()
        known = (manifest.recipe, manifest.seed, manifest.step, manifest.steps_planned)
    except LatebloomError:
        known = (None, None, None, None)
    recipe, seed, step, planned = known
    return {
        "run": str(directory.path.relative_to(root)),
        "status": effective_status(directory),
        "recipe": recipe,
        "seed": seed,
        "step": step,
        "steps_planned": planned,
        "size": f"{directory.bytes() / 1e6:.1f} MB",
    }
