from collections import Counter

import pytest

from latebloom.claims import CLAIMS, judge
from latebloom.lab.measure import measure
from latebloom.runs import Run


def test_every_claim_says_what_it_is_judged_by() -> None:
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS) >= 18
    for claim in CLAIMS:
        assert all([claim.sentence, claim.place, claim.write_up, claim.rule])


def test_a_planted_circuit_upholds_what_is_claimed_of_circuits(planted_run: Run) -> None:
    verdicts = judge(measure(planted_run))
    built = [
        "embedding-sparse",
        "neurons-cluster",
        "neurons-read-as-waves",
        "w-logit-low-rank",
        "logits-cancel",
        "logits-uniform-blocks",
        "logits-are-cosines",
        "groks",
        "restricted-train-is-test",
    ]
    assert {name: verdicts[name].outcome for name in built} == dict.fromkeys(built, "holds")
    # The planted weights appear from one checkpoint to the next, so nothing develops smoothly before the change.
    assert verdicts["embedding-sparse-early"].outcome == "fails"


def test_memorised_weights_uphold_nothing_about_the_circuit(memorised_run: Run) -> None:
    verdicts = judge(measure(memorised_run))
    assert verdicts["groks"].outcome == "fails"
    assert verdicts["neurons-cluster"].outcome == "fails"
    about_keys = ["logits-are-cosines", "neurons-are-polynomials", "restricted-leads-test", "excluded-parts-early"]
    assert {verdicts[name].outcome for name in about_keys} == {"undecided"}
    assert all(verdicts[name].found for name in about_keys)
    assert Counter(verdict.outcome for verdict in verdicts.values())["holds"] <= 1


def test_claims_are_about_modular_tasks(planted_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from latebloom._errors import UsageError
    from latebloom.claims import Evidence

    monkeypatch.setattr(Run, "task", property(lambda self: object()))
    with pytest.raises(UsageError, match="expected a modular task"):
        Evidence(planted_run)
