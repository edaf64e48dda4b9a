"""List the runs and their progress, with one line per sweep. With SWEEP, list the runs of that sweep."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Any

from latebloom._errors import LatebloomError
from latebloom.cli.output import print_json, print_table
from latebloom.cli.parser import Parser, add_json, add_runs
from latebloom.store import RunDirectory, effective_status, find_runs
from latebloom.store.sweep_documents import failures_of


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("sweep", metavar="SWEEP", nargs="?", help="a sweep under the directory of runs")
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    root = Path(options.runs) / (options.sweep or "")
    groups = groupby(find_runs(root), lambda directory: directory.path.parent)
    rows = [row for folder, directories in groups for row in _rows(folder, directories, root)]
    if options.json:
        print_json(rows)
    elif rows:
        header = ("run", "status", "recipe", "seed", "step", "steps_planned", "megabytes")
        print_table(
            header, [tuple("-" if row.get(name) is None else str(row[name]) for name in header) for row in rows]
        )
    else:
        print(f"no runs in {root}; train one with `latebloom train RECIPE` (see `latebloom recipes`)")
    return 0


def _rows(folder: Path, directories: Iterable[RunDirectory], root: Path) -> list[dict[str, Any]]:
    rows = [_row(directory, root) for directory in directories]
    return rows if folder == root else [_sweep(folder, rows, root)]


def _row(directory: RunDirectory, root: Path) -> dict[str, Any]:
    row: dict[str, Any] = {"run": str(directory.path.relative_to(root)), "status": effective_status(directory)}
    with suppress(LatebloomError):  # a damaged run is listed as such
        manifest = directory.read_manifest()
        row |= {"recipe": manifest.recipe, "seed": manifest.seed, "step": manifest.step}
        row |= {"steps_planned": manifest.steps_planned}
    return row | {"megabytes": round(directory.bytes() / 1e6, 1)}


def _sweep(folder: Path, rows: list[dict[str, Any]], root: Path) -> dict[str, Any]:
    """All runs of a sweep as one row; its steps and seeds are those of all of them together."""
    failed = failures_of(RunDirectory(folder).read_document)
    counts = Counter(row["status"] for row in rows if Path(row["run"]).name not in failed)
    counts["failed"] += len(failed)
    recipes = dict.fromkeys(row["recipe"] for row in rows if "recipe" in row)
    return {
        "run": f"{folder.relative_to(root)}/",
        "status": ", ".join(f"{count} {status}" for status, count in counts.most_common() if count),
        "runs": dict(+counts),
        "recipe": ", ".join(recipes),
        "seed": f"{len({row.get('seed') for row in rows})} seeds",
        "step": sum(row.get("step", 0) for row in rows),
        "steps_planned": sum(row.get("steps_planned") or 0 for row in rows),
        "megabytes": round(sum(row["megabytes"] for row in rows), 1),
    }
