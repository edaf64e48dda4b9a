"""Claims about the finished circuit: planted circuits uphold them, and circuits with one thing wrong do not."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch

from latebloom.analysis import Analysis
from latebloom.circuits.modular import planted_transformer
from latebloom.circuits.modular import views as modular_views
from latebloom.claims import CLAIMS, Measurement, Record, SweepClaim
from latebloom.claims.views import grid
from latebloom.models import Transformer
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory
from latebloom.tasks import ModularAddition, ModularSubtraction, ModularTask
from latebloom.training import Experiment

P, KEYS = 31, [3, 5, 9]
OTHERS = [4, 7, 11]
DATE = "2026-01-01T00:00:00+00:00"


@pytest.fixture
def run_of(tmp_path: Path) -> Callable[[Transformer, ModularTask], Analysis]:
    """A finished run that goes from fresh weights to a given model."""

    def make(model: Transformer, task: ModularTask) -> Analysis:
        directory = RunDirectory(tmp_path / "run")
        directory.create()
        experiment = Experiment(task=task, model=model.config)
        for step, weights in ((0, experiment.model.build(task)), (100, model)):
            directory.write_checkpoint(step, {name: one.numpy() for name, one in weights.state_dict().items()})
        manifest = new_manifest("run", experiment)
        directory.write_manifest(manifest.model_copy(update={"status": "finished", "step": 100}))
        return Analysis(Run(directory.path))

    return make


@pytest.mark.parametrize(("sign", "expected"), [(-1, "holds"), (1, "fails")])
def test_subtraction_is_not_confused_with_addition(run_of, verdict_on, sign: int, expected: str) -> None:
    """A circuit of x + y, read as one of x - y, is all along the cosines of the wrong sign."""
    analysis = run_of(planted_transformer(P, KEYS, sign), ModularSubtraction(p=P))
    verdict = verdict_on("subtraction-same-algorithm", analysis)
    assert verdict.state == expected
    share = "cos w(x + y - z) 0.0%" if sign == -1 else "cos w(x + y - z) 100.0%"
    assert share in verdict.finding


def test_a_planted_circuit_needs_what_it_was_planted_with(planted_run: Run, verdict_on) -> None:
    analysis = Analysis(planted_run)
    needed = ("read-outs-suffice", "read-outs-needed", "heads-needed", "skip-mlp-not-needed", "clusters-needed")
    assert {name: verdict_on(name, analysis).state for name in (*needed, "clock-gradients", "clock-distance")} == (
        dict.fromkeys((*needed, "clock-gradients", "clock-distance"), "holds")
    )
    # Nothing of the planted algorithm passes around the heads: `=` only marks its own position.
    assert verdict_on("skip-attention-needed", analysis).state == "fails"


def test_fresh_weights_need_no_part(run_of, verdict_on) -> None:
    task = ModularAddition(p=P)
    fresh = planted_transformer(P, KEYS).config.model_copy(update={"seed": 7}).build(task)
    analysis = run_of(fresh, task)
    for name in ("heads-needed", "skip-attention-needed", "read-outs-needed", "clusters-needed", "heads-mix-keys"):
        assert verdict_on(name, analysis).state != "holds", name
    assert verdict_on("clock-gradients", analysis).state == "undecided"


@pytest.mark.parametrize(
    ("waves", "periodic", "mixed"),
    [((3,), "holds", "holds"), ((3, 5), "fails", "holds"), ((3, 7), "fails", "fails"), (OTHERS, "fails", "fails")],
)
def test_heads_of_several_key_frequencies(
    planted_run: Run,
    waves: Sequence[int],
    periodic: str,
    mixed: str,
    monkeypatch: pytest.MonkeyPatch,
    verdict_on,
) -> None:
    angle = 2 * torch.pi * torch.arange(P, dtype=torch.float64) / P
    to_x = 0.5 + 0.1 * torch.stack([(k * angle).cos()[:, None] - (k * angle).cos() for k in waves]).sum(0)
    pattern = torch.stack([to_x, 1 - to_x, torch.zeros_like(to_x)], -1)[:, :, None]
    analysis = Analysis(planted_run)
    monkeypatch.setitem(
        analysis.final.exact._cache, modular_views.grid, dataclasses.replace(grid(analysis), pattern=pattern)
    )
    assert verdict_on("heads-periodic", analysis).state == periodic
    assert verdict_on("heads-mix-keys", analysis).state == mixed


def records(values: Sequence[float], name: str, steps: int = 40_000, **others: float) -> list[Record]:
    """Finished runs with these values of one quantity; ``others`` are the same in all."""
    return [
        Record.model_validate(
            {
                "identity": str(seed),
                "run": f"run-{seed}",
                "experiment": Experiment().with_seed(seed).model_dump(mode="json"),
                "seed": seed,
                "status": "finished",
                "step": steps,
                "date": DATE,
                "quantities": {
                    name: Measurement(value=value)
                    for name, value in (others | {name: value, "last_step": float(steps)}).items()
                },
            }
        )
        for seed, value in enumerate(values)
    ]


def _judged(claim: str, runs: list[Record]) -> str:
    sweep = CLAIMS[claim]
    assert isinstance(sweep, SweepClaim)
    return sweep.verdict(runs).state


@pytest.mark.parametrize(
    ("doublings", "random", "steps", "expected"),
    [
        ([-0.3, 0.1, 0.2, -0.1, 0.0, 0.3], 20.0, 40_000, "holds"),
        ([-2.2, -1.9, -2.6, -2.0, -2.4, -1.8], 20.0, 40_000, "fails"),
        ([-0.3, 0.1, 0.2, -0.1, 0.0, 0.3], 0.5, 40_000, "undecided"),
        ([-0.3, 0.1, 0.2, -0.1, 0.0, 0.3], 20.0, 10_000, "undecided"),
    ],
)
def test_polynomials_are_judged_over_long_runs(
    doublings: list[float], random: float, steps: int, expected: str
) -> None:
    runs = records(doublings, "polynomial_loss_doublings", steps, polynomial_random_doublings=random)
    assert _judged("neurons-are-polynomials", runs) == expected


@pytest.mark.parametrize(("shift", "expected"), [(2.0, "holds"), (-2.0, "fails")])
def test_clusters_are_judged_against_neurons_of_equal_energy(shift: float, expected: str) -> None:
    decades = [shift + 0.1 * i for i in range(6)]
    runs = records(decades, "cluster_decades_over_matched_median", cluster_decades_over_random_median=-1.0)
    for run, value in zip(runs, decades, strict=True):
        run.quantities["cluster_decades_over_matched"] = Measurement(value=(value, None))
    assert _judged("clusters-cost-more-than-random", runs) == expected
