"""Where the modules and functions of Unix are missing, as on Windows, with a byte lock in their place."""

import subprocess
import sys
from pathlib import Path

WINDOWS = r"""
import errno, fcntl, os, struct, sys, types
import multiprocessing.resource_tracker, torch  # these find the Unix parts themselves

def locking(descriptor, mode, count):
    writable = get_flags(descriptor, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
    kind = {1: fcntl.F_UNLCK, 2: fcntl.F_WRLCK if writable else fcntl.F_RDLCK}[mode]  # Linux' demand, not Windows'
    lock = struct.pack("hhlli", kind, os.SEEK_SET, os.lseek(descriptor, 0, os.SEEK_CUR), count, 0)
    try:
        set_lock(descriptor, 37, lock)  # F_OFD_SETLK: of the open file, as Windows' locks are
    except OSError as error:
        raise OSError(errno.EACCES, error.strerror)

set_lock = get_flags = fcntl.fcntl
sys.modules["msvcrt"] = types.SimpleNamespace(locking=locking, LK_UNLCK=1, LK_NBLCK=2)
sys.modules["fcntl"] = sys.modules["resource"] = None
for name in ("setpgid", "pread", "pwrite", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"):
    delattr(os, name)
from latebloom.cli import main
from latebloom.store import RunLock, is_locked, folder_lock
from pathlib import Path
runs = Path(sys.argv[1])
"""

TRAIN = """
tiny = "--task.p 5 --model.d_model 4 --model.d_head 1 --model.d_mlp 4 --steps 4 --quiet".split()
call = ["train", "small", *tiny, "--runs", str(runs), "--name", "a"]
assert main(call) == 0
assert not is_locked(runs / "a")
with RunLock(runs / "a"):
    assert is_locked(runs / "a")
    print(main([*call, "--steps", "5"]))
with folder_lock(runs):
    pass
print(main(["report", "a", "--runs", str(runs)]), main([*call, "--steps", "5"]), main(["runs", "--runs", str(runs)]))
"""


def test_training_reading_and_the_lock_work(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WINDOWS + TRAIN, tmp_path], capture_output=True, text=True, timeout=300, check=False
    )
    lines = done.stdout.splitlines()
    assert "1" in lines, done.stderr
    assert "is being written by process" in done.stderr
    assert "0 0 0" in lines
    assert "Traceback" not in done.stderr
