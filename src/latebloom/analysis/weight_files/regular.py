"""The bytes of a regular file, of bounded size."""

from __future__ import annotations

import os
from pathlib import Path

from latebloom._errors import DamagedFileError, StoreError, UsageError
from latebloom.store.regular import open_regular


def read_regular(path: Path, most: int) -> bytearray:
    """All bytes of a file; pipes and devices are not opened. Errors: UsageError or DamagedFileError in one line."""
    try:
        with open(open_regular(path, os.O_RDONLY), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > most:
                raise DamagedFileError(f"{path}: got {size:,} bytes, expected at most {most:,}")
            content = bytearray(size)
            read = file.readinto(content)
            return content[:read] if read < size else content
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}") from None
    except PermissionError:
        raise UsageError(f"{path}: no right to read it") from None
    except StoreError:
        raise UsageError(f"{path}: no regular file, expected a file of weights") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{str(path)!r}: cannot be read ({getattr(error, 'strerror', error)})") from None
