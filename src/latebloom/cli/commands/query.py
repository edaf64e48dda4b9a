"""Run an SQL query with DuckDB over all runs, including those of sweeps.

The tables are runs (run, status, seed, step, seconds, message, and every setting as section_field), metrics and
measures (run, step, and one column per quantity).

latebloom query "SELECT optimiser_lr, count(*), min(step) FROM metrics JOIN runs USING (run)
                 WHERE test_accuracy > 0.99 GROUP BY ALL"
"""

from pathlib import Path

from latebloom.cli.commands.table import show
from latebloom.cli.parser import Parser, add_json, add_runs


def run(parser: Parser, arguments: list[str]) -> int:
    parser.add_argument("sql", metavar="SQL", help="one SQL statement, in quotes")
    parser.add_argument("--out", metavar="FILE", type=Path, help="also write the rows to FILE.csv or FILE.parquet")
    add_runs(parser)
    add_json(parser)
    options = parser.parse_args(arguments)
    from latebloom.sweeps.export import check_table_file
    from latebloom.sweeps.query import query_runs

    if options.out is not None:
        check_table_file(options.out)
    show(query_runs(options.sql, Path(options.runs)), options.out, options.json)
    return 0
