"""Arrays are read back bit-identically, or the file is reported as damaged; reading never executes code."""

import json
import pickle
import random
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from latebloom._errors import DamagedFileError
from latebloom.store import RunDirectory

STATE = {
    "weights": np.array([[1.0, -0.0], [np.nan, np.inf]], np.float32),
    "moment": np.linspace(0, 1, 5),
    "rng": np.arange(256, dtype=np.uint8),
    "step": np.array(7, np.int64),
    "empty": np.zeros((0, 3), np.float32),
    "strided": np.arange(6.0).reshape(2, 3).T,
    "big_endian": np.arange(3, dtype=">f4"),
}


def test_every_dtype_and_shape_is_read_back_bit_identically(run: RunDirectory) -> None:
    assert run.read_state() is None
    run.write_state(100, STATE)
    step, arrays = run.read_state() or (None, {})
    assert step == 100
    assert arrays.keys() == STATE.keys()
    for name, array in arrays.items():
        assert array.shape == STATE[name].shape
        assert array.astype(STATE[name].dtype).tobytes() == STATE[name].tobytes()
        assert array.dtype == STATE[name].dtype.newbyteorder("=")
        assert array.flags.writeable
        assert array.flags.aligned
        assert array.flags.owndata


def test_the_file_reads_with_public_tools_and_has_no_randomness(run: RunDirectory) -> None:
    run.write_checkpoint(100, {"b": np.ones(2, np.float32), "a": np.zeros(1, np.float32)})
    file = run.path / "checkpoints" / "step-00000100.safetensors"
    with safe_open(file, "np") as opened:
        assert opened.metadata()["step"] == "100"
        assert opened.get_tensor("b").tolist() == [1.0, 1.0]
    content = file.read_bytes()
    length = int.from_bytes(content[:8], "little")
    assert length % 8 == 0
    assert list(json.loads(content[8 : 8 + length])) == ["__metadata__", "a", "b"]


def test_a_flipped_bit_or_a_missing_end_is_detected(run: RunDirectory) -> None:
    run.write_state(3, {"w": np.arange(20.0)})
    file = run.path / "state.safetensors"
    whole, dice = file.read_bytes(), random.Random(0)
    for _ in range(200):
        altered = bytearray(whole)
        altered[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        for content in (bytes(altered), whole[: dice.randrange(len(whole))]):
            file.write_bytes(content)
            with pytest.raises(DamagedFileError, match=r"state\.safetensors is damaged: it"):
                run.read_state()


def test_a_foreign_safetensors_file_is_no_state(run: RunDirectory) -> None:
    save_file({"w": np.ones(2)}, run.path / "state.safetensors")
    with pytest.raises(DamagedFileError, match="has no step"):
        run.read_state()


class Bomb:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


def test_loading_a_file_never_executes_it(run: RunDirectory, tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    bomb = pickle.dumps(Bomb(mark))
    for name in ("state.safetensors", "metrics.parquet", "manifest.json"):
        (run.path / name).write_bytes(bomb)
    for read in (run.read_state, run.read_manifest, lambda: run.read_table("metrics")):
        with pytest.raises(DamagedFileError):
            read()
    assert not mark.exists()
    pickle.loads(bomb)
    assert mark.exists()  # so the payload works
