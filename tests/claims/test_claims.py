import dataclasses
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from math import comb, inf
from pathlib import Path

import numpy as np
import pytest
import torch

from latebloom._errors import DivergedError
from latebloom.analysis import Analysis
from latebloom.circuits.modular import views as modular_views
from latebloom.circuits.modular.ablation import OWN_POLYNOMIALS
from latebloom.circuits.modular.explanation import explain
from latebloom.circuits.modular.page import ablations
from latebloom.claims import CLAIMS, QUANTITIES, SYSTEMS, Record, Verdict, judge, pool
from latebloom.claims.quantity import measured
from latebloom.claims.verdict import chance_to_hold
from latebloom.claims.views import ablation, explanation, grid
from latebloom.figures import FIGURES, SWEEP_FIGURES
from latebloom.lab.measure import measure
from latebloom.models import TransformerConfig
from latebloom.runs import Run, train_run
from latebloom.tasks import Data, SkipTrigrams
from latebloom.training import Experiment, Training

HELD, FAILED = (Verdict(state=state, value=1.0, finding="") for state in ("holds", "fails"))


def test_every_claim_says_what_it_is_judged_by() -> None:
    assert len(CLAIMS) >= 40
    for claim in CLAIMS.values():
        assert all([claim.sentence, claim.place, claim.published, claim.rule])
        assert set(claim.quantities) <= set(QUANTITIES)
        assert claim.system in SYSTEMS
        assert claim.figure is None or claim.figure in (*FIGURES, *SWEEP_FIGURES)


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
        "logits-nothing-else",
        "groks",
        "restricted-train-is-test",
    ]
    assert {name: verdicts[name].state for name in built} == dict.fromkeys(built, "holds")
    # The planted weights appear from one checkpoint to the next, so nothing develops smoothly before the change.
    assert verdicts["embedding-sparse-early"].state == "fails"


def test_memorised_weights_uphold_nothing_about_the_circuit(memorised_run: Run) -> None:
    verdicts = judge(measure(memorised_run))
    assert verdicts["groks"].state == "fails"
    assert verdicts["neurons-cluster"].state == "fails"
    about_keys = ["logits-are-cosines", "neurons-polynomials-suffice", "restricted-leads-test", "excluded-parts-early"]
    assert {verdicts[name].state for name in about_keys} == {"undecided"}
    assert all(verdicts[name].finding for name in about_keys)
    assert Counter(verdict.state for verdict in verdicts.values())["holds"] <= 1


def test_a_run_is_judged_by_the_claims_that_speak_of_it(planted_run: Run, tmp_path: Path) -> None:
    small = TransformerConfig(d_model=8, n_heads=1, d_head=8, d_mlp=0)
    trigrams = Experiment(
        task=SkipTrigrams(length=5),
        data=Data(kind="stream", test_size=20),
        model=small,
        training=Training(steps=3, batch_size=8),
    )
    nothing = Record(identity="", run="", experiment={}, status="finished", date=datetime.now(UTC), quantities={})
    heard = {
        name: set(judge(run, nothing))
        for name, run in (("pairs", planted_run), ("trigrams", train_run(trigrams, root=tmp_path)))
    }
    systems = {name: {claim.system for claim in CLAIMS.values() if claim.id in ids} for name, ids in heard.items()}
    assert systems == {"pairs": {"mainline", "certificates"}, "trigrams": {"trigrams"}}


def test_a_quantity_of_another_familys_task_is_undefined(planted_run: Run) -> None:
    measurement = measured(QUANTITIES["induction_loss"].measure, Analysis(planted_run))
    assert measurement.reason == "got a model of modular_addition, expected one of repeated_subsequences"


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (["holds"] * 5, "holds"),
        (["fails"] * 5, "fails"),
        (["holds"] * 4 + ["fails"], "undecided"),
        (["holds"] * 9 + ["fails"], "holds"),
        (["fails"] * 15 + ["holds"] * 5, "fails"),
        (["holds"] * 4, "undecided"),
        (["holds"] * 6 + ["undecided"] * 6, "holds"),
        (["holds"] * 6 + ["undecided"] * 7, "undecided"),
        (["undecided"] * 5, "undecided"),
    ],
)
def test_the_interval_of_the_share_of_runs_decides(outcomes: list[str], expected: str) -> None:
    verdicts = {
        f"run {i}": Verdict(state=outcome, value=None if outcome == "undecided" else float(i), finding=f"found {i}")
        for i, outcome in enumerate(outcomes)
    }
    found = pool(verdicts)
    assert found.state == expected
    assert (found.holds, found.fails, found.undecided) == tuple(map(outcomes.count, ("holds", "fails", "undecided")))
    values = [verdict.value for verdict in verdicts.values() if verdict.value is not None]
    assert found.value == (np.median(values) if values else None)
    assert (found.low is None) == (len(values) < 5)


def test_a_claim_may_ask_for_another_share_of_the_runs() -> None:
    verdicts = {str(i): HELD if i else FAILED for i in range(10)}
    assert [pool(verdicts, most).state for most in (0.5, 0.8, 0.99)] == ["holds", "undecided", "fails"]


def test_the_chance_to_hold_at_the_edge_is_binomial() -> None:
    assert chance_to_hold(4) == 0
    assert chance_to_hold(5) == pytest.approx(1 / 32)
    assert chance_to_hold(10) == pytest.approx(11 / 1024)
    states = [pool({str(i): HELD if i < upheld else FAILED for i in range(10)}).state for upheld in range(11)]
    outcomes = sum(comb(10, upheld) for upheld, state in enumerate(states) if state == "holds")
    assert chance_to_hold(10) == pytest.approx(outcomes / 2**10)


def test_a_step_that_was_never_reached_counts_in_the_median() -> None:
    verdicts = {str(i): HELD for i in range(5)}
    assert pool(verdicts, shown={"0": 1.0, "1": 2.0, "2": 3.0, "3": inf, "4": inf}).value == 3
    assert pool(verdicts, shown={"0": 1.0, "1": inf, "2": inf, "3": inf, "4": inf}).value is None


def test_a_run_without_a_test_set_is_judged_on_its_model_alone(tiny: Callable[..., Experiment], tmp_path: Path) -> None:
    run = train_run(tiny(10).model_copy(update={"data": Data(fraction=1.0)}), root=tmp_path)
    assert not run.phases.complete
    assert judge(measure(run))["groks"].state == "undecided"


def test_a_run_that_diverged_decides_nothing(tiny: Callable[..., Experiment], tmp_path: Path) -> None:
    experiment = tiny(20)
    wild = experiment.optimiser.model_copy(update={"lr": 1e30})
    with pytest.raises(DivergedError):
        train_run(experiment.model_copy(update={"optimiser": wild}), "wild", tmp_path)
    verdicts = judge(Run(tmp_path / "wild"))
    assert {(verdict.state, verdict.finding) for verdict in verdicts.values()} == {("undecided", "the run diverged")}


def test_a_run_that_is_not_finished_fails_nothing(memorised_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    finished = judge(memorised_run)
    monkeypatch.setattr(Run, "status", property(lambda self: "interrupted"))
    unfinished = judge(memorised_run)
    assert finished["groks"].state == "fails"
    assert unfinished["groks"].finding == f"{finished['groks'].finding}; the run is not finished"
    assert {verdict.state for verdict in unfinished.values()} <= {"holds", "undecided"}


def test_what_is_not_finite_is_undefined() -> None:
    measurements = [measured(lambda value: value, value) for value in (1.0, float("nan"), float("inf"))]
    assert [one.value for one in measurements] == [1.0, None, None]
    assert all(one.reason for one in measurements[1:])


def test_a_change_to_neurons_that_do_not_matter_decides_nothing(planted_run: Run, monkeypatch, verdict_on) -> None:
    analysis = Analysis(planted_run)
    assert verdict_on("neurons-polynomials-suffice", analysis).state != "undecided"
    row = ablation(analysis, OWN_POLYNOMIALS)
    assert row is not None
    assert row.control is not None
    loss = explanation(analysis).loss.all
    idle = row.control.model_copy(update={"mean": 1.5 * loss})
    monkeypatch.setitem(analysis.final._cache, ablations, [row.model_copy(update={"loss": loss, "control": idle})])
    assert verdict_on("neurons-polynomials-suffice", analysis).state == "undecided"


def test_taking_from_a_model_worse_than_chance_decides_nothing(planted_run: Run, monkeypatch, verdict_on) -> None:
    analysis = Analysis(planted_run)
    right = explanation(analysis)
    wrong = right.model_copy(update={"loss": right.loss.model_copy(update={"all": 9.0})})
    monkeypatch.setitem(analysis.final._cache, explain, wrong)
    for claim in ("cosines-do-better", "restricted-does-better"):
        assert verdict_on(claim, analysis).state == "undecided"


@pytest.mark.parametrize(("mixed", "expected"), [(False, "holds"), (True, "fails")])
def test_components_of_one_wave_each_are_told_from_mixtures(
    planted_run: Run, mixed: bool, expected: str, monkeypatch: pytest.MonkeyPatch, verdict_on
) -> None:
    angle = 2 * torch.pi * torch.arange(31, dtype=torch.float64)[:, None] / 31
    sizes = {3: 4.0, 5: 2.0, 9: 1.0}
    waves = torch.cat([size * f(k * angle) for k, size in sizes.items() for f in (torch.cos, torch.sin)], 1)
    analysis = Analysis(planted_run)
    embedding = torch.randn(31, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64) if mixed else waves
    mixture = dataclasses.replace(grid(analysis), embedding=embedding)
    monkeypatch.setitem(analysis.final.exact._cache, modular_views.grid, mixture)
    assert verdict_on("components-are-waves", analysis).state == expected
