"""The versions, the device and the git commit that produced a run."""

import platform
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("latebloom", "torch", "numpy", "safetensors", "pyarrow")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide a run's bits."""
    return dict(_versions())


@cache
def _versions() -> dict[str, str]:
    """Read once: the metadata of installed packages take longer to read than the rest of a manifest takes to make."""
    return {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES}


def device(kind: str) -> dict[str, str | int]:
    """The device that trains, with its number of threads, which affects how sums are split and hence the bits."""
    import torch

    name = torch.cuda.get_device_name() if kind == "cuda" else platform.processor() or platform.machine()
    return {"kind": kind, "name": name, "threads": torch.get_num_threads(), "system": platform.platform()}


@cache
def git_commit() -> str | None:
    """The commit of this package's source, with ``+changes`` where files differ from it; None outside a checkout."""
    here = Path(__file__).parent
    commit = _git(here, "rev-parse", "HEAD")
    if commit is None or _git(here, "ls-files", "--error-unmatch", Path(__file__).name) is None:
        return None
    return f"{commit}+changes" if _git(here, "status", "--porcelain", "--untracked-files=no") else commit


def _git(here: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", *arguments], cwd=here, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
