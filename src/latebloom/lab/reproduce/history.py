"""Verdicts of earlier rules, kept when rules or runs change."""

from typing import Any

from latebloom._errors import UsageError
from latebloom.claims import Results
from latebloom.lab.reproduce.catalogue import Budget
from latebloom.lab.reproduce.result import EarlierVerdict
from latebloom.store.documents import read_json

FOLDER = "history"
"""The directory beside the records that holds earlier results as ``reproduction-BUDGET-MONTH.json``."""


def read_history(results: Results, budget: Budget) -> list[EarlierVerdict]:
    """The verdicts of earlier reproductions under a budget that were reached on runs, oldest first.

    Only fields that every format of the document has are read. Errors: UsageError for a file that is no such document.
    """
    found = []
    for file in sorted((results.path.parent / FOLDER).glob(f"reproduction-{budget}-*.json")):
        stored: Any = read_json(file)
        try:
            found += [_earlier(claim, stored["date"]) for claim in stored["claims"] if claim["runs"]]
        except (TypeError, KeyError) as error:
            raise UsageError(f"{file}: got no {error}, expected a stored result of `latebloom reproduce`") from None
    return found


def _earlier(claim: dict[str, Any], date: str) -> EarlierVerdict:
    fields = ("id", "outcome", "value", "found", "rule", "runs")
    return EarlierVerdict.model_validate({"date": date, **{name: claim[name] for name in fields}})
