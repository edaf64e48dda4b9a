"""Where files are kept that any command can make again."""

import os
from pathlib import Path


def user_cache() -> Path | None:
    """The folder of this package in the user's cache, by the XDG convention; None for a user without a home."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "latebloom"
    except RuntimeError:
        return None
