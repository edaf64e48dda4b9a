"""Claims about the local learning coefficient, on planted courses and on planted records."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from latebloom.claims import CLAIMS, SYSTEMS, Measurement, Record, SweepClaim, Verdict
from latebloom.phases import Outcome, Series
from latebloom.recipes.settings import experiment_of
from latebloom.runs import Run

STEP = np.arange(0, 20_001, 500)


def fall(at: int, top: float = 100.0, end: float = 10.0) -> np.ndarray:
    """Rises until step 1000, is level, and falls within 1000 steps around one."""
    return np.interp(STEP, [0, 1000, at - 500, at + 500, 20_000], [1.0, top, top, end, end])


def course_with(course: Callable, values: np.ndarray) -> object:
    one = course(STEP, llc=values, train_loss=np.full(len(STEP), 1e-6))
    one.__dict__["steps"] = [int(step) for step in STEP]
    return one


@pytest.mark.parametrize(
    ("claim", "at", "state"),
    [
        ("llc-falls", 6000, "holds"),
        ("llc-leads-test-loss", 6000, "holds"),
        ("llc-leads-test-loss", 11_000, "fails"),
    ],
)
def test_a_planted_fall_is_found(course: Callable, verdict_on: Callable[..., Verdict], claim, at, state) -> None:
    assert verdict_on(claim, course_with(course, fall(at))).state == state


def test_where_nothing_falls_no_step_is_named(course: Callable, verdict_on: Callable[..., Verdict]) -> None:
    rising = course_with(course, np.linspace(1, 100, len(STEP)))
    assert verdict_on("llc-falls", rising).state == "fails"
    assert verdict_on("llc-leads-test-loss", rising).state == "fails"


SINGLE = ("llc-falls", "llc-leads-test-loss", "llc-falls-in-clean-up")


@pytest.mark.parametrize("claim", SINGLE)
def test_a_single_checkpoint_decides_nothing(course: Callable, verdict_on: Callable[..., Verdict], claim: str) -> None:
    one = course_with(course, fall(6000))
    one.__dict__["metrics"]["llc"] = Series.of(STEP[-1:], np.array([10.0]))
    verdict = verdict_on(claim, one)
    assert (verdict.state, "one checkpoint alone" in verdict.finding) == ("undecided", True)


@pytest.mark.parametrize("claim", SINGLE[:2])
def test_a_run_that_only_memorises_is_not_judged(
    course: Callable, verdict_on: Callable[..., Verdict], monkeypatch: pytest.MonkeyPatch, claim: str
) -> None:
    one = course_with(course, np.linspace(1, 100, len(STEP)))
    memorised = Outcome("memorised", 1_000.0, None, False, "as planted")
    monkeypatch.setattr(type(one), "outcome", property(lambda self: memorised))
    verdict = verdict_on(claim, one)
    assert (verdict.state, "not judged" in verdict.finding) == ("undecided", True)


def test_the_claims_are_about_runs_that_were_measured_with_it(planted_run: Run, tmp_path: Path) -> None:
    run = Run(shutil.copytree(planted_run.path, tmp_path / "run"))
    described = {"step": 6000, "rule": "neurons", "key_frequencies": [3, 5, 9]}
    found = []
    for measures in (["llc"], ["losses"], 5):
        run.directory.write_document("measures", {**described, "measures": measures})
        found.append(SYSTEMS["llc"].has(run))
    (run.path / "measures.json").write_text("{")
    assert [*found, SYSTEMS["llc"].has(run)] == [True, False, False, False]


def record(seed: int, p: int, llc: float, task: str = "modular_addition", loss: float = 1e-7) -> Record:
    settings = ("--task.p", str(p), "--task.name", task)
    values = {"llc_final": llc, "llc_train_loss": loss, "outcome": "grokked" if task != "random_table" else "memorised"}
    date = "2030-01-01T00:00:00Z"
    return Record.model_validate(
        {
            "identity": f"{task}-{p}-{seed}",
            "run": f"{task}-{p}-{seed}",
            "seed": seed,
            "status": "finished",
            "experiment": experiment_of("small", seed, settings).model_dump(mode="json"),
            "date": date,
            "quantities": {name: Measurement(value=value) for name, value in values.items()},
        }
    )


def judged(claim: str, records: list[Record]) -> str:
    found = CLAIMS[claim]
    assert isinstance(found, SweepClaim)
    return found.judge(records).state


def test_a_planted_law_of_p_is_found_and_another_is_not() -> None:
    def of(exponent: float) -> list[Record]:
        noise = np.random.default_rng(0).normal(1, 0.03, 20)
        ps = [17, 23, 29, 37] * 5
        return [record(i, p, float(p**exponent * noise[i])) for i, p in enumerate(ps)]

    assert [judged("llc-linear-in-p", of(exponent)) for exponent in (1.0, 0.0, 2.0)] == ["holds", "fails", "fails"]
    assert judged("llc-linear-in-p", of(1.0)[:4]) == "undecided"


def test_memorising_networks_are_compared_at_equal_loss_alone() -> None:
    adding = [record(i, 23, 10.0 + i / 10) for i in range(6)]
    larger = [record(i, 23, 30.0 + i, "random_table") for i in range(6)]
    smaller = [record(i, 23, 5.0 + i / 10, "random_table") for i in range(6)]
    unequal = [record(i, 23, 30.0 + i, "random_table", loss=1e-3) for i in range(6)]
    states = [judged("llc-memorising-larger", adding + others) for others in (larger, smaller, unequal)]
    assert states == ["holds", "fails", "undecided"]
