"""Claims about many runs, on runs made by hand: what was planted is found, and nothing where nothing is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from latebloom.claims import CLAIMS, Record, SweepClaim, record_run
from latebloom.claims.quantity import Measurement
from latebloom.claims.settings import grokked, share_of
from latebloom.claims.weight_decay import decay_exponent
from latebloom.recipes import recipe
from latebloom.runs import Run, train_run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.tasks import (
    Data,
    ModularCubic,
    ModularDivision,
    ModularMultiplication,
    ModularQuadratic,
    ModularSubtraction,
    ModularTask,
    RandomTable,
)
from latebloom.training import Experiment, Optimiser, Training

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
        last: int = 10_000,
    ) -> Run:
        steps = np.arange(0, last + 1, 50)
        directory = RunDirectory(tmp_path / f"run-{len(list(tmp_path.iterdir()))}")
        directory.create()
        manifest = new_manifest(directory.path.name, experiment)
        directory.write_manifest(manifest.model_copy(update={"status": status, "step": last}))
        rows = [
            {
                "step": int(step),
                "train_loss": 1e-7 * height if step in spikes else 1e-7 if step > 500 else 3.0,
                "test_loss": 1e-3 if test is not None and step >= test else 5.0,
                "train_accuracy": float(step >= 500),
                "test_accuracy": max(slowly * step / last, float(test is not None and step >= test)),
            }
            for step in steps
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
        return [made(decayed(decay, seed), steps / decay + 50 * seed) for decay in (1.0, 0.3, 0.1) for seed in range(5)]

    runs = law(300) + (without := [made(decayed(0.0, seed), None) for seed in range(5)])
    assert verdict("decay-less-is-later", runs) == "holds"
    assert verdict("decay-none-no-grokking", runs) == "holds"
    assert verdict("decay-none-no-grokking", law(600) + without) == "undecided", "10 000 steps are not twice 6000"
    assert verdict("decay-001-sixty-times", runs) == "undecided"


def test_weight_decay_without_effect_is_not_found(made: Make) -> None:
    rng = np.random.default_rng(0)
    runs = [made(decayed(decay, seed), rng.uniform(2000, 4000)) for decay in (1.0, 0.3, 0.1, 0.0) for seed in range(6)]
    found = decay_exponent.compute(records("decay-less-is-later", runs))
    assert found.low < 0 < found.high
    assert verdict("decay-none-no-grokking", runs) == "fails"


def test_sixty_times_is_measured_on_medians_of_one_p(made: Make) -> None:
    # The runs of another p have no weight decay 0.01, so that they count for the law alone.
    other = [made(with_p(decayed(decay, seed), 31), 400) for decay in (1.0, 0.1) for seed in range(5)]
    for factor, expected in ((8, "fails"), (10_000 // 160, "holds")):
        runs = [made(decayed(1.0, seed), 150 + 2 * seed) for seed in range(6)]
        runs += [made(decayed(0.01, seed), 155 * factor + 10 * seed) for seed in range(6)]
        assert verdict("decay-001-sixty-times", runs + other) == expected


def with_p(experiment: Experiment, p: int) -> Experiment:
    return experiment.with_settings({"task.p": p})


def test_more_data_less_delay(made: Make) -> None:
    def on(fraction: float, seed: int) -> Experiment:
        return Experiment(data=Data(fraction=fraction)).with_seed(seed)

    shares = (0.2, 0.4, 0.6, 0.8)
    falling = [made(on(share, seed), 500 + 2000 / share) for share in shares for seed in range(5)]
    assert verdict("delay-shrinks-with-data", falling) == "holds"
    rising = [made(on(share, seed), 1500 + 2000 * share) for share in shares for seed in range(5)]
    assert verdict("delay-shrinks-with-data", rising) == "fails"


@pytest.mark.parametrize(
    ("last", "test", "expected"), [(100_000, None, "holds"), (100_000, 3_000, "fails"), (10_000, None, "undecided")]
)
def test_little_data_memorises_if_the_runs_are_long_enough(
    made: Make, last: int, test: float | None, expected: str
) -> None:
    little = [made(Experiment(data=Data(fraction=0.1)).with_seed(seed), test, last=last) for seed in range(5)]
    enough = [made(Experiment(data=Data(fraction=0.3)).with_seed(seed), 3_000) for seed in range(3)]
    assert verdict("little-data-memorises", little + enough) == expected
    assert verdict("little-data-memorises", little[:4] + enough) == "undecided"


def with_loss(dtype: str, batch: int | None, seed: int) -> Experiment:
    return Experiment(training=Training(loss_dtype=dtype, batch_size=batch)).with_seed(seed)


def test_spikes_are_counted_where_they_were_planted(made: Make) -> None:
    spiky = [made(with_loss("float32", None, seed), 3000, (5000, 5050, 6000, 7000, 8000)) for seed in range(6)]
    calm = [made(with_loss("float64", None, seed), 3000) for seed in range(6)]
    assert verdict("spikes-from-float32", spiky + calm) == "holds"
    assert verdict("no-spikes-in-float64", spiky + calm) == "holds"
    assert verdict("spikes-with-minibatches", spiky + calm) == "undecided"
    swapped = [made(with_loss("float64", None, seed), 3000, (5000,)) for seed in range(5)]
    swapped += [made(with_loss("float32", None, seed), 3000) for seed in range(5)]
    assert verdict("spikes-from-float32", swapped) == "fails"
    assert verdict("no-spikes-in-float64", swapped) == "fails"


def test_runs_that_cannot_be_measured_are_no_runs_without_spikes(made: Make) -> None:
    runs = [made(with_loss("float64", None, seed), 3000) for seed in range(6)]
    claim = CLAIMS["no-spikes-in-float64"]
    assert claim.pooled(records(claim.id, runs)).state == "holds"
    for run in runs[1:]:
        (run.path / "metrics.parquet").write_bytes(b"PAR1")
    some = claim.pooled(records(claim.id, runs))
    assert some.state == "undecided"
    assert some.finding.endswith("; 5 runs that could not be measured are left out")
    assert claim.pooled(records(claim.id, runs[1:])).finding == "of every run a quantity could not be measured"


@pytest.mark.parametrize(
    ("height", "often", "expected"), [(1e2, 1, "holds"), (1e7, 1, "fails"), (1e2, 20, "fails"), (1e2, 0, "fails")]
)
def test_spikes_with_minibatches_are_rarer_and_lower(made: Make, height: float, often: int, expected: str) -> None:
    full = [made(with_loss("float32", None, seed), 3000, tuple(range(4000, 9000, 500))) for seed in range(6)]
    still = [made(with_loss("float64", None, seed), 3000) for seed in range(6)]
    steps = tuple(range(4000, 4000 + 250 * often, 250))
    for dtype, name in (("float64", "spikes-with-minibatches"), ("float32", "spikes-with-minibatches-in-float32")):
        mini = [made(with_loss(dtype, 64, seed), 3000, steps, height) for seed in range(6)]
        assert verdict(name, full + still + mini) == expected


def test_spikes_are_measured_in_nats_and_in_units_of_the_loss_before(made: Make) -> None:
    run = made(with_loss("float32", None, 0), 3000, (5000, 5050, 8000))
    found = record_run(run, ("spikes", "spike_nats", "spikes_before_learned")).quantities
    assert found["spikes"].value == 2
    assert found["spikes_before_learned"].value == 0
    assert found["spike_nats"].value == pytest.approx(1e-3, rel=1e-3)


def test_optimisers_are_told_apart(made: Make) -> None:
    def by(name: str, momentum: float = 0.0) -> Experiment:
        return Experiment(optimiser=Optimiser(name=name, momentum=momentum))

    planted = ((by("adamw"), 3000), (by("sgd"), None), (by("sgd", 0.9), 4000))
    runs = [made(experiment.with_seed(seed), test) for experiment, test in planted for seed in range(5)]
    assert verdict("adamw-groks", runs[:4]) == "undecided", "four runs are too few"
    found = [verdict(name, runs) for name in ("adamw-groks", "adam-groks", "sgd-groks", "sgd-momentum-groks")]
    assert found == ["holds", "undecided", "fails", "holds"]


def test_the_best_of_many_settings_has_a_wider_interval(made: Make) -> None:
    runs = records("adamw-groks", [made(Experiment(), 3000)] * 5)
    alone, best = (share_of(runs, grokked, tried) for tried in (1, 4))
    assert alone.low is not None
    assert best.low is not None
    assert best.low < 0.5 < alone.low
    assert best.level == pytest.approx(1 - 0.05 / 4)


def on(task: ModularTask, fraction: float, seed: int) -> Experiment:
    return Experiment(task=task, data=Data(fraction=fraction)).with_seed(seed)


@pytest.mark.parametrize(("test", "expected"), [(3000, "holds"), (500, "fails"), (None, "fails")])
def test_another_operation_groks_or_not(made: Make, test: float | None, expected: str) -> None:
    runs = [made(on(ModularQuadratic(p=31), 0.7, seed), test) for seed in range(5)]
    assert verdict("quadratic-groks", runs) == expected
    assert verdict("quadratic-groks", runs[:4]) == "undecided"


@pytest.mark.parametrize(("test", "expected"), [(500, "holds"), (3000, "fails"), (None, "fails")])
def test_other_operations_with_more_data(made: Make, test: float | None, expected: str) -> None:
    tasks = (ModularSubtraction, ModularMultiplication, ModularDivision, ModularQuadratic)
    runs = [made(on(task(p=31), 0.95, seed), 500) for task in tasks for seed in range(5)]
    assert verdict("operations-more-data", runs) == "undecided", "no runs of x³ + xy"
    runs += [made(on(ModularCubic(p=31), 0.95, seed), test) for seed in range(5)]
    assert verdict("operations-more-data", runs) == expected


@pytest.mark.parametrize(
    ("last", "test", "expected"), [(30_000, None, "holds"), (30_000, 3000, "fails"), (10_000, None, "undecided")]
)
def test_random_answers(made: Make, last: int, test: float | None, expected: str) -> None:
    runs = [made(on(RandomTable(p=31), 0.5, seed), test, last=last) for seed in range(5)]
    assert verdict("random-answers-memorised", runs) == expected
    assert verdict("random-answers-memorised", runs[:4]) == "undecided"


def linear(optimiser: str, batch_size: int | None, seed: int) -> Experiment:
    training = Training(batch_size=batch_size)
    return Experiment(optimiser=Optimiser(name=optimiser), training=training).with_seed(seed)


@pytest.mark.parametrize(("test", "lags"), [(560, False), (2_000, True), (None, True)])
def test_the_linear_model_lags_or_does_not(made: Make, test: float | None, lags: bool) -> None:
    for optimiser, size, name in (("adamw", None, "full-batch"), ("sgd", None, "full-batch"), ("sgd", 10, "minibatch")):
        runs = [made(linear(optimiser, size, seed), test) for seed in range(5)]
        expected = lags if optimiser == "adamw" else not lags
        assert verdict(f"linear-{optimiser}-{name}", runs) == ("holds" if expected else "fails")
        assert verdict(f"linear-{optimiser}-{name}", runs[:4]) == "undecided"


@pytest.mark.parametrize(
    ("growth", "test", "expected"), [(0.5, 1100, "holds"), (1.5, 1100, "fails"), (0.5, 3000, "fails")]
)
def test_minibatches_give_memorising_weights_less(made: Make, growth: float, test: float, expected: str) -> None:
    full = records("linear-adamw-minibatch", [made(linear("adamw", None, seed), 2_000) for seed in range(5)])
    mini = records("linear-adamw-minibatch", [made(linear("adamw", 10, seed), test) for seed in range(5)])
    planted = [grown(record, value) for runs, value in ((full, 1.0), (mini, growth)) for record in runs]
    claim = CLAIMS["linear-adamw-minibatch"]
    assert isinstance(claim, SweepClaim)
    assert claim.verdict(planted).state == expected


def grown(record: Record, value: float) -> Record:
    """The record with this growth of the memorising weights, which its run has no checkpoints for."""
    quantities = {**record.quantities, "early_memorising_growth": Measurement(value=value)}
    return record.model_copy(update={"quantities": quantities})


def test_growth_of_memorising_weights_is_read_from_checkpoints(tmp_path: Path) -> None:
    growth = {}
    for size in (None, 10):
        settings = {"training.steps": 20, "training.batch_size": size, "recording.checkpoints": "20"}
        experiment = recipe("linear", 0).with_settings({**settings, "optimiser.weight_decay": 0})
        run = train_run(experiment, str(size), tmp_path)
        growth[size] = record_run(run, ("early_memorising_growth",)).quantities["early_memorising_growth"].value
    assert growth[None] == pytest.approx(1, rel=0.02), "AdamW moves every weight alike"
    assert growth[10] < 0.9


@pytest.mark.parametrize("name", ["dropout", "l1"])
def test_another_regulariser_groks_or_not_or_is_not_done(made: Make, name: str) -> None:
    def runs(test: float | None, slowly: float = 0.0) -> list[Run]:
        strong = [made(regularised(name, 0.0, seed), test, slowly=slowly) for seed in range(7)]
        return strong + [made(regularised(name, 0.0, seed, weaker=True), None, slowly=slowly) for seed in range(7)]

    assert verdict(f"{name}-groks", runs(3_000)) == "holds"
    assert verdict(f"{name}-groks", runs(None)) == "fails"
    assert verdict(f"{name}-groks", runs(None)[:9]) == "undecided", "the best of one strength is no best"
    assert verdict(f"{name}-groks", runs(None, slowly=0.8)) == "undecided", "they still learn when they end"


def regularised(name: str, decay: float, seed: int, on: bool = True, weaker: bool = False) -> Experiment:
    update = {"l1": 1e-6 if weaker else 1e-5} if on and name == "l1" else {}
    training = Training(dropout=(0.1 if weaker else 0.5) if on and name == "dropout" else 0.0)
    return Experiment(optimiser=Optimiser(weight_decay=decay, **update), training=training).with_seed(seed)


@pytest.mark.parametrize("name", ["dropout", "l1"])
@pytest.mark.parametrize(
    ("test", "alone", "expected"), [(3_000, None, "holds"), (None, None, "fails"), (3_000, 3_000, "undecided")]
)
def test_a_regulariser_beside_weight_decay_is_compared_with_that_decay_alone(
    made: Make, name: str, test: float | None, alone: float | None, expected: str
) -> None:
    runs = [made(regularised(name, 0.1, seed), test) for seed in range(7)]
    runs += [made(regularised(name, 0.1, seed, weaker=True), None) for seed in range(7)]
    runs += [made(regularised(name, 0.1, seed, on=False), alone) for seed in range(7)]
    assert verdict(f"{name}-helps-decay", runs) == expected


def test_runs_that_diverged_decide_nothing(made: Make) -> None:
    def runs(status: str) -> list[Run]:
        return [made(on(ModularQuadratic(p=31), 0.25, seed), None, status=status, last=100_000) for seed in range(5)]

    alone = runs("diverged")
    assert verdict("little-data-memorises", alone) == "undecided"
    claim = CLAIMS["little-data-memorises"]
    assert isinstance(claim, SweepClaim)
    found = claim.verdict(records(claim.id, alone + runs("finished")))
    note = "5 runs that diverged or are unfinished are left out"
    assert (found.state, found.finding.partition("; ")[2]) == ("holds", note)
