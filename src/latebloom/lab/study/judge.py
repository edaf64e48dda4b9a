"""The answer that follows from stored records. Trains nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from latebloom._errors import UsageError
from latebloom._registry import suggested
from latebloom.claims import Record, Results, Undefined
from latebloom.lab.finding import Finding, finding_of
from latebloom.lab.frozen import Frozen
from latebloom.lab.study.result import StudyResult, StudyTable
from latebloom.lab.study.rules import content, counted, read_rules
from latebloom.lab.study.runs import study_runs
from latebloom.studies import Budget, Study

VERDICTS = {
    "holds": "The hypothesis holds",
    "fails": "The hypothesis fails, which was",
    "undecided": "The hypothesis is undecided",
    "not measured": "The hypothesis is not measured yet",
}


class _Stored(NamedTuple):
    """What is stored of a budget. asked: how many runs it asks for. rules: frozen ones. records: those that decide."""

    budget: Budget
    asked: int
    rules: Frozen | None
    records: Sequence[Record]

    @property
    def complete(self) -> bool:
        return 0 < self.asked == len(self.records)


def judge_study(study: Study, budget: Budget, results: Results) -> StudyResult:
    """Answer and verdicts of a budget, from the records in a directory and the frozen rules beside them."""
    return _judged(study, _stored(study, budget, results))


def latest(study: Study, results: Results) -> StudyResult:
    """The result of the full budget where it is complete, or has more runs than the quick one."""
    found = _stored(study, "full", results)
    if not found.complete:
        quick = _stored(study, "quick", results)
        found = found if len(found.records) > len(quick.records) else quick
    return _judged(study, found)


def _stored(study: Study, budget: Budget, results: Results) -> _Stored:
    runs, rules = study_runs(study, budget, results), read_rules(study, results.path)
    return _Stored(budget, len(runs.jobs), rules, counted(rules, runs.records()))


def _judged(study: Study, stored: _Stored) -> StudyResult:
    rules, records = stored.rules, stored.records
    findings = tuple(finding_of(claim, records) for claim in study.claims)
    return StudyResult(
        study=study.name,
        title=study.title,
        question=study.question,
        hypothesis=study.hypothesis,
        budget=stored.budget,
        command=suggested("study", study.name, "--budget", stored.budget),
        answer=_answer(study, findings[0]),
        caveats=study.caveats,
        claims=findings,
        tables=_tables(study, records),
        rules_hash=None if rules is None else rules.hash,
        frozen=None if rules is None else rules.frozen.isoformat(),
        rules_stand=rules is not None and rules.stands(content(study)),
        runs=len(records),
        asked=stored.asked,
        seconds=sum(record.seconds or 0.0 for record in records),
    )


def _answer(study: Study, first: Finding) -> str:
    """What is so, as far as the verdict goes, and what was found. What is false is not the first thing said."""
    answered = first.state == "fails" and study.otherwise
    verdict = study.otherwise if answered else f"{VERDICTS[first.state]}: {study.hypothesis}"
    more = (
        f" A sample of about {first.runs_to_decide} would decide, where one of {first.runs} did not."
        if first.runs_to_decide
        else ""
    )
    found = first.finding.rstrip(".")
    return f"{verdict} {found[:1].upper()}{found[1:]}.{more}"


def _tables(study: Study, records: Sequence[Record]) -> tuple[StudyTable, ...]:
    """What was measured; nothing as long as the records do not suffice for it."""
    known = [record for record in records if record.has(study.quantities)]
    if not known:
        return ()
    try:
        found = study.tables(known)
    except (Undefined, UsageError):
        return ()
    return tuple(
        StudyTable(title=one.title, columns=tuple(one.columns), rows=tuple(map(tuple, one.rows))) for one in found
    )
