"""The frozen rules of a study: everything that decides its verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from latebloom.claims import JUDGING, Record
from latebloom.claims.measured_terms import terms_of
from latebloom.lab.frozen import Frozen, freeze_rules, read_frozen
from latebloom.studies import Study
from latebloom.sweeps.spec import Spec

COMMAND = "latebloom study NAME --freeze"


def content(study: Study) -> dict[str, Any]:
    """The rules as they are in the code. Seeds are left out, those of a grid too, so that more may be added."""
    return {
        "study": study.name,
        "hypothesis": study.hypothesis,
        "claims": [
            {"id": one.id, "sentence": one.sentence, "rule": one.rule, "measurements": terms_of(one)}
            for one in study.claims
        ],
        "runs": {budget: [_without_seeds(spec) for spec in specs] for budget, specs in study.runs.items()},
        **({} if study.then is None else {"then": study.then.text}),
        "judging": JUDGING,
    }


def _without_seeds(spec: Spec) -> dict[str, Any]:
    grid = {name: list(values) for name, values in spec.grid.items() if not name.endswith(".seed")}
    return {**spec.model_dump(mode="json", exclude={"seeds"}), "grid": grid}


def read_rules(study: Study, folder: Path) -> Frozen | None:
    """The frozen rules beside the records; None where there are none. Errors: UsageError for something else."""
    return read_frozen(_file(study, folder), COMMAND)


def counted(rules: Frozen | None, records: Sequence[Record]) -> list[Record]:
    """The records of runs that were made for these rules; all where none are frozen."""
    return [record for record in records if rules is None or rules.counts(record)]


def freeze(study: Study, folder: Path) -> Frozen:
    """Write the rules of the code beside the records. Rules that are frozen already in this form keep their date."""
    return freeze_rules(_file(study, folder), content(study), COMMAND)


def _file(study: Study, folder: Path) -> Path:
    return folder / f"{study.name}.rules.json"
