"""The whole public API: `make check` runs mypy (strict) and pyright on this script; it is never executed.

Each `assert_type` fails where a checker sees another type, `Any` included.
"""

from pathlib import Path
from typing import assert_type

import latebloom as lb
from latebloom.claims import Verdict
from latebloom.figures import Drawing
from latebloom.lab.crossover import Crossover
from latebloom.lab.effects import Effects
from latebloom.lab.reproduce import Reproduction
from latebloom.lab.seeds import SeedStudy
from latebloom.phases import Phases
from latebloom.recipes import Recipe
from latebloom.runs import Checkpoint, JobResult


def experiments() -> lb.Experiment:
    base = lb.recipes.small(seed=0)
    assert_type(base, lb.Experiment)
    assert_type(lb.recipe("mainline", 3), lb.Experiment)
    assert_type(lb.recipes.RECIPES["mlp"], Recipe)
    changed = base.with_settings({"optimiser.lr": 1e-3, "task.p": 59, "model.kind": "mlp"})
    assert_type(changed, lb.Experiment)
    assert_type(changed.with_seed(4), lb.Experiment)
    assert_type(base.model_copy(update={"recipe": "mine"}), lb.Experiment)
    return changed


@lb.register
def my_recipe(seed: int) -> lb.Experiment:
    return lb.recipes.mainline(seed).with_settings({"recipe": "my_recipe", "task.p": 59})


def runs() -> lb.Run:
    run = lb.train(experiments(), "a", "runs", resume=True, quiet=True)
    assert_type(run, lb.Run)
    assert_type(lb.train_seeds(experiments(), range(8)), list[JobResult])
    assert_type(lb.open_run("a"), lb.Run)
    assert_type(lb.open_run(run), lb.Run)
    assert_type(lb.list_runs(Path("runs")), list[lb.Run])
    assert_type(run.checkpoint(10), Checkpoint)
    assert_type(run.phases, Phases)
    assert_type(run.experiment, lb.Experiment)
    return run


def analyses(run: lb.Run) -> None:
    for target in (run, run.path, "a"):
        explanation = lb.explain(target, step=100)
        if isinstance(explanation, lb.Explanation):
            assert_type(explanation.key_frequencies, list[int])
        assert_type(lb.measure(target), lb.Run)
        assert_type(lb.report(target), Path)
        assert_type(lb.judge(target), dict[str, Verdict])
        drawing = lb.figure("training-curve", target)
        assert_type(drawing, Drawing)
        assert_type(drawing.svg, str)
        assert_type(drawing.save("curve.pdf"), Path)
        lb.ablate(target, step=100)


def sweeps() -> None:
    sweep = lb.sweep("small", {"optimiser.lr": [1e-3, 3e-3]}, "0:8", settings={"task.p": 31}, workers=2)
    assert_type(sweep, lb.Sweep)
    assert_type(lb.load_sweep("small-sweep"), lb.Sweep)
    for target in (sweep, sweep.path, "small-sweep"):
        lb.table(target)
        assert_type(lb.effects(target, "optimiser.lr"), Effects)
        assert_type(lb.study_seeds(target), SeedStudy)
        lb.figure("field-effect", target, by=["optimiser.lr"])
    lb.query("SELECT count(*) FROM runs")
    assert_type(lb.crossover("small", {"task.p": 13}, low=0.2, high=0.9), Crossover)
    assert_type(lb.reproduce("quick"), tuple[Reproduction, str | None])


def packages() -> tuple[object, ...]:
    first = (lb.circuits, lb.claims, lb.figures, lb.fourier, lb.measures, lb.models, lb.phases)
    return (*first, lb.recipes, lb.runs, lb.statistics, lb.sweeps, lb.tasks, lb.training)


def errors() -> None:
    try:
        lb.open_run("nothing-there")
    except lb.UsageError as error:
        assert_type(error.exit_status, int)
    except lb.LatebloomError:
        raise
