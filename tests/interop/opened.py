"""Opens runs in the library that is installed here, and compares logits and activations with ours.

    python tests/interop/opened.py transformer_lens transformers nnsight devinterp

prints, as JSON, the versions and for every library and recipe the largest absolute differences over three checkpoints.
A recipe that a library cannot hold has the reason instead.
"""

import json
import sys
import tempfile
from contextlib import redirect_stdout
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch

import latebloom as lb
from latebloom.exports import HUGGINGFACE, TRANSFORMERLENS
from latebloom.models import Transformer
from latebloom.recipes import RECIPES

STEPS, EXAMPLES, SAMPLED = 2, 32, 256
PACKAGES = {"transformer_lens": "transformer-lens"}


def short_run(recipe, root):
    """A run of the recipe with a checkpoint at each of three steps."""
    settings = {"training.steps": STEPS, "recording.checkpoints": "1", "recording.metrics": "1"}
    experiment = RECIPES[recipe](0).with_settings(settings)
    return lb.train(experiment, recipe, root, quiet=True)


def tokens_of(task, count=EXAMPLES):
    return torch.from_numpy(task.sample(count, np.random.default_rng(0)).tokens)


def worst(ours, theirs):
    """The largest difference where ours are not masked scores; infinite where one is not finite.

    Scores of positions that are masked are -inf here and not masked yet in transformer-lens 4; the patterns agree.
    """
    ours, theirs = ours.detach().double(), theirs.detach().double()
    difference = (ours - theirs)[ours != -torch.inf].abs()
    return float(difference.max()) if difference.isfinite().all() else float("inf")


@torch.no_grad()
def transformer_lens(run, step):
    exported = _exported(run, step)
    reason = TRANSFORMERLENS.refuses(exported)
    if reason:
        return {"refused": reason}
    other, model, tokens = lb.to_transformer_lens(run, step), exported.model, tokens_of(run.task)
    _, ours = model.run_with_cache(tokens)
    _, theirs = other.run_with_cache(tokens)
    shared = [name for name in ours if name in theirs and "scale" not in name and "normalized" not in name]
    activations = {name: worst(ours[name].expand_as(theirs[name]), theirs[name]) for name in shared}
    found = {"logits": worst(model(tokens), other(tokens)), "activations": max(activations.values())}
    found["compared"] = len(shared)
    double = worst(model.double()(tokens), other.to(torch.float64)(tokens))
    return {**found, "logits_float64": double}


def _exported(run, step):
    from latebloom.lab.export import exported_of

    return exported_of(run, step, {})


@torch.no_grad()
def transformers(run, step):
    exported = _exported(run, step)
    reason = HUGGINGFACE.refuses(exported)
    if reason:
        return {"refused": reason}
    other, model, tokens = lb.to_huggingface(run, step).eval(), exported.model, tokens_of(run.task)
    _, ours = model.run_with_cache(tokens)
    seen = {}
    points = [name for name, _ in other.named_modules() if name.rpartition(".")[2].startswith("hook_")]
    for name in points:
        other.get_submodule(name).register_forward_hook(lambda _, __, out, name=name: seen.__setitem__(name, out))
    found = {"logits": worst(model(tokens), other(tokens).logits)}
    found["activations"] = max(worst(ours[name], value) for name, value in seen.items())
    found["compared"] = len(seen)
    double = worst(model.double()(tokens), other.double()(tokens).logits)
    if exported.task.name.startswith("modular"):
        answer = other.float().generate(tokens, max_new_tokens=1, do_sample=False)[:, -1]
        assert torch.equal(answer, model.float()(tokens)[:, -1].argmax(-1))
    return {**found, "logits_float64": double}


@torch.no_grad()
def nnsight(run, step):
    """All pairs at once where the task lists them: there rows of tables would replace the embedding."""
    model, other = run.checkpoint(step).model, lb.to_nnsight(run, step)
    everything = run.task.universe()
    tokens = tokens_of(run.task) if everything is None else torch.from_numpy(everything.tokens)
    logits, ours = model.run_with_cache(tokens)
    names = [name for name in ours if name.endswith(("hook_pattern", "hook_z", "hook_post", "hook_margin"))]
    saved = {}
    with other.trace(tokens):
        for name in names:
            saved[name] = _place(other, name).output.save()
        out = other.output.save()
    compared = {name: worst(ours[name], saved[name]) for name in names}
    return {"logits": worst(logits, out), "activations": max(compared.values()), "compared": len(names)}


def _place(envoy, name):
    for part in name.split("."):
        envoy = envoy[int(part)] if part.isdecimal() else getattr(envoy, part)
    return envoy


def devinterp(run, step):
    """A short sampling: the loss at its start is ours."""
    from datasets import Dataset
    from devinterp.slt.llc import llc

    model = run.checkpoint(step).model
    if not isinstance(model, Transformer):
        return {"refused": f"got a model of the kind {type(model).__name__}, expected a transformer"}
    tokens = tokens_of(run.task, SAMPLED)

    def loss(one, input_ids):
        return one(input_ids)[:, 1:].log_softmax(-1)[..., 0].neg()

    data = Dataset.from_dict({"input_ids": tokens.tolist()}).with_format("torch")
    with tempfile.TemporaryDirectory() as folder:
        sampled = llc(
            model, data, {"all": data}, lr=1e-6, n_beta=1.0, loss_fn=loss, num_chains=1, num_draws=2,
            batch_size=EXAMPLES, output_path=str(Path(folder) / "out"),
        )  # fmt: skip
    assert model.cfg.n_heads
    return {"llc_finite": bool(np.isfinite(float(np.asarray(sampled["llc_mean"]).ravel()[0])))}


LIBRARIES = {f.__name__: f for f in (transformer_lens, transformers, nnsight, devinterp)}


def compared(library, recipe, root):
    """The largest differences of a library on the three checkpoints of a recipe's run."""
    run = short_run(recipe, root)
    found = [LIBRARIES[library](run, step) for step in run.checkpoints]
    return {"checkpoints": len(found)} | {
        name: value if isinstance(value, (str, bool)) else max(one[name] for one in found)
        for name, value in found[0].items()
    }


def main(libraries):
    results = {"versions": {name: version(PACKAGES.get(name, name)) for name in [*libraries, "torch"]}}
    with tempfile.TemporaryDirectory() as root, redirect_stdout(sys.stderr):  # libraries print there too
        for library in libraries:
            results[library] = {}
            for recipe in RECIPES:
                print(library, recipe, file=sys.stderr, flush=True)
                try:
                    results[library][recipe] = compared(library, recipe, root)
                except Exception as error:
                    results[library][recipe] = {"failed": f"{type(error).__name__}: {str(error)[:300]}"}
    print(json.dumps(results, indent=1, sort_keys=True))


if __name__ == "__main__":
    main(sys.argv[1:])
