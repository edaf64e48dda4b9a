"""A child process that computes answers, so that the server itself loads no torch and never waits. It only reads."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from latebloom._errors import LatebloomError, StoreError, first_line
from latebloom.explorer.maker import What


class Process:
    """Answers one request after the other in a child, which is started on the first and again if it has died.

    patience: seconds after which an answer is given up and the child is ended.
    """

    def __init__(self, patience: float | int) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._child: tuple[multiprocessing.process.BaseProcess, Connection] | None = None

    def __call__(self, what: What, path: Path, argument: int = -1) -> bytes:
        """The answer, as `latebloom.lab.serving.answers.answer`. Errors: LatebloomError in one line."""
        with self._lock:
            pipe = self._pipe()
            try:
                pipe.send((what, path, argument))
                if not pipe.poll(self._patience):
                    raise StoreError(f"{path.name}: the answer took longer than {self._patience:g} s")
                done, value = pipe.recv()
            except (EOFError, OSError):
                self.stop()
                raise StoreError(f"{path.name}: the process that computes the answer has ended; try again") from None
            except StoreError:
                self.stop()
                raise
        if not done:
            raise value
        return bytes(value)

    def _pipe(self) -> Connection:
        if self._child is not None and self._child[0].is_alive():
            return self._child[1]
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        child = context.Process(target=_serve, args=(theirs,), daemon=True)
        child.start()
        theirs.close()  # so that the pipe ends when the child does
        self._child = child, ours
        return ours

    def stop(self) -> None:
        """End the child, whatever it is doing: it writes nothing."""
        if self._child is not None:
            child, pipe = self._child
            self._child = None
            child.kill()
            child.join()
            pipe.close()


def _serve(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the child too; its parent decides
    with suppress(EOFError, OSError):
        from latebloom._registry import load_plugins
        from latebloom.lab.serving.answers import answer

        load_plugins()
        while True:
            what, path, argument = pipe.recv()
            try:
                pipe.send((True, answer(what, path, argument)))
            except LatebloomError as error:
                pipe.send((False, type(error)(str(error))))
            except Exception as error:  # a damaged run must not end the process that reads the others
                pipe.send((False, StoreError(f"{path.name}: {type(error).__name__}: {first_line(error)}")))
