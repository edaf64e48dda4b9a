from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from latebloom.claims import CLAIMS, Evidence, judge
from latebloom.lab.measure import measure
from latebloom.runs import Run, train_run
from latebloom.tasks import Data
from latebloom.training import Experiment


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


def test_a_run_without_a_test_set_is_judged_on_its_model_alone(tiny: Callable[..., Experiment], tmp_path: Path) -> None:
    run = train_run(tiny(10).model_copy(update={"data": Data(fraction=1.0)}), root=tmp_path)
    assert not run.phases.found
    assert judge(measure(run))["groks"].outcome == "undecided"


def test_a_change_to_neurons_that_do_not_matter_decides_nothing(planted_run: Run, monkeypatch) -> None:
    evidence = Evidence(planted_run)
    claim = next(claim for claim in CLAIMS if claim.id == "neurons-are-polynomials")
    assert claim.judge(evidence).outcome != "undecided"
    name = "neurons: own polynomials"
    row = evidence.ablations[name]
    assert row.control is not None
    loss = evidence.explanation.loss.all
    idle = row.control.model_copy(update={"mean": 1.5 * loss})
    monkeypatch.setitem(evidence.__dict__, "ablations", {name: row.model_copy(update={"loss": loss, "control": idle})})
    assert claim.judge(evidence).outcome == "undecided"


def test_taking_from_a_model_worse_than_chance_decides_nothing(planted_run: Run, monkeypatch) -> None:
    evidence = Evidence(planted_run)
    explanation = evidence.explanation
    wrong = explanation.model_copy(update={"loss": explanation.loss.model_copy(update={"all": 9.0})})
    monkeypatch.setitem(evidence.__dict__, "explanation", wrong)
    for claim in CLAIMS:
        if claim.id in ("cosines-do-better", "restricted-does-better"):
            assert claim.judge(evidence).outcome == "undecided"
