"""How many runs would decide an undecided claim."""

import pytest

from latebloom.claims import CLAIMS, Claim, Verdict
from latebloom.claims.verdict import HALF, pool
from latebloom.lab.finding import outlook, runs_to_decide

CLAIM = next(claim for claim in CLAIMS.values() if isinstance(claim, Claim) and claim.most == HALF)


def pooled(**counts: int):
    states = [state for state, count in counts.items() for _ in range(count)]
    return pool({str(number): Verdict(state=state, value=None, finding="") for number, state in enumerate(states)})


@pytest.mark.parametrize(
    ("counts", "number", "words"),
    [
        ({"holds": 4, "undecided": 4}, 5, "about 5 would decide"),
        ({"holds": 4, "undecided": 5}, None, "no number of such runs would decide"),
        ({"holds": 6, "fails": 1}, 8, "about 8 would decide"),
        ({"holds": 3, "fails": 3}, None, "no number of such runs would decide"),
        ({"holds": 10}, None, None),
    ],
)
def test_as_many_as_decide_and_none_where_more_than_half_of_the_runs_decide_nothing(counts, number, words):
    verdict = pooled(**counts)
    assert (runs_to_decide(CLAIM, verdict), outlook(CLAIM, verdict)) == (number, words)
