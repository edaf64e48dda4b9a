"""Verdicts of earlier rules, kept when rules or runs change, and why verdicts changed."""

import json
import tomllib

from pydantic import BaseModel, ValidationError

from latebloom._errors import UsageError, first_problem
from latebloom.claims import Results, State
from latebloom.lab.reproduce.catalogue import Budget
from latebloom.lab.reproduce.result import EarlierVerdict, Reproduction
from latebloom.store import atomic_write, made_folder
from latebloom.store.documents import read_json

FOLDER = "history"
"""The directory beside the records that holds earlier results as ``reproduction-BUDGET-DATE.json``."""

CHANGES = "changes.toml"
"""The file beside them that gives the reason for each changed verdict: ``claim-id = "reason"``."""


def read_history(results: Results, budget: Budget) -> list[EarlierVerdict]:
    """The verdicts of earlier reproductions under a budget that were reached on runs, oldest first.

    Errors: UsageError for a file that is no such document.
    """
    found = []
    for file in sorted((results.path.parent / FOLDER).glob(f"reproduction-{budget}-*.json")):
        try:
            stored = _Document.model_validate(read_json(file))
        except ValidationError as error:
            what = first_problem(error, "the file")
            raise UsageError(f"{file}: {what}; expected a stored result of `latebloom reproduce`") from None
        found += [EarlierVerdict(date=stored.date, **dict(claim)) for claim in stored.claims if claim.runs]
    return found


class _Claim(BaseModel):
    """What every format of the document has of a claim."""

    id: str
    outcome: State
    value: float | None
    found: str
    rule: str
    runs: int


class _Document(BaseModel):
    """What every format of the document has."""

    date: str
    claims: tuple[_Claim, ...]


def read_reasons(results: Results) -> dict[str, str]:
    """Why verdicts changed, by the id of the claim, from the file `CHANGES`; none where there is no such file.

    Errors: UsageError for a file that is not TOML, or that holds something other than text for each claim.
    """
    file = results.path.parent / FOLDER / CHANGES
    if not file.exists():
        return {}
    try:
        stored = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: not TOML: {error}") from None
    for claim, reason in stored.items():
        if not isinstance(reason, str):
            raise UsageError(f"{file}: {claim}: got {reason!r}, expected the reason as text")
    return stored


def keep_history(results: Results, result: Reproduction) -> None:
    """Keep the verdicts of a result as history, under its date; a file of that date stays as it is."""
    file = results.path.parent / FOLDER / f"reproduction-{result.budget}-{result.date}.json"
    if not file.exists():
        claims = [{name: getattr(claim, attribute) for name, attribute in _KEPT.items()} for claim in result.claims]
        made_folder(file.parent)
        text = json.dumps({"date": result.date, "claims": claims}, indent=1, ensure_ascii=False)
        atomic_write(file, f"{text}\n".encode())


_KEPT = {"id": "id", "outcome": "state", "value": "value", "found": "finding", "rule": "rule", "runs": "runs"}
"""Fields of an earlier verdict, and the attributes that they are copied from."""
