"""Where files are kept that any command can make again."""

import os
from pathlib import Path


def user_cache() -> Path:
    """The folder of this package in the user's cache, by the XDG convention."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "latebloom"
