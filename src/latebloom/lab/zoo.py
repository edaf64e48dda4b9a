"""A zoo: the exports of many runs as one archive, with an index that people and programs read."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from latebloom._errors import LatebloomError, UsageError
from latebloom.exports import FORMATS, write_folder
from latebloom.exports.exported import json_bytes
from latebloom.exports.folder import MARKER, foreign_files, marker_of
from latebloom.lab.export import exported_of
from latebloom.runs import Run
from latebloom.store import atomic_write, effective_status, find_runs, made_folder

INDEX, PAGE = "index.json", "README.md"


def zoo(
    root: str | Path,
    out: str | Path,
    to: Sequence[str] | None = None,
    most_megabytes: float = 20.0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Path, list[dict[str, Any]]]:
    """Export the last checkpoint of every finished run under ``root``; return the archive and the index's rows.

    to: the formats (default: every one); a model that a format refuses is left out of it, and the index says why. A run
    of which one format takes more than ``most_megabytes`` is left out too. Nothing is trained. Exports that exist are
    kept, so an interrupted call goes on. The archive is named for its content: the same runs give the same name and
    bytes. progress: called with the number of exported runs and the total number. Errors: UsageError where there is no
    finished run.
    """
    forms = list(FORMATS) if to is None else [FORMATS[name].name for name in to]
    folder = Path(out)
    runs = [Run(found.path) for found in find_runs(Path(root)) if effective_status(found) == "finished"]
    if not runs:
        raise UsageError(f"--runs: got {root}, which holds no finished run; train some first")
    made_folder(folder)
    rows: list[dict[str, Any]] = []
    for run in runs:
        progress(len(rows), len(runs))
        rows.append(_row(run, Path(root), folder, forms, most_megabytes))
    atomic_write(folder / INDEX, json_bytes(rows))
    atomic_write(folder / PAGE, _page(rows).encode())
    files = [INDEX, PAGE, *(name for row in rows for name in row["files"])]
    return _archive(folder, sorted(files)), rows


def _row(run: Run, root: Path, folder: Path, forms: Sequence[str], most: float) -> dict[str, Any]:
    """The line of one run in the index, after its exports are written."""
    place = run.path.relative_to(root).as_posix()
    try:
        exported = exported_of(run, None)
    except LatebloomError as error:
        return _without_weights(run, place, {name: str(error) for name in forms})
    files: dict[str, str] = {}
    refused: dict[str, str] = {}
    for name in forms:
        identity = {"format": name, "run": place, "step": exported.step, "experiment": run.manifest.experiment_hash}
        target = folder / place / name
        if not _is_there(target, identity):
            reason = FORMATS[name].refuses(exported)
            made = {} if reason else FORMATS[name].files(exported)
            size = sum(map(len, made.values())) / 1e6
            if reason or size > most:
                refused[name] = reason or f"{size:.1f} MB, more than {most:g}"
                continue
            write_folder(target, made, identity, overwrite=False)
        sums = marker_of(target)["files"]
        files |= {f"{place}/{name}/{file}": checksum for file, checksum in sums.items()}
        files[f"{place}/{name}/{MARKER}"] = hashlib.sha256((target / MARKER).read_bytes()).hexdigest()
    metrics = exported.facts.get("metrics", {})
    return {
        "run": place,
        "recipe": exported.recipe,
        "seed": exported.seed,
        "step": exported.step,
        "outcome": run.outcome.name,
        "reason": exported.facts["outcome"],
        "key_frequencies": exported.facts.get("key_frequencies"),
        "train_accuracy": metrics.get("train_accuracy"),
        "test_accuracy": metrics.get("test_accuracy"),
        "files": files,
        "refused": refused,
    }


def _without_weights(run: Run, place: str, refused: dict[str, str]) -> dict[str, Any]:
    """The line of a run whose weights do not open."""
    known = {"run": place, "recipe": run.manifest.recipe, "seed": run.manifest.seed, "step": run.manifest.step}
    unknown = dict.fromkeys(("outcome", "reason", "key_frequencies", "train_accuracy", "test_accuracy"))
    return known | unknown | {"files": {}, "refused": refused}


def _is_there(target: Path, identity: dict[str, Any]) -> bool:
    """Whether the folder holds this very export, whole and unchanged."""
    marker = marker_of(target)
    if {name: marker.get(name) for name in identity} != identity:
        return False
    return all((target / name).exists() for name in marker["files"]) and not foreign_files(target)


def _page(rows: Iterable[dict[str, Any]]) -> str:
    lines = [
        "# A zoo of networks that grok\n",
        "Each folder opens in the library of its name, as the README.md in it shows. index.json has the checksum of "
        "every file, why a run has the outcome it has, and why a library cannot hold it.\n",
        "| run | recipe | seed | outcome | key frequencies | test accuracy | formats |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        keys = ", ".join(map(str, row["key_frequencies"] or [])) or "–"
        accuracy = "–" if row["test_accuracy"] is None else f"{row['test_accuracy']:.3f}"
        forms = sorted({name.removeprefix(f"{row['run']}/").split("/")[0] for name in row["files"]})
        links = ", ".join(f"[{form}]({quote(row['run'])}/{form})" for form in forms) or "–"
        outcome = row["outcome"] or "undecided"
        lines.append(f"| {row['run']} | {row['recipe']} | {row['seed']} | {outcome} | {keys} | {accuracy} | {links} |")
    return "\n".join([*lines, ""])


def _archive(folder: Path, files: Sequence[str]) -> Path:
    """A tar.gz with equal bytes for equal files: sorted names, no times, owners or rights."""
    digest = hashlib.sha256(json.dumps([(n, _sum(folder / n)) for n in files]).encode()).hexdigest()
    path = folder / f"latebloom-zoo-{digest[:12]}.tar.gz"
    if not path.exists():
        atomic_write(path, lambda temporary: _pack(temporary, folder, files))
    return path


def _pack(path: Path, folder: Path, files: Sequence[str]) -> None:
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", mtime=0, fileobj=raw) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name in files:
            content = (folder / name).read_bytes()
            member = tarfile.TarInfo(f"latebloom-zoo/{name}")
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
