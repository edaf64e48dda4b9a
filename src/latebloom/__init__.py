"""latebloom: a laboratory for neural networks that learn late.

import latebloom as lb

run = lb.train(lb.recipes.small(seed=0))
lb.explain(run).key_frequencies
lb.measure(run).metrics.to_pandas()
run.checkpoint().model

Functions are named for the commands. Where a subpackage has a command's name, the function has another one:
`list_runs` (`latebloom runs`), `phases_of` (`latebloom phases`), `judge` (`latebloom claims`), `effects` (`latebloom
statistics`); `latebloom seeds` is `study_seeds`. Each takes a run or a sweep as an object, a path or a name.
"""

from typing import TYPE_CHECKING

from latebloom._lazy import import_on_use

__version__ = "0.1.0"

if TYPE_CHECKING:
    from latebloom import circuits as circuits
    from latebloom import claims as claims
    from latebloom import figures as figures
    from latebloom import fourier as fourier
    from latebloom import measures as measures
    from latebloom import models as models
    from latebloom import phases as phases
    from latebloom import recipes as recipes
    from latebloom import runs as runs
    from latebloom import statistics as statistics
    from latebloom import sweeps as sweeps
    from latebloom import tasks as tasks
    from latebloom import training as training
    from latebloom._errors import LatebloomError as LatebloomError
    from latebloom._errors import UsageError as UsageError
    from latebloom.circuits.modular.explanation import Explanation as Explanation
    from latebloom.figures.drawing import Drawing as Drawing
    from latebloom.lab.certify import certify as certify
    from latebloom.lab.compare.compare import compare as compare
    from latebloom.lab.crossover.ask import crossover as crossover
    from latebloom.lab.effects import effects as effects
    from latebloom.lab.explain import ablate as ablate
    from latebloom.lab.explain import explain as explain
    from latebloom.lab.export import export as export
    from latebloom.lab.figure import figure as figure
    from latebloom.lab.importing.import_run import import_run as import_run
    from latebloom.lab.judge import judge as judge
    from latebloom.lab.llc import llc as llc
    from latebloom.lab.measure import measure as measure
    from latebloom.lab.open_elsewhere import to_devinterp as to_devinterp
    from latebloom.lab.open_elsewhere import to_huggingface as to_huggingface
    from latebloom.lab.open_elsewhere import to_nnsight as to_nnsight
    from latebloom.lab.open_elsewhere import to_transformer_lens as to_transformer_lens
    from latebloom.lab.phases import phases_of as phases_of
    from latebloom.lab.register import register as register
    from latebloom.lab.report import report as report
    from latebloom.lab.reproduce.reproduce import reproduce as reproduce
    from latebloom.lab.seeds.study import study_seeds as study_seeds
    from latebloom.lab.sweep import list_runs as list_runs
    from latebloom.lab.sweep import query as query
    from latebloom.lab.sweep import sweep as sweep
    from latebloom.lab.sweep import table as table
    from latebloom.lab.train import train as train
    from latebloom.lab.train import train_seeds as train_seeds
    from latebloom.lab.view import view as view
    from latebloom.lab.zoo import zoo as zoo
    from latebloom.recipes import recipe as recipe
    from latebloom.runs.run import Run as Run
    from latebloom.runs.run import open_run as open_run
    from latebloom.sweeps.sweep import Sweep as Sweep
    from latebloom.sweeps.sweep import load_sweep as load_sweep
    from latebloom.training.experiment import Experiment as Experiment

# `import latebloom.explorer` and `latebloom --help` thus load no torch.
import_on_use(__name__)

__all__ = [
    "Drawing",
    "Experiment",
    "Explanation",
    "LatebloomError",
    "Run",
    "Sweep",
    "UsageError",
    "ablate",
    "certify",
    "circuits",
    "claims",
    "compare",
    "crossover",
    "effects",
    "explain",
    "export",
    "figure",
    "figures",
    "fourier",
    "import_run",
    "judge",
    "list_runs",
    "llc",
    "load_sweep",
    "measure",
    "measures",
    "models",
    "open_run",
    "phases",
    "phases_of",
    "query",
    "recipe",
    "recipes",
    "register",
    "report",
    "reproduce",
    "runs",
    "statistics",
    "study_seeds",
    "sweep",
    "sweeps",
    "table",
    "tasks",
    "to_devinterp",
    "to_huggingface",
    "to_nnsight",
    "to_transformer_lens",
    "train",
    "train_seeds",
    "training",
    "view",
    "zoo",
]
