"""The figure of a search, stored beside its runs."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from latebloom._errors import UsageError
from latebloom.figures.sweep import crossover, drawn
from latebloom.lab.crossover.result import Crossover
from latebloom.lab.crossover.search import Search
from latebloom.store import RunDirectory, atomic_write
from latebloom.sweeps.export import needs_pandas
from latebloom.sweeps.table import sweep_table


def draw_crossover(search: Search, result: Crossover) -> Path:
    """Write ``SWEEP/figures/crossover.svg`` from the runs of this search alone, and return the file.

    Errors: UsageError if no size was tried, or if pandas or matplotlib is missing.
    """
    if not result.sizes:
        raise UsageError("figure crossover: got no size with all its repeats, expected at least one")
    names = [job.name for tried in result.sizes for job in search.jobs(tried.size)]
    sizes = {job.name: tried.size for tried in result.sizes for job in search.jobs(tried.size)}
    table = sweep_table(search.place.path)
    table = table.filter(pc.is_in(table["run"], pa.array(names)))
    column = pa.array([sizes[name] for name in table["run"].to_pylist()])
    table = table.drop_columns([search.field]) if search.field in table.column_names else table
    needs_pandas()
    frame = table.append_column(search.field, column).to_pandas()
    data = crossover.data(frame, (search.field,))
    path = RunDirectory(search.place.path).folder("figures") / "crossover.svg"
    atomic_write(path, drawn(crossover.FIGURE, data))
    return path
