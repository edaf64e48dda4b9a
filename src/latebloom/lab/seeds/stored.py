"""A study as a small JSON file, one line per run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from latebloom._errors import DamagedFileError, UsageError, first_problem
from latebloom.lab.seeds.study import SeedStudy
from latebloom.store import atomic_write, one_line
from latebloom.store.regular import read_file


def write_study(study: SeedStudy, path: Path) -> None:
    """Write JSON with one line per run. Errors: as `atomic_write`."""
    stored: dict[str, Any] = study.model_dump(mode="json")
    parts = []
    for name, value in stored.items():
        if name == "seeds":
            lines = ",\n  ".join(json.dumps(seed, ensure_ascii=False) for seed in value)
            parts.append(f' "seeds": [\n  {lines}\n ]')
        else:
            parts.append(f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    atomic_write(path, ("{\n" + ",\n".join(parts) + "\n}\n").encode())


def read_study(path: Path) -> SeedStudy:
    """A stored study. Errors: UsageError if there is none, DamagedFileError if the file is not a study."""
    with one_line(path, "read", UsageError):
        content = read_file(path)
    try:
        return SeedStudy.model_validate_json(content)
    except ValidationError as error:
        raise DamagedFileError(f"{path}: not a study of seeds: {first_problem(error)}") from None
