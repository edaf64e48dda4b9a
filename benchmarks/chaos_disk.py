"""A disk that fails now and then: imported by the processes of ``chaos_sweep.py`` through LATEBLOOM_IMPORT."""

import errno
import os
import random
from collections.abc import Callable
from typing import Any

from latebloom.store import operations

CHANCE = 1 / 100
"""Of each operation."""
CODES = (errno.EIO, errno.ENOSPC, errno.EACCES)


def _failing(operate: Callable[..., None], chance: random.Random) -> Callable[..., None]:
    def call(*arguments: Any) -> None:
        if chance.random() < CHANCE:
            code = chance.choice(CODES)
            with open(os.environ["LATEBLOOM_CHAOS_LOG"], "a") as log:
                log.write(f"{errno.errorcode[code]}\n")
            raise OSError(code, os.strerror(code))
        operate(*arguments)

    return call


_chance = random.Random()
for _name in ("write", "sync", "rename"):
    setattr(operations, _name, _failing(getattr(operations, _name), _chance))
