"""Files in the layouts that people have are read as the model that a plain forward pass of this test computes."""

from __future__ import annotations

import argparse
import json
import pickle
import sys
import types
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from latebloom.analysis.weight_files import snapshot_of_file
from latebloom.circuits.modular.planted_transformer import planted_transformer
from latebloom.models import MLPConfig
from latebloom.models.layouts import Hints
from latebloom.tasks import ModularAddition

P = 13
State = dict[str, torch.Tensor]
FIXTURES = next(
    (home / "shared/reference/fixtures" for home in Path(__file__).parents if (home / "shared/reference").is_dir()),
    Path("no fixtures"),
)


def layer_norm(x: np.ndarray, a: dict[str, np.ndarray], name: str) -> np.ndarray:
    if f"{name}.w" not in a:
        return x
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * a[f"{name}.w"] + a[f"{name}.b"]


def plain_logits(w: State, tokens: np.ndarray, mix: float = 1.0) -> np.ndarray:
    """Logits at the last position, which sees all: any number of ReLU blocks that see all positions, or one causal."""
    a = {k: v.double().numpy() for k, v in w.items()}
    x = a["embed.W_E"][tokens] + a["pos_embed.W_pos"]
    for i in range(1 + max(int(k.split(".")[1]) for k in a if k.startswith("blocks"))):
        b = {k.removeprefix(f"blocks.{i}."): v for k, v in a.items()}
        r = layer_norm(x, b, "ln1")
        q, k, v = (
            np.einsum("bpd,hde->bhpe", r, b[f"attn.W_{c}"]) + np.atleast_2d(b.get(f"attn.b_{c}", 0.0))[:, None]
            for c in "QKV"
        )
        score = np.einsum("bhqe,bhpe->bhqp", q, k) / np.sqrt(q.shape[-1])
        score = np.exp(score - score.max(-1, keepdims=True))
        pattern = mix * score / score.sum(-1, keepdims=True) + (1 - mix)
        x = x + np.einsum("bhqp,bhpe,hed->bqd", pattern, v, b["attn.W_O"]) + b.get("attn.b_O", 0.0)
        post = np.maximum(layer_norm(x, b, "ln2") @ b["mlp.W_in"] + b["mlp.b_in"], 0)
        x = x + post @ b["mlp.W_out"] + b["mlp.b_out"]
    return layer_norm(x, a, "ln_final")[:, -1] @ a["unembed.W_U"] + a.get("unembed.b_U", 0.0)


def tokens(*last: int) -> np.ndarray:
    x, y = np.divmod(np.arange(P * P), P)
    return np.stack([x, y, *(np.full_like(x, token) for token in last)], axis=1)


def planted() -> State:
    """A planted model with TransformerLens' biases, all zero, and its buffers."""
    own = {k: v.detach().clone().float() for k, v in planted_transformer(P, [2, 5]).state_dict().items()}
    heads, d_model, width = own["blocks.0.attn.W_Q"].shape
    zeros = {f"blocks.0.attn.b_{c}": torch.zeros(heads, width) for c in "QKV"}
    return own | zeros | {"blocks.0.attn.b_O": torch.zeros(d_model), "unembed.b_U": torch.zeros(P)}


def buffers() -> State:
    return {"blocks.0.attn.mask": torch.ones(3, 3).tril().bool(), "blocks.0.attn.IGNORE": torch.tensor(-torch.inf)}


def small(*shape: int) -> torch.Tensor:
    return 0.01 * torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def hooked_config(patched: pytest.MonkeyPatch) -> Any:
    """An object of a class whose module can be imported until `patched` is undone."""
    name = "transformer_lens.HookedTransformerConfig"
    module = types.ModuleType(name)
    kind = type("HookedTransformerConfig", (), {"__module__": name})
    module.HookedTransformerConfig = kind  # type: ignore[attr-defined]
    patched.setitem(sys.modules, "transformer_lens", types.ModuleType("transformer_lens"))
    patched.setitem(sys.modules, name, module)
    config = kind()
    vars(config).update(n_layers=1, act_fn="relu", d_vocab=P + 1, normalization_type=None, dtype=torch.float32)
    return config


def optimiser(tl: State) -> Any:
    parameter = torch.nn.Parameter(tl["embed.W_E"].clone())
    parameter.grad = torch.ones_like(parameter)
    made = torch.optim.AdamW([parameter])
    made.step()
    return made.state_dict()


SAME: dict[str, Callable[[State, pytest.MonkeyPatch], Any]] = {
    "grokking_demo": lambda tl, patched: {"model": tl, "config": hooked_config(patched), "checkpoints": [tl, tl],
                                 "checkpoint_epochs": [0, 100], "train_losses": [1.0, 0.5],
                                 "train_indices": torch.arange(5), "test_indices": torch.arange(5)},
    "arena": lambda tl, _: {"train_losses": [1.0, 0.1], "epochs": [0, 100], "state_dicts": [tl, tl], "model": tl,
                         "config": {"lr": 1e-3, "p": P}},
    "numpy_scalar": lambda tl, _: {"model": tl, "epoch": 3, "loss": np.float64(0.1), "accs": [np.float32(1.0)],
                                "array": np.arange(3.0), "rng": np.random.get_state()},
    "namespace": lambda tl, _: {"model_state_dict": tl, "args": argparse.Namespace(p=P, out=Path("results"))},
    "defaultdict": lambda tl, _: {"model": tl, "curves": defaultdict(list, a=[1.0]), "device": torch.device("cpu")},
    "ordered": lambda tl, _: {"optimizer_state_dict": optimiser(tl), "model_state_dict": OrderedDict(tl)},
    "lightning": lambda tl, _: {"epoch": 1, "global_step": 2, "state_dict": {"model." + k: v for k, v in tl.items()},
                             "loops": {}, "callbacks": {}, "optimizer_states": [], "hyper_parameters": {"p": P}},
    "list": lambda tl, _: [tl, tl],
    "by_epoch": lambda tl, _: {0: tl, 100: tl},
    "net": lambda tl, _: {"net": tl, "epoch": 3},
    "copies": lambda tl, _: {"x_embed": tl["embed.W_E"], "y_embed": tl["embed.W_E"].clone()} | tl,
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
@pytest.mark.parametrize("legacy", [False, True])
def test_the_same_model_in_other_files(name: str, legacy: bool, tmp_path: Path) -> None:
    tl = planted()
    with pytest.MonkeyPatch.context() as patched:  # the module of hooked_config is gone when the file is read
        torch.save(SAME[name](tl | buffers(), patched), tmp_path / "a.pth", _use_new_zipfile_serialization=not legacy)
    agrees(tmp_path / "a.pth", tl, tokens(P), right=1.0)


def agrees(path: Path, w: State, inputs: np.ndarray, right: float | None = None, **hints: Any) -> None:
    """The file's model has these tokens and the logits of the plain forward pass."""
    snapshot = snapshot_of_file(path, hints=Hints(**hints))
    universe = snapshot.task.universe()
    assert universe is not None
    np.testing.assert_array_equal(universe.tokens, inputs)
    with torch.no_grad():
        logits = snapshot.model(torch.from_numpy(universe.tokens))[:, -1].numpy()
    expected = plain_logits(w, inputs)
    np.testing.assert_allclose(logits, expected, rtol=1e-6, atol=1e-6)
    if right is not None:
        assert (logits[:, :P].argmax(1) == universe.labels[:, 0]).mean() == right


def others() -> dict[str, tuple[State, np.ndarray, dict[str, Any]]]:
    """Files, their inputs, and hints."""
    tl = planted()
    d_model = tl["embed.W_E"].shape[1]
    E, U = tl["embed.W_E"], tl["unembed.W_U"]
    wider = {"embed.W_E": torch.cat([E, small(1, d_model)])}
    outputs = {"unembed.W_U": torch.cat([U, small(d_model, 2)], 1), "unembed.b_U": torch.zeros(P + 2)}
    two = {"embed.W_E": E[:P], "pos_embed.W_pos": tl["pos_embed.W_pos"][:2]}
    twice = {"embed.W_E": torch.cat([E[:P], E])}
    norms = {f"{k}.{c}": 1 + small(d_model) for k in ("blocks.0.ln1", "blocks.0.ln2", "ln_final") for c in "wb"}
    apart = tokens(2 * P) + np.array([0, P, 0])
    return {
        "more outputs": (tl | wider | outputs, tokens(P), {"p": P}),
        "more rows": (tl | wider, tokens(P), {}),
        "no =": (tl | two, tokens(), {}),
        "own tokens for y": (tl | twice, apart, {}),
        "biases": (tl | {k: small(*v.shape) for k, v in tl.items() if ".b_" in k}, tokens(P), {}),
        "norms": (tl | norms, tokens(P), {}),
    }


@pytest.mark.parametrize("name", others())
def test_other_vocabularies_and_architectures(name: str, tmp_path: Path) -> None:
    w, inputs, hints = others()[name]
    torch.save(w | buffers(), tmp_path / "a.pth")
    agrees(tmp_path / "a.pth", w, inputs, **hints)


def test_networks_that_are_no_transformers(tmp_path: Path) -> None:
    torch.save(MLPConfig(d_mlp=8).build(ModularAddition(p=P)).state_dict(), tmp_path / "own.pth")
    emb, hidden, bias, out = small(P, 6), small(8, 12), small(8), small(P, 8)
    joined = {"emb.weight": emb, "net.0.weight": hidden, "net.0.bias": bias, "net.2.weight": out}
    torch.save(joined | {"net.2.bias": torch.zeros(P)}, tmp_path / "joined.pth")
    assert snapshot_of_file(tmp_path / "own.pth").task.p == P  # type: ignore[attr-defined]
    snapshot = snapshot_of_file(tmp_path / "joined.pth")
    batch = snapshot.task.universe()
    assert batch is not None
    x, y = np.divmod(np.arange(P * P), P)
    both = torch.cat([emb[x], emb[y]], 1).double()
    expected = torch.relu(both @ hidden.T.double() + bias.double()) @ out.T.double()
    torch.testing.assert_close(snapshot.model(torch.from_numpy(batch.tokens))[:, -1], expected)


def test_settings_beside_a_file_count(tmp_path: Path) -> None:
    torch.save(planted(), tmp_path / "model_ab.pt")
    (tmp_path / "config_ab.json").write_text(json.dumps({"attn_coeff": 0.5, "act_fn": "GeLU"}))
    config = snapshot_of_file(tmp_path / "model_ab.pt").model.config  # type: ignore[union-attr]
    assert (config.attention_mix, config.attention, config.activation) == (0.5, "bidirectional", "gelu")
    said = Hints(model={"activation": "tanh"})
    assert snapshot_of_file(tmp_path / "model_ab.pt", hints=said).model.config.activation == "tanh"  # type: ignore[union-attr]


def test_a_whole_module_is_read_without_its_class(tmp_path: Path) -> None:
    model = planted_transformer(P, [2, 5])
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(dict(model.state_dict())))
    torch.save(model, tmp_path / "b.pt")
    for name in ("a.pkl", "b.pt"):
        agrees(tmp_path / name, {k: v.float() for k, v in model.state_dict().items()}, tokens(P), right=1.0)


@pytest.mark.skipif(not FIXTURES.exists(), reason="the published files are not here")
@pytest.mark.parametrize(("run", "mix"), [("l8k1hzciux", 1.0), ("p99zdpze5l", 0.0)])
def test_published_clock_and_pizza(run: str, mix: float) -> None:
    path = FIXTURES / f"pizza/model_{run}.pt"
    w = torch.load(path, weights_only=True, map_location="cpu")
    turned = {k: v.T if k.endswith(("W_E", "W_in", "W_out")) else v for k, v in w.items() if not k.endswith("mask")}
    turned |= {f"blocks.0.attn.W_{c}": w[f"blocks.0.attn.W_{c}"].transpose(1, 2) for c in "QKV"}
    turned["blocks.0.attn.W_O"] = w["blocks.0.attn.W_O"].T.unflatten(0, (4, 32))
    snapshot = snapshot_of_file(path)
    batch = snapshot.task.universe()
    assert batch is not None
    with torch.no_grad():
        logits = snapshot.model(torch.from_numpy(batch.tokens))[:, -1].numpy()
    expected = plain_logits(turned, batch.tokens, mix)
    np.testing.assert_allclose(logits, expected, rtol=1e-6, atol=1e-6)
    assert (expected.argmax(1) == batch.labels[:, 0]).mean() == 1


@pytest.mark.skipif(not FIXTURES.exists(), reason="the published files are not here")
def test_published_group_composition() -> None:
    path = FIXTURES / "groups/S5_T_seed1.pt"
    w = {
        k: v
        for k, v in torch.load(path, weights_only=True, map_location="cpu").items()
        if "_embed" not in k or k.startswith("pos")
    }
    snapshot = snapshot_of_file(path)
    rng = np.random.default_rng(0)
    some = np.concatenate([rng.integers(0, 120, (500, 2)), np.full((500, 1), 120)], 1)
    with torch.no_grad():
        logits = snapshot.model(torch.from_numpy(some))[:, -1].numpy()
    weights = {k: v for k, v in w.items() if not k.endswith(("mask", "IGNORE"))}
    np.testing.assert_allclose(logits, plain_logits(weights, some), rtol=1e-6, atol=1e-6)
