"""The machine and the versions of a benchmark."""

import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from latebloom.runs.environment import git_commit, versions


def machine() -> dict[str, Any]:
    """Date, processor, threads, versions and commit."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "system": platform.platform(),
        "processor": _processor(),
        "threads": torch.get_num_threads(),
        "vector_instructions": torch.backends.cpu.get_cpu_capability(),
        "versions": versions(),
        "commit": git_commit(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
