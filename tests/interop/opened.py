"""Opens runs in the library that is installed here, and compares logits and activations with ours.

    python tests/interop/opened.py transformer_lens transformers nnsight devinterp

prints, as JSON, the versions and for every library and case the largest absolute differences over three checkpoints:
``logits`` and ``activations`` in float32, and ``logits_float64``. Beside them are ``largest_logit``, and ``rounding``:
how far our own logits in float32 are from those in float64. A case is a recipe or one of `SETTINGS`. One that a library
cannot hold has the reason instead.
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
from latebloom.exports import TRANSFORMERLENS
from latebloom.exports.vocabulary import words
from latebloom.lab.export import exported_of
from latebloom.models import Transformer
from latebloom.recipes import RECIPES

STEPS, EXAMPLES, BATCH = 2, 32, 16
PACKAGES = {"transformer_lens": "transformer-lens"}
TINY = {
    "task.p": 13,
    "data.fraction": 0.6,
    "model.d_model": 16,
    "model.n_heads": 2,
    "model.d_head": 8,
    "model.d_mlp": 24,
}
TWO_LAYERS = {**TINY, "model.n_layers": 2}
HIDDEN = {"task.p": 13, "data.fraction": 0.6, "model.kind": "embedding_mlp", "model.d_embed": 16}
SETTINGS = {
    "gelu": {**TINY, "model.activation": "gelu"},
    "gelu_new": {**TINY, "model.activation": "gelu_new"},
    "tanh": {**TINY, "model.activation": "tanh"},
    "square": {**TINY, "model.activation": "square"},
    "bidirectional": {**TWO_LAYERS, "model.attention": "bidirectional"},
    "attention_mix": {**TWO_LAYERS, "model.attention_mix": 0.5, "model.attention": "bidirectional"},
    "layernorm": {**TWO_LAYERS, "model.norm": "layernorm"},
    "layernorm_pre": {**TWO_LAYERS, "model.norm": "layernorm_pre"},
    "biases": {**TWO_LAYERS, "model.attention_bias": True, "model.unembed_bias": True},
    "no_positions": {**TINY, "model.positions": False},
    "tied": {**TINY, "model.tied": True},
    "init_scale": {**TINY, "model.init_scale": 3.0},
    "attention_only": {**TWO_LAYERS, "model.d_mlp": 0},
    "no_equals": {**TINY, "task.equals": False},
    "equals_first": {**TINY, "task.equals_first": True},
    "operator": {**TINY, "task.operator": True, "task.separate_operands": True},
    "extra_tokens": {**TINY, "task.extra_tokens": 3, "task.extra_answers": 2},
    "mlp_tanh": {
        "task.p": 13,
        "data.fraction": 0.6,
        "model.kind": "mlp",
        "model.d_mlp": 24,
        "model.activation": "tanh",
    },
    "hidden_added": {**HIDDEN, "model.widths": "24,16", "model.out": "tied"},
    "hidden_joined": {**HIDDEN, "model.combine": "concat", "model.out": "output", "task.operator": True},
}
"""Settings of the recipe small, by name: every choice of an architecture and of a layout of tokens."""

WITHOUT_COUNTERPART = {
    "transformer_lens": {
        *("induction", "induction_512", "linear", "mlp", "embedding_mlp"),
        *("tanh", "square", "attention_mix", "mlp_tanh", "hidden_added", "hidden_joined"),
    }
}
"""The cases that a library cannot hold; every other one opens."""


def short_run(case, root):
    """A run of the case with a checkpoint at each of three steps."""
    settings = {"training.steps": STEPS, "recording.checkpoints": "1", "recording.metrics": "1"}
    recipe = case if case in RECIPES else "small"
    experiment = RECIPES[recipe](0).with_settings({**SETTINGS.get(case, {}), **settings})
    return lb.train(experiment, case, root, quiet=True)


def tokens_of(task, count=EXAMPLES):
    return torch.from_numpy(task.sample(count, np.random.default_rng(0)).tokens)


def worst(ours, theirs):
    """The largest absolute difference of entries that are finite in both.

    Masked scores are -inf; infinite where an entry is masked, or not finite, in one of them only.
    """
    ours, theirs = ours.detach().double(), theirs.detach().double()
    difference = (ours - theirs)[~((ours == -torch.inf) & (theirs == -torch.inf))].abs()
    return float(difference.max()) if difference.isfinite().all() else float("inf")


def logits_compared(model, tokens, theirs):
    """Our logits against those of another library in float32, with what is needed to judge the difference."""
    ours = model(tokens)
    exact = model.double()(tokens)
    model.float()
    return {
        "logits": worst(ours, theirs),
        "largest_logit": float(exact.abs().max()),
        "rounding": worst(exact, ours),
    }


def in_bridge(name, cache):
    """Our value of what transformer-lens 4 stores under a name.

    Its bridge gets only the pattern from the native attention, and stores that as ``hook_attn_scores`` too: for any
    model, the scores before the softmax cannot be read there. Everything else means what it means here and in 3.
    """
    return cache[name.replace("attn_scores", "pattern")]


@torch.no_grad()
def transformer_lens(run, step):
    exported = exported_of(run, step, {})
    reason = TRANSFORMERLENS.refuses(exported)
    if reason:
        return {"refused": reason}
    other, model, tokens = lb.to_transformer_lens(run, step), exported.model, tokens_of(run.task)
    _, ours = model.run_with_cache(tokens)
    _, theirs = other.run_with_cache(tokens)
    shared = [name for name in ours if name in theirs]
    if int(version("transformer-lens").split(".")[0]) >= 4:
        ours = {name: in_bridge(name, ours) for name in shared}
    activations = {name: worst(ours[name].expand_as(theirs[name]), theirs[name]) for name in shared}
    found = {**logits_compared(model, tokens, other(tokens)), "activations": max(activations.values())}
    found["compared"] = len(shared)
    double = worst(model.double()(tokens), other.to(torch.float64)(tokens))
    return {**found, "logits_float64": double}


@torch.no_grad()
def transformers(run, step):
    from transformers import AutoTokenizer

    other, model, tokens = lb.to_huggingface(run, step).eval(), run.checkpoint(step).model, tokens_of(run.task)
    _, ours = model.run_with_cache(tokens)
    seen = {}
    points = [name for name, _ in other.named_modules() if name.rpartition(".")[2].startswith("hook_")]
    for name in points:
        other.get_submodule(name).register_forward_hook(lambda _, __, out, name=name: seen.__setitem__(name, out))
    found = logits_compared(model, tokens, other(tokens).logits)
    found["activations"] = max(worst(ours[name], value) for name, value in seen.items())
    found["compared"] = len(seen)
    double = worst(model.double()(tokens), other.double()(tokens).logits)
    if run.task.name.startswith("modular"):
        answer = other.float().generate(tokens, max_new_tokens=1, do_sample=False)[:, -1]
        assert torch.equal(answer, model.float()(tokens)[:, -1].argmax(-1))
    with tempfile.TemporaryDirectory() as folder:
        (place,) = lb.export(run, "huggingface", Path(folder) / "out", step)
        text = [" ".join(words(run.task)[token] for token in row) for row in tokens.tolist()]
        assert AutoTokenizer.from_pretrained(place, trust_remote_code=True)(text)["input_ids"] == tokens.tolist()
    return {**found, "logits_float64": double}


@torch.no_grad()
def nnsight(run, step):
    """All pairs at once where the task lists them: without hooks, rows of tables would replace the embedding there."""
    model, other = run.checkpoint(step).model, lb.to_nnsight(run, step)
    everything = run.task.universe()
    tokens = tokens_of(run.task) if everything is None else torch.from_numpy(everything.tokens)
    _, ours = model.run_with_cache(tokens)
    names = [name for name in ours if name.endswith(("hook_pattern", "hook_z", "hook_post", "hook_margin"))]
    saved = {}
    with other.trace(tokens):
        for name in names:
            saved[name] = _place(other, name).output.save()
        out = other.output.save()
    compared = {name: worst(ours[name], saved[name]) for name in names}
    with other.trace(tokens):
        _place(other, names[-1]).output[:] = 0
        ablated = other.output.save()
    zeroed = worst(model.run_with_hooks(tokens, {names[-1]: torch.zeros_like}), ablated)
    found = {"activations": max(compared.values()), "compared": len(names), "logits_of_an_ablation": zeroed}
    return {**logits_compared(model, tokens, out), **found, "language_model": _language_model(run, step)}


def _place(envoy, name):
    for part in name.split("."):
        envoy = envoy[int(part)] if part.isdecimal() else getattr(envoy, part)
    return envoy


def _language_model(run, step):
    """The difference of the logits where nnsight opens the exported folder itself."""
    from nnsight import TransformersModel

    tokens = tokens_of(run.task)
    with tempfile.TemporaryDirectory() as folder:
        (place,) = lb.export(run, "huggingface", Path(folder) / "out", step)
        other = TransformersModel(str(place), task="text-generation", trust_remote_code=True, dispatch=True)
        with other.trace(tokens):
            out = other.output.logits.save()
    return worst(run.checkpoint(step).model(tokens), out)


def devinterp(run, step):
    """A short sampling: the losses of its first batch, computed before the weights move, are ours."""
    from devinterp.slt.llc import compute_llc
    from devinterp.slt.sampling import sample
    from devinterp.slt.weight_restrictions import create_param_masks

    given = lb.to_devinterp(run, step)
    model, loss_fn = given["model"], given["loss_fn"]
    with_head = isinstance(model, Transformer) and step == run.checkpoints[-1]
    masks = [None, create_param_masks(model, "l0h1")] if with_head else [None]
    chain = {"num_chains": 1, "num_draws": 2, "batch_size": BATCH, "num_init_loss_batches": 4, "device": "cpu"}
    differences, finite = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number, mask in enumerate(masks):
            out = Path(folder) / str(number)
            chain |= {"param_masks": mask, "output_path": out}
            samples = sample(**given, **chain, observables={}, lr=1e-5, n_beta=30.0)
            found = samples.dataset
            rows = torch.from_numpy(found.sampling_input_ids_micro.values[0, 0]).long()
            with torch.no_grad():
                ours = loss_fn(run.checkpoint(step).model, rows)
            stored = torch.from_numpy(found.sampling_loss_micro.values[0, 0])
            differences.append(worst(ours.to(stored.dtype), stored))
            finite.append(bool(np.isfinite(float(compute_llc(samples).llc_mean))))
    return {"losses": max(differences), "llc_finite": all(finite), "samplings": len(masks)}


LIBRARIES = {f.__name__: f for f in (transformer_lens, transformers, nnsight, devinterp)}


def compared(library, case, root):
    """The largest differences of a library on the three checkpoints of a case's run."""
    run = short_run(case, root)
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
            for case in [*RECIPES, *SETTINGS]:
                print(library, case, file=sys.stderr, flush=True)
                try:
                    results[library][case] = compared(library, case, root)
                except Exception as error:
                    results[library][case] = {"failed": f"{type(error).__name__}: {str(error)[:300]}"}
    print(json.dumps(results, indent=1, sort_keys=True))


if __name__ == "__main__":
    main(sys.argv[1:])
