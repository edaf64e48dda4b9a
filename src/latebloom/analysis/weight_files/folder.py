"""A folder with one file of weights, and the settings in JSON beside a file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from latebloom._errors import DamagedFileError, UsageError
from latebloom.analysis.weight_files.regular import read_regular

SUFFIXES = (".pth", ".pt", ".ckpt", ".bin", ".safetensors", ".npz", ".pkl", ".pickle")
"""Names of files of weights that are looked for in a folder."""

_USUAL = ("model.safetensors", "pytorch_model.bin", "model.pt", "model.pth", "model.ckpt", "model.npz")
_CONFIG = "config.json"
_MOST_CONFIG = 2**20
_LISTED = 4


def weights_in(folder: Path) -> Path:
    """The file of weights of a folder. Errors: UsageError where there is none, or no usual one of several."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
    except OSError as error:
        raise UsageError(f"{folder}: cannot be listed ({error.strerror})") from None
    found = [name for name in names if Path(name).suffix in SUFFIXES]
    usual = next((name for name in _USUAL if name in found), None)
    if usual is not None or len(found) == 1:
        return folder / (usual or found[0])
    if not found:
        raise UsageError(
            f"{folder}: got a folder without weights, expected a run, or a file {', '.join(SUFFIXES)} in it"
        )
    listed = ", ".join(found[:_LISTED])
    raise UsageError(f"{folder}: got {len(found)} files of weights ({listed} …), expected one; name the file")


def config_beside(path: Path) -> dict[str, Any]:
    """The settings beside a file of weights; empty where there are none.

    Errors: DamagedFileError where the file of settings is no JSON object.
    """
    beside = settings_file(path)
    return {} if beside is None else _settings(beside)


def settings_file(path: Path) -> Path | None:
    """The file with the settings beside a file of weights; None where there is none.

    NAME.cfg.json or NAME.json beside NAME.pt, config_ID.json beside model_ID.pt, and config.json beside a file that
    is alone in its folder or has a usual name.
    """
    own = [f"{path.stem}.cfg.json", f"{path.stem}.json", f"config_{path.stem.removeprefix('model_')}.json"]
    for name in [*own, *([_CONFIG] if _alone(path) else [])]:
        beside = path.parent / name
        if os.path.isfile(beside):
            return beside
    return None


def _alone(path: Path) -> bool:
    if path.name in _USUAL:
        return True
    try:
        return sum(Path(entry.name).suffix in SUFFIXES for entry in os.scandir(path.parent)) <= 1
    except OSError:
        return False


def _settings(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(bytes(read_regular(path, _MOST_CONFIG)))
    except (ValueError, RecursionError):
        raise DamagedFileError(
            f"{path}: no JSON, expected the settings of the weights beside it; mend or move it"
        ) from None
    if not isinstance(content, dict):
        raise DamagedFileError(f"{path}: got {type(content).__name__}, expected an object of settings by name")
    return content
