"""The picture of a study."""

from __future__ import annotations

from latebloom._errors import UsageError
from latebloom.claims import Results, Undefined
from latebloom.figures.canvas import picture
from latebloom.lab.study.rules import read_rules
from latebloom.lab.study.runs import study_runs
from latebloom.studies import Budget, Study

SIZE = (8.6, 4.4)
"""Width and height in inches."""


def draw_study(study: Study, budget: Budget, results: Results, kind: str = "svg") -> bytes | None:
    """The picture of the runs that decide; None where there is none, or where the records do not suffice for it.

    The same records give the same bytes. Errors: UsageError without matplotlib."""
    draw, rules = study.draw, read_rules(study, results.path)
    stored = study_runs(study, budget, results).records()
    records = [one for one in stored if one.has(study.quantities) and (rules is None or rules.counts(one))]
    if draw is None or not records:
        return None
    try:
        return picture(f"study-{study.name}", SIZE, lambda paper: draw(paper, records), kind)
    except Undefined as undefined:
        raise UsageError(f"study {study.name}: no picture: {undefined.reason}") from None
