"""Files of weights in every container give the accuracy of a plain forward pass; nothing in them runs."""

from __future__ import annotations

import argparse
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from latebloom._errors import LatebloomError
from latebloom.analysis.weight_files import open_weights, snapshot_of_file
from latebloom.circuits.modular.planted_transformer import planted_transformer
from latebloom.models.layouts import Hints

P = 13


def state() -> dict[str, torch.Tensor]:
    """A planted model with small biases everywhere, so that each of them counts."""
    own = {k: v.detach().clone().float() for k, v in planted_transformer(P, [2, 5]).state_dict().items()}
    heads, d_model, width = own["blocks.0.attn.W_Q"].shape
    shapes = {"b_Q": (heads, width), "b_K": (heads, width), "b_V": (heads, width), "b_O": (d_model,)}
    generator = torch.Generator().manual_seed(0)
    biases = {f"blocks.0.attn.{k}": 0.5 * torch.randn(*s, generator=generator) for k, s in shapes.items()}
    biases["unembed.b_U"] = torch.randn(own["unembed.W_U"].shape[1], generator=generator)
    return own | biases


def plain_logits(w: dict[str, torch.Tensor], tokens: np.ndarray) -> np.ndarray:
    """The logits at the last position of a one-layer causal transformer, by einsum in float64."""
    a = {k: v.double().numpy() for k, v in w.items()}
    at = lambda name: a.get(f"blocks.0.attn.{name}", np.zeros(1))  # noqa: E731
    x = a["embed.W_E"][tokens] + a["pos_embed.W_pos"]
    bias = lambda name: np.atleast_2d(at(name))[:, None]  # noqa: E731
    q, k, v = (np.einsum("bpd,hde->bhpe", x, at(f"W_{c}")) + bias(f"b_{c}") for c in "QKV")
    score = np.einsum("bhe,bhpe->bhp", q[:, :, -1], k) / np.sqrt(q.shape[-1])
    pattern = np.exp(score - score.max(-1, keepdims=True))
    pattern /= pattern.sum(-1, keepdims=True)
    z = np.einsum("bhp,bhpe->bhe", pattern, v)
    mid = x[:, -1] + np.einsum("bhe,hed->bd", z, at("W_O")) + at("b_O")
    post = np.maximum(mid @ a["blocks.0.mlp.W_in"] + a["blocks.0.mlp.b_in"], 0)
    end = mid + post @ a["blocks.0.mlp.W_out"] + a["blocks.0.mlp.b_out"]
    return end @ a["unembed.W_U"] + a.get("unembed.b_U", 0)


def pairs(*last: int) -> np.ndarray:
    x, y = np.divmod(np.arange(P * P), P)
    return np.stack([x, y, *(np.full_like(x, token) for token in last)], axis=1)


def logits_of(path: Path, **hints: Any) -> np.ndarray:
    snapshot = snapshot_of_file(path, hints=Hints(**hints))
    tokens = torch.from_numpy(snapshot.task.universe().tokens)
    return snapshot.model(tokens)[:, -1].detach().numpy()


def torch_names(w: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same model under TransformerLens 4's names, in torch's shapes."""
    out = {f"{k}.weight": w[name] for k, name in (("embed", "embed.W_E"), ("pos_embed", "pos_embed.W_pos"))}
    for c in "qkv":
        out[f"blocks.0.attn.{c}.weight"] = w[f"blocks.0.attn.W_{c.upper()}"].transpose(1, 2).flatten(0, 1)
        out[f"blocks.0.attn.{c}.bias"] = w[f"blocks.0.attn.b_{c.upper()}"].flatten()
    out["blocks.0.attn.o.weight"] = w["blocks.0.attn.W_O"].flatten(0, 1).T
    out["blocks.0.attn.o.bias"] = w["blocks.0.attn.b_O"]
    for c in ("in", "out"):
        out[f"blocks.0.mlp.{c}.weight"] = w[f"blocks.0.mlp.W_{c}"].T
        out[f"blocks.0.mlp.{c}.bias"] = w[f"blocks.0.mlp.b_{c}"]
    return out | {"unembed.weight": w["unembed.W_U"].T, "unembed.bias": w["unembed.b_U"]}


def published(w: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The transposed layout of the published runs."""
    out = {k: v.T if k.endswith(("W_E", "W_in", "W_out")) else v for k, v in w.items()}
    out |= {f"blocks.0.attn.W_{c}": w[f"blocks.0.attn.W_{c}"].transpose(1, 2) for c in "QKV"}
    return out | {"blocks.0.attn.W_O": w["blocks.0.attn.W_O"].flatten(0, 1).T}


class Honest:
    """A class of somebody's, beside the weights."""

    def __init__(self) -> None:
        self.p, self.path = P, Path("results")


def legacy(thing: Any, path: Path) -> None:
    torch.save(thing, path, _use_new_zipfile_serialization=False)


def pickled(thing: Any, path: Path) -> None:
    path.write_bytes(pickle.dumps(thing))


def arrays(thing: dict[str, torch.Tensor], path: Path) -> None:
    with path.open("wb") as file:
        np.savez_compressed(file, **{k: v.float().numpy() for k, v in thing.items()})


def safe(thing: dict[str, torch.Tensor], path: Path) -> None:
    save_file({k: v.contiguous() for k, v in thing.items()}, path)


@pytest.mark.parametrize("save", [torch.save, legacy, pickled, arrays, safe])
@pytest.mark.parametrize("prefix", ["", "_orig_mod.", "module.", "model.", "module._orig_mod.model.net."])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_containers_prefixes_and_precisions(save: Any, prefix: str, dtype: torch.dtype, tmp_path: Path) -> None:
    w = {k: v.to(dtype) for k, v in state().items()}
    save({prefix + k: v for k, v in w.items()}, tmp_path / "weights.any")
    np.testing.assert_allclose(logits_of(tmp_path / "weights.any"), plain_logits(w, pairs(P)), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("rough", ["embed.W_E", "unembed.W_U", "blocks.0.mlp.b_in"])
def test_each_weight_keeps_its_precision(rough: str, tmp_path: Path) -> None:
    w = {k: v.double() * (1 + 1e-9) for k, v in state().items()}
    w[rough] = w[rough].bfloat16()
    torch.save(w, tmp_path / "a.pt")
    np.testing.assert_allclose(logits_of(tmp_path / "a.pt"), plain_logits(w, pairs(P)), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("layout", [torch_names, published])
def test_layouts(layout: Any, tmp_path: Path) -> None:
    heads = state()["blocks.0.attn.W_Q"].shape[0]
    torch.save(layout(state()), tmp_path / "a.pt")
    got = logits_of(tmp_path / "a.pt", model={"n_heads": heads})
    np.testing.assert_allclose(got, plain_logits(state(), pairs(P)), rtol=1e-6, atol=1e-6)


def test_two_positions_are_x_y(tmp_path: Path) -> None:
    w = state()
    w |= {"embed.W_E": w["embed.W_E"][:P], "pos_embed.W_pos": w["pos_embed.W_pos"][:2]}
    torch.save(w, tmp_path / "a.pt")
    np.testing.assert_allclose(logits_of(tmp_path / "a.pt"), plain_logits(w, pairs()), rtol=1e-6, atol=1e-6)


def test_steps_curves_and_settings(tmp_path: Path) -> None:
    last, first = state(), {k: 0 * v for k, v in state().items()}
    whole = {"model": last, "checkpoints": [first, last], "checkpoint_epochs": [0, 100], "train_losses": [2.0, 1.0]}
    torch.save(whole | {"args": argparse.Namespace(p=P, honest=Honest()), "np": np.float64(1)}, tmp_path / "a.pth")
    file = open_weights(tmp_path / "a.pth")
    assert (file.steps, file.curves["train_losses"].values, file.config["p"]) == ((0, 100), (2.0, 1.0), P)
    assert not file.at(0).tensors["embed.W_E"].any()
    for step, name in ((0, "0"), (7, "epoch_7")):
        torch.save({name: first, "100": last}, tmp_path / "b.pth")
        assert open_weights(tmp_path / "b.pth").steps == (step, 100)
    torch.save({"model": last, "checkpoints": [first, last], "step": 100}, tmp_path / "c.pth")
    assert [one.step for one in open_weights(tmp_path / "c.pth").states] == [None, 100]


class Bomb:
    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> Any:
        return self.call


@pytest.mark.parametrize(
    ("function", "name"),
    [(os.system, "os.system"), (eval, "builtins.eval"), (Path.touch, "pathlib.Path.touch"), (torch.save, "torch.save")],
)
@pytest.mark.parametrize("save", [torch.save, legacy, pickled])
def test_functions_are_refused_by_name(function: Any, name: str, save: Any, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    save({"model": state(), "x": Bomb(function, str(mark))}, tmp_path / "a.pt")
    with pytest.raises(LatebloomError, match=f"holds a function .*{name.split('.')[-1]}") as caught:
        open_weights(tmp_path / "a.pt")
    assert "\n" not in str(caught.value)
    assert not mark.exists()


def test_expanded_tensors_are_bounded(tmp_path: Path) -> None:
    w = state() | {"embed.W_E": torch.zeros(1).expand(2**20, 2**20)}
    torch.save(w, tmp_path / "a.pt")
    with pytest.raises(LatebloomError, match="asks for more memory"):
        open_weights(tmp_path / "a.pt")


def test_lists_that_share_their_items_are_bounded(tmp_path: Path) -> None:
    shared: list[Any] = [{"a": 1}]
    for _ in range(5):
        shared = [shared] * 1000
    torch.save(shared, tmp_path / "a.pt")
    with pytest.raises(LatebloomError, match="asks for more work"):
        open_weights(tmp_path / "a.pt")


def test_names_from_a_file_stay_on_one_line(tmp_path: Path) -> None:
    torch.save({"a\n\x1b[31m" * 1000: torch.ones(2, 2)}, tmp_path / "a.pt")
    with pytest.raises(LatebloomError) as caught:
        snapshot_of_file(tmp_path / "a.pt")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 1000


def test_zip_bombs_are_bounded(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", a=np.zeros(2**28, dtype=np.uint8))
    with pytest.raises(LatebloomError, match="asks for more memory"):
        open_weights(tmp_path / "a.npz")


def test_what_is_no_file_of_weights_is_one_line(tmp_path: Path) -> None:
    torch.save(state(), tmp_path / "whole.pt")
    whole = (tmp_path / "whole.pt").read_bytes()
    for content in (
        b"",
        b"text",
        whole[:900],
        whole[: len(whole) // 2],
        b"PK\x03\x04",
        b"\x80\x02.",
        b"\x80\x04K\x01.",
    ):
        (tmp_path / "bad.pt").write_bytes(content)
        with pytest.raises(LatebloomError) as caught:
            open_weights(tmp_path / "bad.pt")
        assert "\n" not in str(caught.value)
        assert "bad.pt" in str(caught.value)
    os.mkfifo(tmp_path / "pipe.pt")
    (tmp_path / "empty").mkdir()
    for name in ("pipe.pt", "empty", "absent.pt"):
        with pytest.raises(LatebloomError):
            open_weights(tmp_path / name)
