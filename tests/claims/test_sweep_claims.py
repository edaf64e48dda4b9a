"""Claims about many runs, on runs made by hand: what was planted is found, and nothing where nothing is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from latebloom.claims import CLAIMS, Record, SweepClaim, record_run
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.tasks import Data, ModularQuadratic, ModularSubtraction, ModularTask, RandomTable
from latebloom.training import Experiment, Optimiser, Training

STEPS = np.arange(0, 10_001, 50)
Make = Callable[..., Run]


@pytest.fixture
def made(tmp_path: Path) -> Make:
    """A run that memorises at step 500 and generalises at ``test`` (never where None), or rises ``slowly`` that far."""

    def make(
        experiment: Experiment,
        test: float | None,
        spikes: tuple[int, ...] = (),
        height: float = 1e4,
        status: str = "finished",
        slowly: float = 0.0,
    ) -> Run:
        directory = RunDirectory(tmp_path / f"run-{len(list(tmp_path.iterdir()))}")
        directory.create()
        manifest = new_manifest(directory.path.name, experiment)
        directory.write_manifest(manifest.model_copy(update={"status": status, "step": int(STEPS[-1])}))
        rows = [
            {
                "step": int(step),
                "train_loss": 1e-7 * height if step in spikes else 1e-7 if step > 500 else 3.0,
                "test_loss": 1e-3 if test is not None and step >= test else 5.0,
                "train_accuracy": float(step >= 500),
                "test_accuracy": max(slowly * step / STEPS[-1], float(test is not None and step >= test)),
            }
            for step in STEPS
        ]
        directory.write_table("metrics", append_rows(empty_table(), rows))
        return Run(directory.path)

    return make


def verdict(name: str, runs: list[Run]) -> str:
    claim = CLAIMS[name]
    assert isinstance(claim, SweepClaim)
    return claim.verdict(records(name, runs)).state


def records(name: str, runs: list[Run]) -> list[Record]:
    """The runs with what the claim needs of them, as they are read back from a file."""
    lines = [record_run(run, CLAIMS[name].quantities).to_line() for run in runs]
    return [Record.from_line(line, "here") for line in lines]


def decayed(decay: float, seed: int) -> Experiment:
    return Experiment(optimiser=Optimiser(weight_decay=decay)).with_seed(seed)


def test_weight_decay_planted_as_a_power_law(made: Make) -> None:
    def law(steps: float) -> list[Run]:
        return [made(decayed(decay, seed), steps / decay + 50 * seed) for decay in (1.0, 0.3, 0.1) for seed in range(4)]

    runs = law(300) + (without := [made(decayed(0.0, seed), None) for seed in range(3)])
    assert verdict("decay-less-is-later", runs) == "holds"
    assert verdict("decay-none-no-grokking", runs) == "holds"
    assert verdict("decay-none-no-grokking", law(600) + without) == "undecided", "10 000 steps are not twice 6000"
    assert verdict("decay-001-sixty-times", runs) == "undecided"


def test_weight_decay_without_effect_is_not_found(made: Make) -> None:
    rng = np.random.default_rng(0)
    runs = [made(decayed(decay, seed), rng.uniform(2000, 4000)) for decay in (1.0, 0.3, 0.1, 0.0) for seed in range(4)]
    assert verdict("decay-less-is-later", runs) == "fails"
    assert verdict("decay-none-no-grokking", runs) == "fails"


def test_sixty_times_is_measured_on_medians(made: Make) -> None:
    for factor, expected in ((8, "fails"), (10_000 // 160, "holds")):
        runs = [made(decayed(1.0, seed), 150 + 10 * seed) for seed in range(3)]
        runs += [made(decayed(0.01, seed), 160 * factor + 10 * seed) for seed in range(3)]
        assert verdict("decay-001-sixty-times", runs) == expected


def test_more_data_less_delay(made: Make) -> None:
    def on(fraction: float, seed: int) -> Experiment:
        return Experiment(data=Data(fraction=fraction)).with_seed(seed)

    shares = (0.2, 0.4, 0.6, 0.8)
    falling = [
        made(on(share, seed), None if share == 0.2 else 500 + 2000 / share) for share in shares for seed in range(3)
    ]
    assert verdict("delay-shrinks-with-data", falling) == "holds"
    assert verdict("little-data-memorises", falling) == "holds"
    level = [made(on(share, seed), 3000 + 500 * seed) for share in shares for seed in range(3)]
    assert verdict("delay-shrinks-with-data", level) == "fails"
    assert verdict("little-data-memorises", level) == "fails"


def test_spikes_are_counted_where_they_were_planted(made: Make) -> None:
    def with_loss(dtype: str, batch: int | None = None) -> Experiment:
        return Experiment(training=Training(loss_dtype=dtype, batch_size=batch))

    spiky = [made(with_loss("float32"), 3000, (5000, 5050, 8000)) for _ in range(2)]
    calm = [made(with_loss("float64"), 3000) for _ in range(2)]
    assert verdict("spikes-from-float32", spiky + calm) == "holds"
    assert verdict("no-spikes-in-float64", spiky + calm) == "holds"
    assert verdict("spikes-with-minibatches", spiky + calm) == "undecided"
    for heights, often, expected in (
        ((1e2,), 1, "holds"),
        ((1e5,), 1, "fails"),
        ((1e2,) * 9, 9, "fails"),
        ((), 0, "fails"),
    ):
        steps = tuple(range(4000, 4000 + 500 * often, 500))
        mini = [made(with_loss("float64", 64), 3000, steps, *heights[:1]) for _ in range(2)]
        assert verdict("spikes-with-minibatches", spiky + mini) == expected
    swapped = [made(with_loss("float64"), 3000, (5000,)), made(with_loss("float32"), 3000)]
    assert verdict("spikes-from-float32", swapped) == "fails"
    assert verdict("no-spikes-in-float64", swapped) == "fails"


def test_optimisers_are_told_apart(made: Make) -> None:
    def by(name: str, momentum: float = 0.0) -> Experiment:
        return Experiment(optimiser=Optimiser(name=name, momentum=momentum))

    planted = ((by("adamw"), 3000), (by("sgd"), None), (by("sgd", 0.9), 4000))
    runs = [made(experiment.with_seed(seed), test) for experiment, test in planted for seed in range(3)]
    assert verdict("adamw-groks", runs[:2]) == "undecided", "two runs are too few"
    found = [verdict(name, runs) for name in ("adamw-groks", "adam-groks", "sgd-groks", "sgd-momentum-groks")]
    assert found == ["holds", "undecided", "fails", "holds"]


def on(task: ModularTask, fraction: float, seed: int) -> Experiment:
    return Experiment(task=task, data=Data(fraction=fraction)).with_seed(seed)


@pytest.mark.parametrize(("test", "expected"), [(3000, "holds"), (500, "fails"), (None, "fails")])
def test_another_operation_groks_or_not(made: Make, test: float | None, expected: str) -> None:
    runs = [made(on(ModularQuadratic(p=31), 0.7, seed), test) for seed in range(3)]
    assert verdict("quadratic-groks", runs) == expected
    assert verdict("quadratic-groks", runs[:2]) == "undecided"


@pytest.mark.parametrize(("test", "expected"), [(500, "holds"), (3000, "fails")])
def test_other_operations_with_more_data(made: Make, test: float, expected: str) -> None:
    tasks = (ModularSubtraction(p=31), ModularQuadratic(p=31))
    runs = [made(on(task, 0.95, seed), test) for task in tasks for seed in range(3)]
    assert verdict("operations-more-data", runs) == expected
    assert verdict("operations-more-data", runs[:3]) == "undecided", "one operation says nothing of the other"


@pytest.mark.parametrize(("test", "expected"), [(None, "holds"), (3000, "fails")])
def test_random_answers(made: Make, test: float | None, expected: str) -> None:
    runs = [made(on(RandomTable(p=31), 0.5, seed), test) for seed in range(3)]
    assert verdict("random-answers-memorised", runs) == expected
    assert verdict("random-answers-memorised", runs[:2]) == "undecided"


def linear(optimiser: str, batch_size: int | None, seed: int) -> Experiment:
    training = Training(batch_size=batch_size)
    return Experiment(optimiser=Optimiser(name=optimiser), training=training).with_seed(seed)


@pytest.mark.parametrize(("test", "lags"), [(560, False), (2_000, True), (None, True)])
def test_the_linear_model_lags_or_does_not(made: Make, test: float | None, lags: bool) -> None:
    for optimiser, expected in (("adamw", lags), ("sgd", not lags)):
        for size, name in ((None, "full-batch"), (10, "minibatch")):
            runs = [made(linear(optimiser, size, seed), test) for seed in range(3)]
            assert verdict(f"linear-{optimiser}-{name}", runs) == ("holds" if expected else "fails")
            assert verdict(f"linear-{optimiser}-{name}", runs[:2]) == "undecided"


@pytest.mark.parametrize("name", ["dropout-groks", "l1-groks"])
def test_another_regulariser_groks_or_not_or_is_not_done(made: Make, name: str) -> None:
    def runs(test: float | None, slowly: float = 0.0) -> list[Run]:
        update = {"l1": 1e-5} if name == "l1-groks" else {}
        training = Training(dropout=0.0 if update else 0.5)
        experiment = Experiment(optimiser=Optimiser(weight_decay=0, **update), training=training)
        return [made(experiment.with_seed(seed), test, slowly=slowly) for seed in range(3)]

    assert verdict(name, runs(3_000)) == "holds"
    assert verdict(name, runs(None)) == "fails"
    assert verdict(name, runs(None, slowly=0.8)) == "undecided", "they still learn when they end"


def test_runs_that_diverged_decide_nothing(made: Make) -> None:
    alone = [made(on(ModularQuadratic(p=31), 0.25, seed), None, status="diverged") for seed in range(3)]
    assert verdict("little-data-memorises", alone) == "undecided"
    claim = CLAIMS["little-data-memorises"]
    assert isinstance(claim, SweepClaim)
    sound = [made(on(ModularQuadratic(p=31), 0.25, seed), None) for seed in range(3)]
    found = claim.verdict(records(claim.id, alone + sound))
    note = "3 runs that diverged or are unfinished are left out"
    assert (found.state, found.finding.partition("; ")[2]) == ("holds", note)
