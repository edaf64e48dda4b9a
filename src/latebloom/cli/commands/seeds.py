"""Show what the runs of a sweep have in common, and how early their key frequencies can be predicted.

Only finished runs count, so the sweep may still be in training. Runs that are not measured are measured first, as by
`latebloom measure`. Every number has a 95 % interval over runs.

latebloom seeds small-seeds                       print a table
latebloom seeds small-seeds --out FILE.json       also write the results to FILE.json
latebloom seeds small-seeds --out DIR             also write DIR/SWEEP.json and the figures
"""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from latebloom.cli.output import print_json, print_pairs, print_table
from latebloom.cli.parser import Parser, add_json, add_runs

if TYPE_CHECKING:
    from latebloom.lab.seeds import SeedStudy


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("sweep", metavar="SWEEP", help="a sweep over seeds (path or name)")
    parser.add_argument(
        "--out",
        metavar="PATH",
        type=Path,
        help="write the results to FILE.json, or the results and their figures to a directory",
    )
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.lab.seeds import study_seeds
    from latebloom.sweeps.sweep import load_sweep

    sweep = load_sweep(options.sweep, options.runs)
    if options.out is not None:
        _check(options.out)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        shown = bar.add_task("runs")
        study = study_seeds(sweep, lambda done, of: bar.update(shown, completed=done, total=of))
    written = [] if options.out is None else _write(study, options.out)
    if options.json:
        print_json(study.model_dump(mode="json"))
    else:
        _show(study)
        for path in written:
            print(path)
    return 0


def _check(out: Path) -> None:
    """Check before the study that the file can be made, or make the directory."""
    from latebloom.store import check_output, made_folder

    if out.suffix == ".json":
        check_output(out)
    else:
        made_folder(out)


def _write(study: "SeedStudy", out: Path) -> list[Path]:
    from latebloom.lab.seeds import draw_study, write_study

    if out.suffix == ".json":
        write_study(study, out)
        return [out]
    path = out / f"{study.sweep}.json"
    write_study(study, path)
    return [path, *draw_study(study, out)]


def _show(study: "SeedStudy") -> None:
    from latebloom.lab.seeds.table import moment_rows, rows

    print_pairs(rows(study))
    print()
    print_table(("moment", "AUC of embedding norms", "control: another run's keys"), moment_rows(study))
