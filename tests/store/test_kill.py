"""A run that is killed at any moment is readable and resumes bit-identically."""

import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from latebloom.store import RunDirectory, effective_status

WRITER = Path(__file__).with_name("writer.py")


def write(run: RunDirectory, until: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, WRITER, run.path, str(until)], stdout=subprocess.PIPE)


def assert_whole(run: RunDirectory) -> int:
    """Check that all files are readable and no committed data is missing; return the committed step."""
    state = run.read_state()
    assert state is not None
    step, arrays = state
    assert (arrays["rng"] == step % 256).all()
    rows = run.read_table("metrics")["step"].to_pylist()
    assert rows in (list(range(step + 1)), list(range(step + 2)))
    assert run.checkpoint_steps() in (list(range(step + 1)), list(range(step + 2)))
    for kept in run.checkpoint_steps():
        assert run.read_checkpoint(kept)["w"].shape == (2000,)
    assert np.array_equal(run.read_checkpoint(step)["w"], arrays["w"].astype(np.float32))
    assert run.read_manifest().step in (step, step - 1)
    return step


def test_killed_at_random_moments_it_reads_and_resumes_to_the_same_bits(tmp_path: Path) -> None:
    killed, unkilled = RunDirectory(tmp_path / "killed"), RunDirectory(tmp_path / "unkilled")
    moments = random.Random(0)
    for _ in range(8):
        process = write(killed, 10**6)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moments.uniform(0, 0.05))
        process.kill()
        process.communicate()
        step = assert_whole(killed)
        assert effective_status(killed) == "interrupted"
    for run in (killed, unkilled):
        assert write(run, step + 5).wait() == 0
        assert assert_whole(run) == step + 5
    files = {file.relative_to(killed.path) for file in killed.path.rglob("*") if file.is_file()}
    assert files == {file.relative_to(unkilled.path) for file in unkilled.path.rglob("*") if file.is_file()}
    for file in files - {Path(".lock")}:
        assert (killed.path / file).read_bytes() == (unkilled.path / file).read_bytes(), file


def test_what_a_killed_writer_left_half_done_is_cleaned(run: RunDirectory) -> None:
    run.write_state(1, {"w": np.ones(2)})
    strays = [run.path / ".state.safetensors.ab12.tmp", run.path / "checkpoints" / ".step.tmp"]
    for stray in strays:
        stray.write_bytes(b"half")
    run.clean()
    assert not any(stray.exists() for stray in strays)
    assert run.read_state() is not None
