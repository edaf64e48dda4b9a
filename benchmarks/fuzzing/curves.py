"""Tables of curves from anybody's training, for ``phases`` and ``import``."""

import io
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fuzzing.damaged import mutate_parquet
from fuzzing.laboratory import Laboratory
from fuzzing.odd import TEXTS, mutate_bytes

HEADER = ["step", "train_loss", "test_loss", "train_accuracy", "test_accuracy"]


def _number(rng: random.Random) -> str:
    return rng.choice(TEXTS) if rng.random() < 0.05 else repr(rng.choice([rng.random(), rng.random() * 5, 0.0, 1e-9]))


def attempt(rng: random.Random, laboratory: Laboratory) -> str:
    """A CSV or Parquet file with odd cells, rows, names and bytes."""
    laboratory.renew()
    rows = [[str(step), *(_number(rng) for _ in HEADER[1:])] for step in range(0, rng.choice([0, 10, 100, 400]), 10)]
    header = list(HEADER)
    if rng.random() < 0.4:
        header[rng.randrange(len(header))] = rng.choice([*TEXTS, "step", "loss", "epoch", "Step"])
    if rows and rng.random() < 0.4:
        row = rng.choice(rows)
        row[rng.randrange(len(row))] = rng.choice(TEXTS)
    if rows and rng.random() < 0.2:
        rng.choice(rows)[:] = rng.choice([[], ["1"], ["1"] * 9, rows[0]])
    if rng.random() < 0.5:
        line = rng.choice([",", ",", ";", "\t"]).join
        data = "\n".join([line(header), *map(line, rows)]).encode("utf-8", "surrogateescape")
        name = "curves.csv"
    else:
        out = io.BytesIO()
        columns = {name: [_float(row[i]) if i < len(row) else None for row in rows] for i, name in enumerate(HEADER)}
        pq.write_table(pa.table(columns), out)
        data, name = out.getvalue(), "curves.parquet"
        data = mutate_parquet(data, rng)
    if rng.random() < 0.3:
        data = mutate_bytes(data, rng)
    Path(name).write_bytes(data)
    command = ["phases", name] if rng.random() < 0.7 else ["import", name, "--name", "curves"]
    if rng.random() < 0.2:
        command += (
            ["--guessing", rng.choice(TEXTS)] if command[0] == "phases" else ["--optimiser.lr", rng.choice(TEXTS)]
        )
    return f"{command[0]} {laboratory.command(*command, *rng.choice([[], ['--json']])).verdict}"


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
