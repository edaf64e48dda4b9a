"""docs/found.md: what was found, on one page, every number from a committed result."""

from __future__ import annotations

import json
from typing import Any

from latebloom.explorer.reproduction import together
from latebloom.lab.seeds.study import SeedStudy
from latebloom.lab.seeds.table import estimate

from .compare import answer, shown_comparison
from .demo import read_summary
from .paths import BENCHMARKS
from .reproduction import Budget, read_results
from .seeds import Chapter
from .speed import Bench
from .studies import study_results
from .templating import render

RELIABLE = ("kill_resume", "kill_sweep", "sweep_ray", "fuzz")
"""The results of `benchmarks` about what must not break."""


def found_page(study: SeedStudy) -> str:
    """docs/found.md. study: of the seeds of the small model."""
    return render(
        "found",
        together=together,
        full=Budget(read_results()[0]),
        studies=study_results().values(),
        contest=answer(shown_comparison()),
        demo=read_summary(),
        seeds=Chapter("small", study),
        estimate=estimate,
        bench=Bench.model_validate_json((BENCHMARKS / "bench.json").read_bytes()),
        reliable={name: _result(name) for name in RELIABLE},
    )


def _result(name: str) -> dict[str, Any]:
    return json.loads((BENCHMARKS / f"{name}.json").read_text())
