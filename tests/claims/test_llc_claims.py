"""Claims about the local learning coefficient, on planted courses and on planted records."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from latebloom.claims import CLAIMS, QUANTITIES, Measurement, Record, SweepClaim
from latebloom.claims.quantity import measured
from latebloom.phases import Series
from latebloom.recipes.settings import experiment_of

STEPS = (500.0, 1000.0, 1500.0, 2000.0, 2500.0, 3000.0, 3500.0, 4000.0)
MEMORISED, UNDER, SETTLED = 1400.0, 2600.0, 4000.0


def planted(seed: int, task: str, p: int, **values: object) -> Record:
    settings = ("--task.p", str(p), "--task.name", task)
    found = {"outcome": "memorised" if task == "random_table" else "grokked", **values}
    return Record.model_validate(
        {
            "identity": f"{task}-{p}-{seed}",
            "run": f"{task}-{p}-{seed}",
            "seed": seed,
            "status": "finished",
            "experiment": experiment_of("small", seed, settings).model_dump(mode="json"),
            "date": "2030-01-01T00:00:00Z",
            "quantities": {name: Measurement(value=value) for name, value in found.items()},
        }
    )


def judged(claim: str, records: list[Record]) -> str:
    found = CLAIMS[claim]
    assert isinstance(found, SweepClaim)
    return found.judge(records).state


LEVEL = 40.0


def falling(at: float) -> list[float | None]:
    """Level, then a tenth from one step on."""
    return [LEVEL if step < at else LEVEL / 10 for step in STEPS]


def pairs(
    adding: Sequence[float | None], memorising: Sequence[float | None], count: int = 6, right: float | None = 3200.0
) -> list[Record]:
    """Networks that add and those on random tables, of these courses times a factor of their own."""

    def course(values: Sequence[float | None], seed: int) -> tuple[float | None, ...]:
        return tuple(value and value * (1 + seed / 100) for value in values)

    phases = {"memorised_at": MEMORISED, "test_under_guessing_at": UNDER, "test_settled_at": SETTLED}
    alone = {"memorised_at": MEMORISED, "test_under_guessing_at": None, "test_settled_at": None, "test_90_at": None}
    return [
        planted(seed, task, 29, checkpoint_steps=STEPS, llc_course=course(values, seed), **more)
        for seed in range(count)
        for task, values, more in (
            ("modular_addition", adding, {**phases, "test_90_at": right}),
            ("random_table", memorising, alone),
        )
    ]


FALLS, LEADS, CLEANS = "llc-falls", "llc-leads-test-loss", "llc-falls-in-clean-up"
FLAT: list[float | None] = [LEVEL] * len(STEPS)


@pytest.mark.parametrize(
    ("at", "states"),
    [
        (2000, ("holds", "holds", "fails")),  # in circuit formation
        (3500, ("holds", "fails", "holds")),  # in clean-up
        (1000, ("fails", "fails", "fails")),  # in memorisation
        (9000, ("fails", "fails", "fails")),  # never
    ],
)
def test_a_planted_fall_is_found_in_its_own_phase_alone(at: float, states: tuple[str, ...]) -> None:
    records = pairs(falling(at), FLAT)
    assert tuple(judged(claim, records) for claim in (FALLS, LEADS, CLEANS)) == states


@pytest.mark.parametrize("claim", [FALLS, LEADS, CLEANS])
def test_a_fall_that_memorising_networks_share_is_none(claim: str) -> None:
    gradual = [float(value) for value in np.geomspace(100, 1, len(STEPS))]
    faster = [value * step**-1.5 for value, step in zip(gradual, STEPS)]
    assert judged(claim, pairs(gradual, FLAT)) == "holds"
    assert judged(claim, pairs(gradual, gradual)) == "fails"
    assert judged(claim, pairs(gradual, faster)) == "fails"


def test_checkpoints_without_an_estimate_are_left_out() -> None:
    one_gap = [None if step == 2000 else LEVEL for step in STEPS]
    assert judged(LEADS, pairs(falling(2000), one_gap)) == "holds"
    one_left = [None if step in (1500, 2000) else LEVEL for step in STEPS]
    assert judged(LEADS, pairs(falling(2000), one_left)) == "undecided"
    nothing_before = [None if MEMORISED < step < UNDER else LEVEL for step in STEPS]
    assert judged(FALLS, pairs(falling(2000), nothing_before)) == "undecided"


def test_most_pairs_must_count() -> None:
    counting, learned_less = pairs(falling(2000), FLAT), pairs(falling(2000), FLAT, 20, None)[12:]
    assert judged(LEADS, counting) == "holds"
    assert judged(LEADS, counting[:8]) == "undecided"
    assert judged(LEADS, counting + learned_less) == "undecided"
    assert judged(LEADS, [one for one in counting if one.setting("task.name") == "modular_addition"]) == "undecided"


def test_the_course_keeps_a_place_for_each_missing_estimate(course: Callable) -> None:
    one = course(np.array(STEPS), train_loss=np.full(len(STEPS), 1e-6))
    one.__dict__["steps"] = [int(step) for step in STEPS]
    one.__dict__["metrics"]["llc_long"] = Series.of(STEPS[2:4], [30.0, 20.0])
    assert measured(QUANTITIES["llc_course"].measure, one).value == (None, None, 30.0, 20.0, None, None, None, None)


def final(seed: int, p: int, llc: float, task: str = "modular_addition", loss: float = 1e-7) -> Record:
    return planted(seed, task, p, llc_final=llc, llc_train_loss=loss)


def test_a_planted_law_of_p_is_found_and_another_is_not() -> None:
    def of(exponent: float) -> list[Record]:
        noise = np.random.default_rng(0).normal(1, 0.03, 20)
        ps = [17, 23, 29, 37] * 5
        return [final(i, p, float(p**exponent * noise[i])) for i, p in enumerate(ps)]

    assert [judged("llc-linear-in-p", of(exponent)) for exponent in (1.0, 0.0, 2.0)] == ["holds", "fails", "fails"]
    assert judged("llc-linear-in-p", of(1.0)[:4]) == "undecided"


def test_memorising_networks_are_compared_at_equal_loss_alone() -> None:
    adding = [final(i, 23, 10.0 + i / 10) for i in range(6)]
    larger = [final(i, 23, 30.0 + i, "random_table") for i in range(6)]
    smaller = [final(i, 23, 5.0 + i / 10, "random_table") for i in range(6)]
    unequal = [final(i, 23, 30.0 + i, "random_table", loss=1e-3) for i in range(6)]
    states = [judged("llc-memorising-larger", adding + others) for others in (larger, smaller, unequal)]
    assert states == ["holds", "fails", "undecided"]
