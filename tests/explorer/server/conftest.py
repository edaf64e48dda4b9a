"""A server of a directory of runs, in a thread, and runs made by hand, for the tests of the explorer's server."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from latebloom.explorer.maker import Make
from latebloom.explorer.serve import listen, make_server
from latebloom.store import Manifest, RunDirectory, append_rows, empty_table, identity


def _write_run(path: Path, steps: int = 100, status: str = "finished", rows: int = 11) -> RunDirectory:
    """A run without weights: train loss falls to 0.1 at the last step, test loss stays at 2."""
    directory = RunDirectory(path)
    directory.create()
    marks = [round(i * steps / (rows - 1)) for i in range(rows)]
    table = [{"step": s, "train_loss": 2.0 - 1.9 * s / steps, "test_loss": 2.0} for s in marks]
    directory.write_table("metrics", append_rows(empty_table(), table))
    experiment = {"task": {"name": "modular_addition"}}
    now = datetime.now(UTC)
    directory.write_manifest(
        Manifest(
            name=path.name,
            recipe="by-hand",
            experiment=experiment,
            experiment_hash=identity(experiment),
            seed=0,
            status=status,  # type: ignore[arg-type]
            step=steps,
            steps_planned=1000,
            created=now,
            updated=now,
        )
    )
    return directory


def _no_answer(what: str, path: Path, argument: int = -1) -> bytes:
    """A callback that answers with its question."""
    return f'"{what} of {path.name} {argument}"'.encode()


@contextmanager
def _serving(root: Path, quick: Make = _no_answer, slow: Make = _no_answer) -> Iterator[int]:
    """The port of a server of the runs below ``root``."""
    server, sockets = make_server(root, quick, slow), listen(0)
    port = sockets[0].getsockname()[1]
    thread = threading.Thread(target=server.run, args=(sockets,))
    thread.start()
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join()


def _exchange(port: int, request: bytes, seconds: float = 20.0) -> bytes:
    """What the server answers to these bytes, until it closes the connection."""
    with socket.create_connection(("127.0.0.1", port), seconds) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


def _get(port: int, path: str, *headers: str, method: str = "GET", host: str = "127.0.0.1") -> tuple[int, bytes]:
    """Status and body of a request, whose path is sent as it is."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers, "", ""]
    head, _, body = _exchange(port, "\r\n".join(lines).encode("latin-1")).partition(b"\r\n\r\n")
    return int(head.split()[1]), body


@pytest.fixture(scope="session")
def write_run() -> Callable[..., RunDirectory]:
    return _write_run


@pytest.fixture(scope="session")
def serving() -> Callable[..., Any]:
    return _serving


@pytest.fixture(scope="session")
def exchange() -> Callable[..., bytes]:
    return _exchange


@pytest.fixture(scope="session")
def get() -> Callable[..., tuple[int, bytes]]:
    return _get
