"""One writer at a time."""

import errno
import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from latebloom._errors import RunLockedError, StoreError, UsageError
from latebloom.store import RunDirectory, RunLock, is_locked

HOLD = """
import sys, time
from pathlib import Path
from latebloom.store import RunLock
with RunLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_writer_is_refused_until_the_first_is_killed(run: RunDirectory) -> None:
    assert not is_locked(run.path)
    holder = subprocess.Popen([sys.executable, "-c", HOLD, run.path], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    holder.stdout.readline()
    assert is_locked(run.path)
    with pytest.raises(RunLockedError, match=f"is being written by process {holder.pid}: wait"), RunLock(run.path):
        pass
    holder.kill()
    holder.communicate()
    assert not is_locked(run.path)
    with RunLock(run.path):
        assert (run.path / ".lock").read_text() == f"{os.getpid()}\n"


def test_it_holds_within_one_process_and_is_freed_by_an_error(run: RunDirectory) -> None:
    with RunLock(run.path):
        with pytest.raises(RunLockedError), RunLock(run.path):
            pass
        assert is_locked(run.path)
    with pytest.raises(ZeroDivisionError), RunLock(run.path):
        raise ZeroDivisionError
    assert not is_locked(run.path)


def test_checking_the_lock_does_not_block_a_writer(run: RunDirectory) -> None:
    (run.path / ".lock").touch()
    with (run.path / ".lock").open() as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        threading.Timer(0.05, fcntl.flock, (looking, fcntl.LOCK_UN)).start()
        with RunLock(run.path):
            assert is_locked(run.path)


def test_a_file_system_without_locks_is_an_error(run: RunDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(StoreError, match=r"cannot lock .*No locks available"), RunLock(run.path):
        pass


def test_a_missing_run_is_not_locked(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not is_locked(tmp_path / "absent")
    assert not is_locked(tmp_path / "file")


def test_a_run_that_was_moved_or_replaced_is_no_longer_written(run: RunDirectory) -> None:
    with RunLock(run.path) as lock:
        lock.check()
        run.path.rename(run.path.with_name("old"))
        with pytest.raises(RunLockedError, match="moved, deleted or replaced"):
            lock.check()
        RunDirectory(run.path).create()
        with RunLock(run.path), pytest.raises(RunLockedError, match="moved, deleted or replaced"):
            lock.check()


def test_links_and_pipes_are_neither_followed_nor_waited_for(run: RunDirectory, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("of the user")
    (run.path / ".lock").symlink_to(outside)
    with pytest.raises(UsageError), RunLock(run.path):
        pass
    assert outside.read_text() == "of the user"
    (run.path / ".lock").unlink()
    os.mkfifo(run.path / ".lock")
    with pytest.raises(StoreError, match="no regular file"):
        is_locked(run.path)
    with pytest.raises(StoreError, match="no regular file"), RunLock(run.path):
        pass
