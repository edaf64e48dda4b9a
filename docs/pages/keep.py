"""Committed results: what the pages need of runs, sweeps and searches that were made elsewhere."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from latebloom.lab.reproduce.result import FORMAT

from .paths import BUDGETS, CROSSOVER, DRAWINGS, IMAGES, MAINLINE, QUANTITIES, REPRODUCTION, RULES

PICTURES = ("training-curve", "embedding-spectrum")
"""The figures of the demo run that the pages show."""

GROUP_PICTURES = ("group-representations", "group-growth")
"""The figures of models of groups, of which the gallery shows one run."""


def keep_run(path: str) -> None:
    """Store the summary, the quantities and the pictures of a run; its weights stay where they are."""
    from latebloom.claims import measure_claims
    from latebloom.lab.figure import figure
    from latebloom.lab.summary import summarise
    from latebloom.runs import open_run

    run = open_run(path)
    _write(MAINLINE / "summary.json", summarise(run))
    _write(MAINLINE / "quantities.json", measure_claims(run).model_dump(mode="json", exclude_defaults=True))
    for name in PICTURES:
        figure(name, run).save(IMAGES / f"{name}.png")


def keep_group_pictures(path: str) -> None:
    """Draw the figures of models of groups from a run that was trained by the command of docs/gallery.md."""
    from latebloom.lab.figure import figure
    from latebloom.runs import open_run

    for name in GROUP_PICTURES:
        figure(name, open_run(path)).save(IMAGES / f"{name}.svg")


def keep_reproduction(folder: Path) -> None:
    """Store the result of every budget in the directory of `latebloom reproduce`, and its pictures.

    Records go to results/quantities: `latebloom reproduce` stores them there when it is called in a checkout. Verdicts
    on published files, which are not ours, stay in that directory.
    """
    from latebloom.lab.reproduce import Reproduction

    for budget in BUDGETS:
        stored = folder / f"{budget}.json"
        if not stored.exists():
            continue
        REPRODUCTION.mkdir(parents=True, exist_ok=True)
        ours = Reproduction.model_validate_json(stored.read_bytes()).without_published()
        (REPRODUCTION / stored.name).write_text(ours.model_dump_json(indent=1) + "\n", "utf-8")
        DRAWINGS.mkdir(parents=True, exist_ok=True)
        for old in DRAWINGS.glob(f"{budget}-*.svg"):
            old.unlink()
        for file in drawn_files(json.loads(stored.read_bytes())):
            shutil.copy(folder / file, DRAWINGS / Path(file).name)


def freeze_rules() -> None:
    """Freeze the rules of all claims as they are in the code, and keep the verdicts of today as history.

    Rules that are frozen already in this form keep their dates; the others get a new one, and lose their runs.
    """
    from latebloom.claims import Results
    from latebloom.lab.reproduce import Reproduction, freeze, keep_history

    for budget in BUDGETS:
        keep_history(
            Results(QUANTITIES), Reproduction.model_validate_json((REPRODUCTION / f"{budget}.json").read_bytes())
        )
    freeze(RULES)
    rejudge()


def rejudge() -> None:
    """Judge the claims in the stored results anew, from the stored records."""
    from latebloom.claims import Results
    from latebloom.lab.reproduce import Reproduction, frozen_rules, recount

    results = Results(QUANTITIES)
    for budget in BUDGETS:
        file = REPRODUCTION / f"{budget}.json"
        result = Reproduction.model_validate_json(file.read_bytes())
        systems = recount(budget, results, result.systems)
        update = {
            "format": FORMAT,
            "claims": judged_claims(budget),
            "systems": systems,
            "training_seconds": sum(system.seconds for system in systems),
            **frozen_rules(results),
        }
        file.write_text(result.model_copy(update=update).model_dump_json(indent=1) + "\n")


def judged_claims(budget: Any) -> tuple[Any, ...]:
    """The verdicts of a budget that follow from the stored records."""
    from latebloom.claims import Results
    from latebloom.lab.reproduce import judge_stored

    return judge_stored(budget, Results(QUANTITIES))


def drawn_files(result: dict[str, Any]) -> list[str]:
    """The drawings of a stored reproduction, relative to its directory."""
    return [p["file"] for system in result["systems"] for p in system["pictures"] if p["file"]]


def keep_crossover(sweep: Path) -> None:
    """Store the result of a search for a crossover, under the name of its recipe, and its picture."""
    from latebloom.lab.crossover import Crossover
    from latebloom.sweeps.table import sweep_runs

    manifests = [run.directory.read_manifest() for run in sweep_runs(sweep)]
    found = Crossover.model_validate_json((sweep / "crossover.json").read_bytes())
    recipe, within = manifests[0].recipe, found.within
    limits = f"--low {within.low:g} --high {within.high:g} --tolerance {within.tolerance:g}"
    search = {
        "command": f"latebloom crossover {recipe} {limits} --repeats {len(found.sizes[0].outcomes)}",
        "date": max(manifest.updated for manifest in manifests).date().isoformat(),
        "versions": manifests[0].versions,
        "device": manifests[0].device,
        "git_commit": manifests[0].git_commit,
        "seconds": sum(manifest.seconds for manifest in manifests),
        "found": found.model_dump(mode="json"),
    }
    _write(CROSSOVER / f"{recipe}.json", search)
    shutil.copy(sweep / "figures" / "crossover.svg", IMAGES / f"crossover-{recipe}.svg")


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
