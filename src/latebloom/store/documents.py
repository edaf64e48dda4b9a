"""Small documents in strict JSON, which every program can read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from latebloom._errors import DamagedFileError, StoreError
from latebloom.store.atomic import atomic_write
from latebloom.store.disk import read_if_there


def write_json(path: Path, value: Any) -> None:
    """Write `value`; NaN and infinity raise StoreError, because JSON cannot represent them."""
    try:
        text = json.dumps(value, indent=2, allow_nan=False)
    except ValueError as error:
        raise StoreError(f"cannot write {path}: {error}; where a number is undefined, store null") from error
    atomic_write(path, text.encode() + b"\n")


def read_json(path: Path) -> Any:
    """The document, or None if there is no such file; DamagedFileError if it is not JSON."""
    data = read_if_there(path)
    return None if data is None else parse_json(data, path)


def parse_json(data: bytes, place: str | Path) -> Any:
    """The document in these bytes, which come from ``place``. Errors: DamagedFileError.

    JSON may hold half of a pair of surrogates, as an escape. No file or terminal can hold it, so it is damage too.
    """
    try:
        document = json.loads(data)
        if not data.isascii() or b"\\u" in data:
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise DamagedFileError(f"{place} is damaged, expected JSON: {error}") from error
    return document
