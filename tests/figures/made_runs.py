"""Small run directories made by hand: one that learned the algorithm, one that only memorised."""

import numpy as np
import torch

from latebloom.circuits.modular.planted_mlp import planted_mlp
from latebloom.circuits.modular.planted_transformer import planted_transformer
from latebloom.lab.measure import measure
from latebloom.models import MLPConfig, TransformerConfig
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.tasks import Data, ModularAddition, ModularSubtraction, RandomTable
from latebloom.training import Experiment, Training

P = 13
KEYS = [2, 5]
SHAPE = {"d_model": 16, "n_heads": 2, "d_head": 4, "d_mlp": 64}
END = 4000

# log10 of the loss by step: memorisation ends at 500, test loss falls from 2000 to 3000.
TRAIN = {0: 0.4, 30: 0.4, 150: -2, 500: -6, END: -6.4}
TEST = {0: 0.4, 100: 0.8, 2000: 0.7, 3000: -5, END: -5.4}


def write(path, experiment, checkpoints, test=TEST, **manifest):
    """A finished run with losses through these points, and the weights of some models by step."""
    directory = RunDirectory(path)
    directory.create()
    facts = {"status": "finished", "step": END, **manifest}
    directory.write_manifest(new_manifest(path.name, experiment).model_copy(update=facts))
    directory.write_table("metrics", append_rows(empty_table(), list(_rows(test))))
    for step, model in checkpoints.items():
        directory.write_checkpoint(step, {name: value.numpy() for name, value in model.state_dict().items()})
    return Run(path)


def _rows(test):
    for step in range(0, END + 1, 20):
        train_loss, test_loss = (10 ** np.interp(step, list(knots), list(knots.values())) for knots in (TRAIN, test))
        accuracy = {"train_accuracy": float(train_loss < 0.1), "test_accuracy": float(test_loss < 0.1)}
        yield {"step": step, "train_loss": train_loss, "test_loss": test_loss, "sum_squared_weights": 300.0, **accuracy}


def experiment(task, model, **other):
    """An experiment of that task and model on half of the pairs."""
    return Experiment(task=task, model=model, data=Data(fraction=0.5), training=Training(steps=END), **other)


def grokked(path, sign=1, measured=True):
    """Random weights at the start, the planted algorithm from step 1500 on."""
    task = ModularAddition(p=P) if sign == 1 else ModularSubtraction(p=P)
    config = TransformerConfig(**SHAPE)
    planted = louder(planted_transformer(P, KEYS, sign, **SHAPE))
    run = write(path, experiment(task, config), {0: config.build(task), 1500: planted, END: planted})
    return measure(run) if measured else run


@torch.no_grad()
def louder(model):
    """The same function with the first frequency's waves twice as large in W_E, so that components are unambiguous."""
    model.embed.W_E[:, :2] *= 2
    model.blocks[0].attn.W_V[:, :2] /= 2
    return model


def memorised(path, name="memorised"):
    """A random table, random weights, a test loss that never falls."""
    task, config = RandomTable(p=P), TransformerConfig(**SHAPE)
    never = {0: 0.4, 100: 0.8, END: 0.9}
    models = {0: config.build(task), END: config.model_copy(update={"seed": 1}).build(task)}
    return measure(write(path, experiment(task, config, recipe=name), models, never))


def mlp(path):
    """The planted MLP: no attention."""
    task, config = ModularAddition(p=P), MLPConfig(d_mlp=32)
    models = {0: config.build(task), END: planted_mlp(P, KEYS, d_mlp=32)}
    return measure(write(path, experiment(task, config), models))
