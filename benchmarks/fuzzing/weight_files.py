"""Mutated files of weights: none may be executed, give a traceback, or be read wrongly.

Each file is a container, then mutations of its bytes, of its structure (instructions of the pickle, members of the zip
file, fields of headers), of its tensors, or of its settings. The oracle of what is read wrongly: the tensors must be
those that torch, safetensors or numpy read from the same file, and the model's logits those of a plain forward pass.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import pickle
import random
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load as load_safetensors
from safetensors.torch import save as save_safetensors

from fuzzing.laboratory import Laboratory
from fuzzing.odd import mutate_bytes
from fuzzing.verdicts import BAD, FaultError
from latebloom._errors import LatebloomError
from latebloom.analysis.weight_files import open_weights, snapshot_of_file
from latebloom.circuits.modular.planted_transformer import planted_transformer

P = 7
AGREES = 1e-6


PLANTED = {k: v.detach().clone().float() for k, v in planted_transformer(P, [1, 2]).state_dict().items()}


class Bomb:
    """Pickles to a call that leaves a mark."""

    def __init__(self, mark: str) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return (os.mkdir, (self.mark,))


def weights(rng: random.Random) -> dict[str, torch.Tensor]:
    """A planted model with biases that count."""
    state = dict(PLANTED)
    heads, d_model, width = state["blocks.0.attn.W_Q"].shape
    generator = torch.Generator().manual_seed(rng.randrange(2**31))
    shapes = {"b_Q": (heads, width), "b_K": (heads, width), "b_V": (heads, width), "b_O": (d_model,)}
    state |= {f"blocks.0.attn.{k}": 0.1 * torch.randn(*s, generator=generator) for k, s in shapes.items()}
    return state | {"unembed.b_U": torch.zeros(state["unembed.W_U"].shape[1])}


# Mutations of tensors and settings, before the file is written


def mutate_tensors(state: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    name = rng.choice(list(state))
    value = state[name]
    changes: list[Callable[[], Any]] = [
        lambda: value.T if value.ndim == 2 else value.flip(0),
        lambda: value[..., :-1],
        lambda: value[:0],
        lambda: value.unsqueeze(rng.randrange(value.ndim + 1)),
        lambda: value.reshape(-1),
        lambda: torch.full_like(value, float(rng.choice(["nan", "inf", "1e30", "0"]))),
        lambda: value.to(rng.choice([torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.bool])),
        lambda: value.reshape(-1)[:1].expand(rng.choice([3, 2**20, 2**40])),
        lambda: value.reshape(-1)[:1].expand(*[rng.choice([1, 7, 2**20])] * value.ndim),
        lambda: torch.cat([value, value]),
        lambda: value * rng.choice([-1, 2, 0.5]),
        lambda: 5,
    ]
    renamed = rng.choice([name, name + "x", "model." + name, name.replace("blocks.0", f"blocks.{rng.randrange(3)}")])
    rest = {k: v for k, v in state.items() if k != name}
    return rest if rng.random() < 0.1 else rest | {renamed: rng.choice(changes)()}


def settings(rng: random.Random) -> dict[str, Any]:
    values = [None, True, -1, 0, 2, P, 10**6, 2**70, 1.5, float("nan"), "", "relu", "gelu", "x" * 5000, [1], {"a": 1}]
    names = [
        "p",
        "C",
        "n_ctx",
        "n_heads",
        "act_fn",
        "attn_coeff",
        "diff_vocab",
        "eqn_sign",
        "normalization_type",
        "attention_dir",
        "epoch",
        "d_mlp",
    ]
    return {name: rng.choice(values) for name in rng.sample(names, rng.randrange(4))}


def nested(state: dict[str, Any], rng: random.Random, mark: str) -> Any:
    """The state dict in one of the ways in which people keep it."""
    other = rng.choice([{}, {"config": settings(rng)}, {"args": argparse.Namespace(**settings(rng))}, settings(rng)])
    if rng.random() < 0.1:
        other = other | {"bomb": Bomb(mark)}
    epochs = rng.choice([[0, 10], [None, 1], [float("nan"), 1], ["a", "b"], [1], [5, 5]])
    return rng.choice(
        [
            lambda: state,
            lambda: {rng.choice(["model", "net", "state_dict"]): state} | other,
            lambda: {0: state, rng.choice([10, "10", None, -1]): state},
            lambda: [state, state],
            lambda: {"state_dicts": [state, state], "epochs": epochs} | other,
            lambda: {"module." + k: v for k, v in state.items()},
        ]
    )()


# Containers


def to_torch(thing: Any) -> bytes:
    file = io.BytesIO()
    torch.save(thing, file)
    return file.getvalue()


def to_legacy(thing: Any) -> bytes:
    file = io.BytesIO()
    torch.save(thing, file, _use_new_zipfile_serialization=False)
    return file.getvalue()


def to_pickle(thing: Any) -> bytes:
    return pickle.dumps(thing, protocol=4)


def _flat(thing: Any) -> dict[str, torch.Tensor]:
    return {str(k): v for k, v in thing.items() if isinstance(v, torch.Tensor) and v.numel() < 2**20}


def to_safetensors(thing: Any) -> bytes:
    return save_safetensors({k: v.contiguous().clone() for k, v in _flat(thing).items()})


def to_npz(thing: Any) -> bytes:
    file = io.BytesIO()
    arrays = {k: (v.float() if v.dtype == torch.bfloat16 else v).numpy() for k, v in _flat(thing).items()}
    np.savez_compressed(file, **arrays) if len(arrays) % 2 else np.savez(file, **arrays)
    return file.getvalue()


CONTAINERS: dict[str, Callable[[Any], bytes]] = {
    "torch": to_torch,
    "legacy": to_legacy,
    "pickle": to_pickle,
    "safetensors": to_safetensors,
    "npz": to_npz,
}


# Mutations of bytes and of structure, in the file


def mutate_pickle(data: bytes, rng: random.Random) -> bytes:
    """Change instructions: single bytes near names and numbers, whole instructions, names of functions."""
    whole = bytearray(data)
    choice = rng.randrange(4)
    if choice == 0:
        names = [b"torch._utils\n_rebuild_tensor_v2", b"collections\nOrderedDict", b"torch\nFloatStorage"]
        others = [
            b"os\nsystem",
            b"builtins\neval",
            b"torch\nHalfStorage",
            b"torch\nLongStorage",
            b"a\nB",
            b"numpy\ndtype",
        ]
        return bytes(whole).replace(rng.choice(names), rng.choice(others), 1)
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(whole))
        if choice == 1:
            whole[at] = rng.choice(b"()]}.0123NIJKMRbacdehjlopqrstuQX\x80\x81\x85\x86\x87\x88\x89\x8a\x8c\x93\x94\x95")
        elif choice == 2:
            whole[at] = rng.randrange(256)
        else:
            start = rng.randrange(len(whole))
            whole[at:at] = whole[start : start + rng.randrange(1, 12)]
    return bytes(whole)


def mutate_zip(data: bytes, rng: random.Random) -> bytes:
    """Change one member, its name or its compression, and write the archive anew, with right checksums."""
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
            members = [(info.filename, old.read(info)) for info in old.infolist()]
            which = rng.randrange(len(members)) if rng.random() < 0.5 else 0
            name, content = members[which]
            change = rng.randrange(6)
            if name.endswith(".pkl") and change < 4:
                content = mutate_pickle(content, rng)
            elif change < 4:
                content = mutate_bytes(content, rng) if content else b"x"
            elif change == 4:
                name = rng.choice([members[-1][0], "../x", name + "/", "data.pkl", " "])
            else:
                content = rng.choice([b"", b"\0" * 2**20, content * 2])
            members[which] = (name, content)
            method = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
            with warnings.catch_warnings(action="ignore"):
                for name, content in members:
                    new.writestr(name, content, method)
    except (zipfile.BadZipFile, ValueError):
        return data
    return out.getvalue()


def mutate_header(data: bytes, rng: random.Random) -> bytes:
    """Change a field of safetensors' header."""
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:end])
    name = rng.choice([k for k in header if k != "__metadata__"])
    field = rng.choice(["dtype", "shape", "data_offsets"])
    choices: dict[str, list[Any]] = {
        "dtype": ["F64", "F16", "I32", "BF16", "U8", "F8_E4M3", "X"],
        "shape": [[], [0], [2**40], [-1], header[name]["shape"][::-1], [2**62, 4], ["a"]],
        "data_offsets": [[0, 0], [0, 2**60], [8, 4], [-4, 0], None],
    }
    header[name][field] = rng.choice(choices[field])
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data[end:]


def case(rng: random.Random, mark: str) -> tuple[bytes, str]:
    """A file, and what was done to it."""
    state = weights(rng)
    container = rng.choice(list(CONTAINERS))
    done = []
    if rng.random() < 0.4:
        state = mutate_tensors(state, rng)
        done.append("tensors")
    flat = container in ("safetensors", "npz")
    thing = state if flat else nested(state, rng, mark)
    data = CONTAINERS[container](thing)
    how = rng.choice(["bytes", "structure", "none"] if done else ["bytes", "structure"])
    if how == "bytes":
        data = mutate_bytes(data, rng)
    elif how == "structure":
        mutate = {"torch": mutate_zip, "npz": mutate_zip, "safetensors": mutate_header}.get(container, mutate_pickle)
        data = mutate(data, rng)
    return data, "+".join([container, *done, how])


# The oracle


def trusted(path: Path, data: bytes) -> Any:
    """What another reader sees in the file; None where it refuses it."""
    try:
        with warnings.catch_warnings(action="ignore"):
            if data[:2] == b"PK" and b".npy" in data:
                with np.load(path, allow_pickle=False) as file:
                    return {k: torch.from_numpy(np.atleast_1d(file[k])) for k in file.files}
            if data[8:9] == b"{":
                return load_safetensors(data)
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception:
        return None


def all_tensors(content: Any, depth: int = 4) -> list[torch.Tensor]:
    if isinstance(content, torch.Tensor):
        return [content]
    inside = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    return [tensor for one in inside for tensor in all_tensors(one, depth - 1)] if depth else []


def same(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.shape == other.shape and one.dtype == other.dtype and torch.equal(one, other)


def plain_logits(w: dict[str, torch.Tensor], tokens: np.ndarray) -> np.ndarray:
    """The logits at the last position of a one-layer causal ReLU transformer, by einsum in float64."""
    a = {k: v.double().numpy() for k, v in w.items()}
    zero = np.zeros(1)
    x = a["embed.W_E"][tokens] + a["pos_embed.W_pos"]
    bias = {c: np.atleast_2d(a.get(f"blocks.0.attn.b_{c}", zero))[:, None] for c in "QKV"}
    q, k, v = (np.einsum("bpd,hde->bhpe", x, a[f"blocks.0.attn.W_{c}"]) + bias[c] for c in "QKV")
    score = np.einsum("bhe,bhpe->bhp", q[:, :, -1], k) / np.sqrt(q.shape[-1])
    pattern = np.exp(score - score.max(-1, keepdims=True))
    z = np.einsum("bhp,bhpe->bhe", pattern / pattern.sum(-1, keepdims=True), v)
    mid = x[:, -1] + np.einsum("bhe,hed->bd", z, a["blocks.0.attn.W_O"]) + a.get("blocks.0.attn.b_O", 0)
    if "blocks.0.mlp.W_in" in a:
        post = np.maximum(mid @ a["blocks.0.mlp.W_in"] + a.get("blocks.0.mlp.b_in", 0), 0)
        mid = mid + post @ a["blocks.0.mlp.W_out"] + a.get("blocks.0.mlp.b_out", 0)
    return mid @ a["unembed.W_U"] + a.get("unembed.b_U", 0)


def agree(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether logits are equal to rounding, relative to the largest."""
    scale = max(1.0, float(np.abs(other).max()))
    return np.allclose(one / scale, other / scale, rtol=AGREES, atol=AGREES, equal_nan=True)


def shaken(w: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same model with each weight changed by the rounding of float64.

    A flipped exponent makes a weight of 1e38, whose products cancel to whatever rounding leaves of them.
    """
    generator = torch.Generator().manual_seed(0)
    eps = torch.finfo(torch.float64).eps
    signs = {k: torch.randint(-1, 2, v.shape, generator=generator, dtype=torch.float64) for k, v in w.items()}
    return {name: value.double() * (1 + eps * signs[name]) for name, value in w.items()}


def verdict(path: Path, data: bytes) -> str:
    """What becomes of one file."""
    try:
        state = open_weights(path).at(None)
        snapshot = snapshot_of_file(path)
        batch = snapshot.task.universe()
        if batch is None:
            return "opened, no table"
        with torch.no_grad():
            logits = snapshot.model(torch.from_numpy(batch.tokens))[:, -1].numpy()
    except LatebloomError as error:
        return "refused" if "\n" not in str(error) and str(path) in str(error) else "traceback"
    seen = trusted(path, data)
    if seen is not None:
        there = all_tensors(seen)
        if not all(any(same(value, other) for other in there) for value in state.tensors.values()):
            return "silently wrong"
    config = getattr(snapshot.model, "config", None)
    usual = config is not None and getattr(config, "architecture", {}).keys() <= {"attention_bias", "unembed_bias"}
    if not usual or config.n_layers != 1 or state.tensors["blocks.0.attn.W_O"].ndim != 3:
        return "opened, another architecture"
    with np.errstate(all="ignore"):
        expected = plain_logits(dict(state.tensors), batch.tokens)
        again = plain_logits(shaken(state.tensors), batch.tokens)
    close = agree(logits, expected)
    if not close and not agree(again, expected):
        return "opened, rounding decides"
    return ("opened, right" if seen is not None else "opened, right, others refuse it") if close else "silently wrong"


def attempt(rng: random.Random, laboratory: Laboratory) -> str:
    """A mutated file of weights: refused, or read as others read it."""
    laboratory.renew()
    data, done = case(rng, str(laboratory.mark))
    path = Path("mutated.any")
    path.write_bytes(data)
    found = verdict(path, data)
    if found in BAD:
        # The old format of torch names storages by their address, so that a case is not the same file twice.
        raise FaultError(found, f"{done}: {base64.b64encode(zlib.compress(data)).decode()}")
    return found


def warm_up() -> None:
    """Read a whole file once, so that what is compiled on first use is there in every child."""
    with tempfile.TemporaryDirectory() as folder:
        data, path = to_torch(PLANTED), Path(folder) / "whole.any"
        path.write_bytes(data)
        if verdict(path, data) != "opened, right":
            raise SystemExit("the oracle does not agree on the planted model itself")
