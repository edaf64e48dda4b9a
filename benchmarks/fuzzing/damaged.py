"""Files of a run and of a sweep with mutated bytes, structure or place: read, listed, resumed."""

import io
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from safetensors.numpy import load, save

from fuzzing.laboratory import HALF, Laboratory, equal, shown
from fuzzing.odd import TEXTS, VALUES, json_text, mutate_bytes, mutate_json, mutated_document
from fuzzing.verdicts import FaultError, refused
from latebloom._errors import LatebloomError
from latebloom.runs import Run
from latebloom.store import RunDirectory

RUN = Path("runs/r")
TENSORS = ["state.safetensors", f"checkpoints/step-{HALF:08d}.safetensors", "checkpoints/step-00000000.safetensors"]
TABLES = ["metrics.parquet", "measures.parquet"]
READERS: list[list[str]] = [
    ["runs"],
    ["runs", "--json"],
    ["phases", "r"],
    ["phases", "r", "--json"],
    ["explain", "r", "--json"],
    ["explain", "r", "--step", "2"],
    ["measure", "r"],
    ["table", "runs"],
    ["query", "SELECT run, status FROM runs", "--json"],
    ["query", "SELECT * FROM metrics"],
    ["statistics", "runs"],
    ["export", "r", "--to", "state-dict", "--out", "exported"],
]
LISTS: list[list[str]] = [
    ["runs"],
    ["runs", "--json"],
    ["table", "runs"],
    ["table", "runs", "--json"],
    ["query", "SELECT run FROM runs", "--json"],
]
ODD_NAMES = [
    b"x\xff",
    b"a\nb",
    b"a\x1b[31mb",
    b"[bold]",
    b"[red]",
    b"-r",
    b"r.manifest",
    b"\xf0\x9f\x92\xa5",
    b"r " * 60,
    b"~",
]
FIGURE = ["figure", "training-curve", "r"]
SLOW: list[list[str]] = [["report", "r"], ["claims", "r", "--json"], FIGURE, ["zoo", "runs"]]
SWEEP_READERS: list[list[str]] = [
    ["runs"],
    ["runs", "s", "--json"],
    ["table", "s", "--json"],
    ["table", "s"],
    ["statistics", "s", "--json"],
    ["seeds", "s"],
    ["query", "SELECT run, status FROM runs", "--json"],
    ["figure", "phase-diagram", "s"],
]


def warm_up(laboratory: Laboratory) -> None:
    """Use every command once, so that what they import and compile is there in every process."""
    laboratory.renew("r", "other", "s")
    for command in (*READERS, *SLOW, *SWEEP_READERS):
        laboratory.command(*command)


def mutate_safetensors(data: bytes, rng: random.Random) -> bytes:
    """Fields of the header, the tensors themselves, or bytes."""
    choice = rng.randrange(4)
    if choice == 0:
        return mutate_bytes(data, rng)
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:end])
    if choice == 1:
        arrays = load(data)
        name = rng.choice(list(arrays))
        changed: list[Callable[[Any], Any]] = [
            lambda a: a.reshape(-1),
            lambda a: a[:0] if a.ndim else a.reshape(1),
            lambda a: a.astype(np.float16 if a.dtype.kind == "f" else np.int8),
            lambda a: np.full_like(a, np.nan if a.dtype.kind == "f" else 0),
            lambda a: a + 1,
        ]
        with np.errstate(all="ignore"):
            arrays[name] = np.ascontiguousarray(rng.choice(changed)(arrays[name]))
        if rng.random() < 0.3:
            arrays.pop(name)
        return save(arrays, {k: str(v) for k, v in header.get("__metadata__", {}).items()})
    if choice == 2:
        header.setdefault("__metadata__", {})[rng.choice(["step", "run", "crc32", "x"])] = rng.choice(
            ["", "-1", "9" * 5000, "x"]
        )
    else:
        header = mutate_json(header, rng)
    text = json_text(header)
    length = rng.choice([len(text)] * 8 + [0, 2**40, len(text) - 1])
    return length.to_bytes(8, "little") + text + data[end:]


def mutate_parquet(data: bytes, rng: random.Random) -> bytes:
    """Columns, types, rows, or bytes (half of them in the footer)."""
    choice = rng.randrange(3)
    if choice == 0:
        return mutate_bytes(data, rng)
    if choice == 1:
        at = max(0, len(data) - 8 - int.from_bytes(data[-8:-4], "little"))
        return data[:at] + mutate_bytes(data[at:], rng)
    table = pq.read_table(pa.BufferReader(data))
    name = rng.choice(table.column_names)
    column = table[name]
    index = table.column_names.index(name)
    if not len(table):
        return mutate_bytes(data, rng)
    changes: list[Callable[[], Any]] = [
        lambda: table.slice(0, rng.randrange(len(table) + 1)),
        lambda: table.take(pa.array([0, 0, len(table) - 1])),
        lambda: table.take(pa.array(range(len(table) - 1, -1, -1))),
        lambda: table.drop_columns([name]),
        lambda: table.append_column(name, column),
        lambda: table.set_column(
            index, name, pa.array([rng.choice([None, float("nan"), 1e308, -1.0])] * len(table), pa.float64())
        ),
        lambda: table.set_column(index, name, pa.array([str(v) for v in column.to_pylist()])),
        lambda: table.set_column(index, name, pa.array([[1.0]] * len(table))),
        lambda: table.set_column(index, name, pa.array([2**62 + i for i in range(len(table))])),
        lambda: table.rename_columns(
            [rng.choice([*TEXTS[:30], "train_loss"]) if n == name else n for n in table.column_names]
        ),
        lambda: table.slice(0, 0),
        lambda: pa.table({"step": pa.array([0], pa.int64()), **{f"c{i}": [0.0] for i in range(500)}}),
    ]
    out = io.BytesIO()
    pq.write_table(rng.choice(changes)(), out, compression=rng.choice(["snappy", "gzip", "none", "zstd"]))
    return out.getvalue()


def attempt_tensors(rng: random.Random, laboratory: Laboratory) -> str:
    """A file of tensors: refused, or read with equal bits."""
    name = rng.choice(TENSORS)
    laboratory.renew()
    place = RunDirectory(RUN)
    place.create()
    shutil.copy(laboratory.templates / "r" / "manifest.json", RUN)
    data = (laboratory.templates / "r" / name).read_bytes()
    changed = mutate_safetensors(data, rng)
    (RUN / name).write_bytes(changed)

    def read(run: RunDirectory) -> Any:
        return run.read_state() if name == TENSORS[0] else run.read_checkpoint(int(name[-20:-12]))

    return _same_or_refused(read, place, RunDirectory(laboratory.templates / "r"))


def attempt_table(rng: random.Random, laboratory: Laboratory) -> str:
    """A table: bytes that change are refused, or read with equal values; another table is read or refused."""
    name = rng.choice(TABLES)
    laboratory.renew()
    RUN.mkdir()
    data = (laboratory.templates / "r" / name).read_bytes()
    changed = mutate_bytes(data, rng) if rng.random() < 0.5 else mutate_parquet(data, rng)
    (RUN / name).write_bytes(changed)
    another = changed[-30:] != data[-30:] and len(changed) != len(data)

    def read(run: RunDirectory) -> Any:
        return run.read_table(name.removesuffix(".parquet")).to_pydict()

    try:
        return _same_or_refused(read, RunDirectory(RUN), RunDirectory(laboratory.templates / "r"))
    except FaultError as fault:
        if fault.verdict == "silently wrong" and another:
            return "another table"
        raise


def _same_or_refused(read: Callable[[RunDirectory], Any], here: RunDirectory, whole: RunDirectory) -> str:
    try:
        found = read(here)
    except LatebloomError as error:
        return refused(error)
    if not equal(found, read(whole)):
        raise FaultError("silently wrong", "a mutated file is read with other content")
    return "right"


def attempt_run(rng: random.Random, laboratory: Laboratory) -> str:
    """One file of a run damaged, then a command: the other run is listed, and a resume gives equal bits or none."""
    laboratory.renew("r", "other")
    name = rng.choice(
        ["manifest.json"] * 4 + ["measures.json", "explanation.json", "quantities.json"] + TENSORS + TABLES
    )
    file = RUN / name
    if not file.exists():
        file.write_bytes(json_text(rng.choice([*VALUES, {"step": HALF}])))
    elif name.endswith(".json"):
        file.write_bytes(mutated_document(file.read_bytes(), rng))
    elif name.endswith(".parquet"):
        file.write_bytes(mutate_bytes(file.read_bytes(), rng))
    else:
        file.write_bytes(mutate_safetensors(file.read_bytes(), rng))
    return f"{name}: {_use(rng, laboratory)}"


def _use(rng: random.Random, laboratory: Laboratory) -> str:
    if rng.random() < 0.2:
        return laboratory.resumed()
    command = rng.choice(SLOW if rng.random() < 0.03 else READERS)
    ended = laboratory.command(*command)
    if command[0] == "runs" and (ended.status != 0 or "other" not in ended.output):
        raise FaultError("silently wrong", "a damaged run hides another from the list")
    if command[0] == "query" and "FROM runs" in command[1] and (ended.status != 0 or "other" not in ended.output):
        raise FaultError("silently wrong", f"a damaged run hides another from a query: {ended.errors}")
    return f"{command[0]} {ended.verdict}"


def attempt_place(rng: random.Random, laboratory: Laboratory) -> str:
    """An entry of a run is a link, a pipe, a directory or a socket, or is missing; then a command.

    Or a run has a name that latebloom would not give it, and the other must be listed all the same.
    """
    laboratory.renew("r", "other")
    if rng.random() < 0.1:
        name = rng.choice(ODD_NAMES)
        RUN.rename(Path("runs") / os.fsdecode(name))
        command = rng.choice([*READERS, *SLOW]) if rng.random() < 0.3 else rng.choice(LISTS)
        words = [os.fsdecode(name) if word == "r" else word for word in command]
        ended = laboratory.command(*words)
        if command in LISTS and (ended.status != 0 or "other" not in ended.output):
            raise FaultError("silently wrong", f"a run of an odd name hides another: {shown(tuple(words))}")
        return f"odd name: {command[0]} {ended.verdict}"
    entry = RUN / rng.choice(
        ["manifest.json", ".lock", "checkpoints", "measures.json", *TENSORS, *TABLES, "report.html", "figures", ""]
    )
    kind = rng.choice(
        ["link", "link to a folder", "broken link", "loop", "pipe", "folder", "missing", "device", "no rights"]
    )
    kept = entry.with_name("kept-aside") if rng.random() < 0.3 and entry.exists() else None
    if kept is not None:
        entry.rename(kept)
    elif entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink(missing_ok=True)
    targets = {
        "link": kept.absolute() if kept else laboratory.guard / "secret.txt",
        "link to a folder": laboratory.guard,
        "broken link": laboratory.guard / "absent",
        "loop": entry.absolute(),
        "device": Path("/dev/zero"),
    }
    if kind in targets:
        entry.symlink_to(targets[kind])
    elif kind == "pipe":
        os.mkfifo(entry)
    elif kind == "folder":
        entry.mkdir()
    elif kind == "no rights" and entry.parent.is_dir():
        entry.write_bytes(b"")
        entry.chmod(0)
    if rng.random() < 0.3:
        return f"{kind}: {laboratory.resumed()}"
    slow = rng.random() < 0.05
    command = FIGURE if entry.name == "figures" else rng.choice(SLOW if slow else READERS)
    return f"{kind}: {command[0]} {laboratory.command(*command).verdict}"


def attempt_sweep(rng: random.Random, laboratory: Laboratory) -> str:
    """A document of a sweep or a manifest in it mutated, then a command over the sweep."""
    laboratory.renew("s")
    runs = sorted(Path("runs/s").glob("*/manifest.json"))
    file = rng.choice([Path("runs/s/sweep.json"), Path("runs/s/failures.json"), runs[0]])
    file.write_bytes(mutated_document(file.read_bytes(), rng))
    if rng.random() < 0.2:
        (Path("runs/s") / rng.choice(["crossover.json", "seeds.json", "table.parquet"])).write_bytes(
            json_text(rng.choice(VALUES))
        )
    command = rng.choice(SWEEP_READERS)
    ended = laboratory.command(*command)
    if command[0] in ("runs", "table") and ended.status != 0 and file.parent.name == "s":
        raise FaultError("silently wrong", f"whole runs are not listed: {ended.errors}")
    return f"{file.name}: {command[0]} {ended.verdict}"


def attempt_open(rng: random.Random, laboratory: Laboratory) -> str:
    """The library on a run with a mutated manifest: each property works or is refused in one line."""
    laboratory.renew()
    shutil.copytree(laboratory.templates / "r", RUN)
    file = RUN / "manifest.json"
    file.write_bytes(mutated_document(file.read_bytes(), rng))
    run, verdict = Run(RUN), "right"
    for use in (lambda: run.rows(), lambda: run.experiment, lambda: run.checkpoint(), lambda: run.metrics.to_pydict()):
        try:
            use()
        except LatebloomError as error:
            verdict = refused(error)
    return verdict
