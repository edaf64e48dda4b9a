"""Tries in processes with limits of memory and time, forked from one that has imported everything."""

import json
import os
import resource
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from fuzzing.laboratory import Laboratory
from fuzzing.verdicts import FaultError
from latebloom._user_cache import user_cache

MEMORY = 3 * 2**30
"""Bytes of address space that a process may take beyond those that it is born with."""
SECONDS, CPU_SECONDS = 600, 30
"""For one try; on a busy machine the first passes faster than the second."""

Attempt = Callable[[Random, Laboratory], str]


@dataclass(frozen=True)
class Outcome:
    """What became of one try; detail: of a bad one."""

    number: int
    kind: str
    verdict: str
    detail: str = ""


Choose = Callable[[int], tuple[str, Attempt, Random]]
"""Gives the kind of a try by its number, how to make it, and its random numbers."""


def outcomes(numbers: Sequence[int], choose: Choose, laboratory: Laboratory) -> Iterator[Outcome]:
    """The tries of these numbers, in order. A process that dies costs the try that it was at."""
    left = list(numbers)
    while left:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            _work(left, choose, laboratory, write)
        os.close(write)
        with os.fdopen(read) as lines:
            for line in lines:
                yield Outcome(**json.loads(line))
                left.pop(0)
        _, status = os.waitpid(child, 0)
        if left:
            number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else -1
            verdict = "hang" if number in (signal.SIGALRM, signal.SIGPROF) else "crash"
            died = left.pop(0)
            yield Outcome(died, choose(died)[0], verdict, f"status {status}")


def _work(numbers: Sequence[int], choose: Choose, laboratory: Laboratory, write: int) -> None:
    """In the child: make each try and write its outcome. Never returns."""
    try:
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))
        laboratory.renew()  # the folder of work that this process was born in may have been removed since
        watch = Watch(laboratory)
        for number in numbers:
            kind, attempt, rng = choose(number)
            signal.setitimer(signal.ITIMER_REAL, SECONDS)
            signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
            verdict, detail = watch.verdict(attempt, rng)
            os.write(write, json.dumps(asdict(Outcome(number, kind, verdict, detail))).encode() + b"\n")
    finally:
        os._exit(0)


class Watch:
    """Makes tries and looks at what they touched: by the interpreter's audit events, and at the guarded folder."""

    def __init__(self, laboratory: Laboratory) -> None:
        self.laboratory = laboratory
        self.seen: list[str] = []
        self.watching = False
        self.before = laboratory.untouched()
        sys.addaudithook(self._hook)

    def verdict(self, attempt: Attempt, rng: Random) -> tuple[str, str]:
        """One try: what became of it, and details of a fault."""
        self.seen.clear()
        self.watching = True
        try:
            found = attempt(rng, self.laboratory), ""
        except FaultError as fault:
            found = fault.verdict, fault.detail
        except MemoryError:
            found = "out of memory", traceback.format_exc(limit=-4)
        except BaseException:
            found = "traceback", traceback.format_exc(limit=-8)
        finally:
            self.watching = False
        return self._touched() or found

    def _touched(self) -> tuple[str, str] | None:
        if self.laboratory.mark.exists():
            shutil.rmtree(self.laboratory.mark)
            return "executed", ""
        now = self.laboratory.untouched()
        if now != self.before:
            changed = [name for name in now.keys() | self.before.keys() if now.get(name) != self.before.get(name)]
            self.before = now
            return "written outside", ", ".join(changed)
        if self.seen:
            return "written outside" if "run " not in self.seen[0] else "executed", "; ".join(self.seen[:3])
        left = [str(file) for file in self.laboratory.work.rglob(".*.tmp")]
        return ("left over", ", ".join(left)) if left else None

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.watching:
            return
        if event == "open":
            path, mode, flags = arguments
            writes = (
                any(letter in mode for letter in "wax+") if mode else flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            )
            if writes and isinstance(path, (str, bytes, os.PathLike)):
                self._note(event, path)
        elif event in _CHANGES:
            for path in arguments[_CHANGES[event]]:
                self._note(event, path)
        elif event in _EXECUTES and not (event == "subprocess.Popen" and list(arguments[1])[:1] == ["git"]):
            self.seen.append(f"run {event} {str(arguments)[:200]}")

    def _note(self, event: str, path: Any) -> None:
        if isinstance(path, int):
            return
        whole = os.path.abspath(os.fsdecode(path))
        own = (self.laboratory.work, self.laboratory.place / "cache", user_cache() or self.laboratory.work)
        inside = whole.startswith(("/dev/", *map(str, own)))
        if not inside and "__pycache__" not in whole:
            self.seen.append(f"{event} {whole}")


_FIRST, _SECOND, _BOTH = slice(0, 1), slice(1, 2), slice(0, 2)
_CHANGES = {
    "os.remove": _FIRST,
    "os.rename": _BOTH,
    "os.mkdir": _FIRST,
    "os.rmdir": _FIRST,
    "os.symlink": _SECOND,
    "os.link": _SECOND,
    "os.truncate": _FIRST,
    "os.chmod": _FIRST,
    "os.chown": _FIRST,
    "os.utime": _FIRST,
    "shutil.rmtree": _FIRST,
}
"""Events of changes to the file system, and which of their arguments are the paths that change."""
_EXECUTES = {"os.system", "os.exec", "os.posix_spawn", "subprocess.Popen", "socket.connect", "pty.spawn"}
