"""A file is replaced completely or not at all, and the error is one line."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from latebloom._errors import LatebloomError, StoreError, UsageError
from latebloom.store import RunDirectory, RunLock, atomic_write


def fails_with(number: int):  # type: ignore[no-untyped-def]
    def call(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return call


def test_it_writes_bytes_or_what_a_function_writes(tmp_path: Path) -> None:
    atomic_write(tmp_path / "a", b"bytes")
    atomic_write(tmp_path / "b", lambda temporary: temporary.write_text("function") and None)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"a": "bytes", "b": "function"}


@pytest.mark.parametrize("call", ["fsync", "replace", "open"])
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk full while writing"),
        (errno.EDQUOT, "disk full while writing"),
        (errno.EROFS, "no rights to write"),
        (errno.EIO, "cannot write"),
    ],
)
def test_a_failure_keeps_the_old_content_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, words: str
) -> None:
    file = tmp_path / "state"
    atomic_write(file, b"old")
    monkeypatch.setattr(os, call, fails_with(number))
    with pytest.raises(StoreError, match=words) as caught:
        atomic_write(file, lambda temporary: temporary.touch())
    monkeypatch.undo()
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("state", b"old")]


def test_an_interrupt_leaves_nothing_either(tmp_path: Path) -> None:
    def interrupted(temporary: Path) -> None:
        temporary.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        atomic_write(tmp_path / "a", interrupted)
    assert list(tmp_path.iterdir()) == []


FILL_THE_DISK = """
import resource, sys
from pathlib import Path
import numpy as np, pyarrow as pa
from latebloom._errors import StoreError
from latebloom.store import RunDirectory
run = RunDirectory(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
noise = np.random.default_rng(0).normal(size=50_000)
table = pa.table({"step": pa.array(range(50_000), pa.int64()), "loss": noise})
for attempt in (lambda: run.write_state(2, {"w": noise}), lambda: run.write_table("metrics", table)):
    try:
        attempt()
    except StoreError as error:
        print(error)
"""


def test_a_disk_that_fills_leaves_the_last_state_whole(run: RunDirectory) -> None:
    run.write_state(1, {"w": np.arange(3.0)})
    result = subprocess.run([sys.executable, "-c", FILL_THE_DISK, run.path], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines() == [
        f"disk full while writing {run.path / name}: the previous state is kept; free space and continue with --resume"
        for name in ("state.safetensors", "metrics.parquet")
    ]
    state = run.read_state()
    assert state is not None
    assert state[0] == 1
    assert state[1]["w"].tolist() == [0.0, 1.0, 2.0]
    assert sorted(entry.name for entry in run.path.iterdir()) == ["checkpoints", "state.safetensors"]


def test_a_run_that_cannot_be_created_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(UsageError, match=r"cannot make .*Not a directory"):
        RunDirectory(file / "run").create()
    with pytest.raises(UsageError, match=r"cannot make .*(exists|Not a directory)"):
        RunDirectory(file).create()
    with pytest.raises(UsageError, match="cannot write"), RunLock(tmp_path / "absent"):
        pass
    monkeypatch.setattr(os, "mkdir", fails_with(errno.EACCES))
    with pytest.raises(UsageError, match=r"no rights to make .*choose another place"):
        RunDirectory(tmp_path / "run").create()
    monkeypatch.setattr(os, "mkdir", fails_with(errno.ENOSPC))
    with pytest.raises(StoreError, match="disk full"):
        RunDirectory(tmp_path / "run").create()


def test_every_error_is_one_line(run: RunDirectory) -> None:
    (run.path / "notes.json").mkdir()
    with pytest.raises(LatebloomError, match=r"^cannot read .*notes\.json: Is a directory$"):
        run.read_document("notes")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can make a device")
def test_a_device_is_not_replaced(tmp_path: Path) -> None:
    null = tmp_path / "null"
    os.mknod(null, stat.S_IFCHR | 0o600, os.makedev(1, 3))
    with pytest.raises(StoreError, match="null is a device, expected the name of a file"):
        atomic_write(null, b"bytes")
    assert null.is_char_device()
    assert list(tmp_path.iterdir()) == [null]
