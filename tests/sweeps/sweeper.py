"""A process that tests kill: sweeps four tiny runs (those of `jobs(range(4), steps=40)`) into a directory."""

import sys
from pathlib import Path

from latebloom.models import TransformerConfig
from latebloom.runs import Job
from latebloom.sweeps.expand import run_name
from latebloom.sweeps.place import Folder
from latebloom.sweeps.train import train_sweep
from latebloom.tasks import Data, ModularAddition
from latebloom.training import Experiment, Optimiser, Recording, Training

if __name__ == "__main__":
    tiny = Experiment(
        recipe="tiny",
        task=ModularAddition(p=11),
        data=Data(fraction=0.5),
        model=TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=32),
        optimiser=Optimiser(lr=1e-2),
        training=Training(steps=40),
        recording=Recording(checkpoints="10", metrics="5"),
    )
    experiments = [tiny.with_seed(seed) for seed in range(4)]
    jobs = [Job(experiment, run_name(experiment)) for experiment in experiments]
    train_sweep(Folder(Path(sys.argv[1])), jobs, workers=1, quiet=True)
