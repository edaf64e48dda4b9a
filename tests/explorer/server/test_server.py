"""The explorer's server: what it shows, what it refuses, and what it survives."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from latebloom._errors import StoreError, UsageError
from latebloom.explorer import folder, serve
from latebloom.explorer.overview import Overview
from latebloom.store import RunLock, append_rows

SECRET = b"not for the server"


@pytest.fixture
def root(tmp_path: Path, write_run) -> Path:
    """A directory of runs beside a file that must stay unseen."""
    (tmp_path / "secret.txt").write_bytes(SECRET)
    write_run(tmp_path / "runs" / "a")
    write_run(tmp_path / "runs" / "sweep" / "b")
    (tmp_path / "runs" / "a" / "notes.txt").write_bytes(SECRET)
    return tmp_path / "runs"


@pytest.fixture
def port(root: Path, serving) -> Iterator[int]:
    with serving(root) as made:
        yield made


@pytest.fixture
def listed(get) -> Callable[[int], dict[str, dict[str, object]]]:
    """The rows of the list by name."""
    return lambda port: {row["name"]: row for row in json.loads(get(port, "/api/runs")[1])["runs"]}


def test_it_serves_the_list_the_pages_and_their_data(port: int, get, listed) -> None:
    status, page = get(port, "/")
    assert (status, b'{"kind": "index"' in page) == (200, True)
    rows = listed(port)
    assert list(rows) == ["a", "sweep/b"]
    assert (rows["a"]["status"], rows["a"]["step"], rows["sweep/b"]["place"]) == ("finished", 100, "sweep")
    assert b'{"kind": "run", "name": "sweep/b"}' in get(port, "/run/sweep/b")[1]
    assert b'{"kind": "run", "name": "sweep/b"}' in get(port, "/run/sweep%2Fb")[1]
    assert get(port, "/sweep/sweep")[0] == get(port, "/compare?runs=a,sweep/b")[0] == 200
    assert get(port, "/api/run/a")[1] == b'"page of a -1"'
    assert get(port, "/api/run/a?part=complete")[1] == b'"complete of a -1"'
    assert get(port, "/api/weights/sweep/b?after=70")[1] == b'"weights of b 70"'
    curves = json.loads(get(port, "/api/curves/a")[1])
    assert (curves["step"][-1], curves["columns"]["test_loss"][0], curves["row"]["name"]) == (100, 2.0, "a")
    assert get(port, "/", method="HEAD") == (200, b"")


def test_every_answer_carries_the_strict_headers(port: int, exchange) -> None:
    for path in ("/", "/api/runs", "/nowhere"):
        head = exchange(port, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        head = head.partition(b"\r\n\r\n")[0].lower()
        assert b"content-security-policy: default-src 'none';" in head
        assert b"x-content-type-options: nosniff" in head
        assert b"access-control-allow-origin" not in head


TRAVERSAL = [
    "/run/../../secret.txt",
    "/run/..%2f..%2fsecret.txt",
    "/run/%2e%2e/%2e%2e/secret.txt",
    "/run/%252e%252e%252fsecret.txt",
    "/run/a/../../../secret.txt",
    "/run/a%00/../secret.txt",
    "/run/a%00",
    "/run/a/notes.txt",
    "/run//etc/passwd",
    "/run/%ff%fe",
    "/api/run/..",
    "/api/run/",
    "/api/curves/a/../../secret.txt",
    "/api/weights/..%5c..%5csecret.txt",
    "/api/sweep/..",
    "/api/sweep/",
    "/api/sweep/a",
    "/assets/../page.py",
    "/assets/..%2fpage.py",
    "/assets/widget.js",
    "/secret.txt",
    "/a/manifest.json",
    "//secret.txt",
]


@pytest.mark.parametrize("path", TRAVERSAL)
def test_only_listed_runs_are_opened(port: int, path: str, get) -> None:
    status, body = get(port, path)
    assert status == 404
    assert SECRET not in body


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost:80:80", ""])
def test_a_foreign_host_is_refused(port: int, host: str, get) -> None:
    assert get(port, "/api/runs", host=host)[0] in (400, 421)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9999", "[::1]:8000", "127.0.0.1:1"])
def test_names_of_this_machine_are_answered(port: int, host: str, get) -> None:
    assert get(port, "/api/runs", host=host)[0] == 200


def test_other_origins_are_refused(port: int, get) -> None:
    assert get(port, "/api/runs", "Origin: http://evil.example")[0] == 403
    assert get(port, "/api/runs", "Origin: null")[0] == 403
    assert get(port, "/api/runs", "Origin: http://127.0.0.1")[0] == 200
    assert get(port, "/api/runs", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors")[0] == 403
    follows = ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document")
    assert get(port, "/", *follows)[0] == 200
    assert get(port, "/api/runs", *follows)[0] == 403
    assert get(port, "/", *follows[:2], "Sec-Fetch-Dest: iframe")[0] == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "FROBNICATE"])
def test_it_only_shows(port: int, method: str, get) -> None:
    assert get(port, "/api/runs", method=method)[0] == 405


BROKEN = [
    b"\x16\x03\x01\x02\x00\x01\x00",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
    b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /" + b"x" * 3000 + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n" + b"x" * 100,
    b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffff\r\n",
]


@pytest.mark.parametrize("request_", BROKEN, ids=range(len(BROKEN)))
def test_broken_and_huge_requests_are_refused(port: int, request_: bytes, exchange, get) -> None:
    try:
        answer = exchange(port, request_)
    except ConnectionError:  # closed while we were still sending
        answer = b"HTTP/1.1 400 "
    assert answer[:10] == b"HTTP/1.1 4", answer[:200]
    assert get(port, "/api/runs")[0] == 200


def test_200_connections_at_once(port: int) -> None:
    async def ask(path: str) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        return answer

    async def all_at_once() -> list[bytes]:
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
        answers = await asyncio.gather(*(ask(path) for path in ("/api/runs", "/", "/run/a", "/api/run/a") * 50))
        for _, writer in idle:
            writer.close()
        return answers

    with ThreadPoolExecutor(1) as apart:  # a browser of another test may have left an event loop in this thread
        answers = apart.submit(asyncio.run, all_at_once()).result()
    assert len(answers) == 200
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)


def test_a_slow_request_is_given_up(root: Path, monkeypatch: pytest.MonkeyPatch, serving) -> None:
    monkeypatch.setattr(serve, "HEADER_SECONDS", 0.2)
    with serving(root) as port, socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(b"GET / HTT")
        assert connection.recv(100) == b""


def test_a_run_that_is_broken_is_said_to_be_so_in_place(root: Path, write_run, serving, get, listed) -> None:
    (root / "a" / "manifest.json").write_text("{ half a manif")
    write_run(root / "c")
    (root / "c" / "metrics.parquet").write_bytes(b"PAR1 and then nothing")
    with serving(root) as port:
        rows = listed(port)
        assert (rows["a"]["status"], rows["sweep/b"]["status"]) == ("damaged", "finished")
        assert "expected JSON" in str(rows["a"]["message"])
        status, body = get(port, "/api/curves/c")
        assert (status, "is damaged" in json.loads(body)["error"]) == (409, True)
        wait_until(lambda: "is damaged" in str(listed(port)["c"]["message"]))


def test_a_pipe_in_place_of_a_file_blocks_nobody(root: Path, write_run, serving, get, listed) -> None:
    for name, file in (("c", "metrics.parquet"), ("d", "manifest.json"), ("e", ".lock")):
        write_run(root / name, status="running")
        (root / name / file).unlink(missing_ok=True)
        os.mkfifo(root / name / file)
    write_run(root / "f")
    os.mkfifo(root / "f" / "checkpoints" / "step-00000000.safetensors")
    with serving(root) as port:
        rows = listed(port)
        assert [rows[name]["status"] for name in "acdef"] == ["finished", *["not opened"] * 3, "finished"]
        for name in "cdef":
            status, body = get(port, f"/api/run/{name}")
            assert (status, "not opened" in json.loads(body)["error"]) == (404, True)


def test_links_are_not_followed(root: Path, write_run, serving, get, listed) -> None:
    outside = root.parent / "outside"
    write_run(outside)
    (root / "linked").symlink_to(outside, target_is_directory=True)
    write_run(root / "c")
    (root / "c" / "measures.parquet").symlink_to(root.parent / "secret.txt")
    (root / "loop").symlink_to(root, target_is_directory=True)
    with serving(root) as port:
        rows = listed(port)
        assert list(rows) == ["a", "c", "linked", "sweep/b"]
        assert rows["linked"]["status"] == rows["c"]["status"] == "not opened"
        assert get(port, "/api/run/linked")[0] == get(port, "/api/curves/c")[0] == 404


def test_runs_may_vanish_while_they_are_listed(root: Path, write_run) -> None:
    overview, stop = Overview(root), threading.Event()

    def churn() -> None:
        while not stop.is_set():
            write_run(root / "comes", rows=3)
            shutil.rmtree(root / "comes", ignore_errors=True)

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(100):
            overview.refresh()
            overview.read_curves()
    finally:
        stop.set()
        thread.join()
    overview.refresh()
    assert [row.name for row in overview.changes().rows] == ["a", "sweep/b"]


def test_many_runs_are_listed_at_little_cost(root: Path) -> None:
    first = root / "a"
    for index in range(300):
        shutil.copytree(first, root / "many" / f"run-{index}")
    overview = Overview(root)
    overview.refresh()
    began = time.monotonic()
    overview.refresh()
    assert time.monotonic() - began < 0.5  # some 10 ms on an idle machine
    assert len(overview.changes().rows) == 302
    assert overview.changes(overview.revision).rows == []


def test_changes_arrive_as_events(root: Path, write_run, serving) -> None:
    directory = write_run(root / "live", status="running")
    with RunLock(directory.path), serving(root) as port, Events(port, "run=live&after=100") as events:
        assert events.next("changes")["runs"][0]["status"] == "running"
        rows = [{"step": 110, "train_loss": float("nan"), "test_loss": 1.5}]
        directory.write_table("metrics", append_rows(directory.read_table("metrics"), rows))
        points = events.next("points")
        assert (points["step"], points["columns"]) == ([110], {"train_loss": [None], "test_loss": [1.5]})
        shutil.rmtree(directory.path)
        assert events.until(lambda seen: seen.get("removed") == ["live"])


def test_the_list_hears_of_new_runs_and_of_outcomes(root: Path, write_run, serving, listed) -> None:
    with serving(root, lambda what, path, argument: b'"grokked"') as port, Events(port, "") as events:
        write_run(root / "new")
        assert events.until(lambda seen: any(run["name"] == "new" for run in seen["runs"]))
        assert events.until(lambda seen: any(run["outcome"] == "grokked" for run in seen["runs"]))
        wait_until(lambda: listed(port)["new"]["curves"] is not None)
        assert listed(port)["new"]["curves"]["step"][-1] == 100  # type: ignore[index]


def test_a_killed_run_is_not_in_training_for_ever(root: Path, write_run) -> None:
    directory = write_run(root / "killed", status="running")
    overview = Overview(root)
    with RunLock(directory.path):
        overview.refresh()
        assert overview.row("killed").status == "running"  # type: ignore[union-attr]
    overview.refresh()
    assert overview.row("killed").status == "interrupted"  # type: ignore[union-attr]


def test_an_answer_is_made_once_for_all_who_wait(root: Path, serving, get) -> None:
    asked = []

    def slow(what: str, path: Path, argument: int = -1) -> bytes:
        asked.append(what)
        time.sleep(0.3)
        return b"{}"

    with serving(root, slow=slow) as port:
        threads = [threading.Thread(target=get, args=(port, "/api/run/a?part=complete")) for _ in range(10)]
        for thread in threads:
            thread.start()
        assert get(port, "/api/run/a")[1] == b'"page of a -1"'  # it does not wait for the slow ones
        for thread in threads:
            thread.join()
    assert asked == ["complete"]


def test_a_failing_answer_is_one_line(root: Path, serving, get) -> None:
    def fails(what: str, path: Path, argument: int = -1) -> bytes:
        raise StoreError("the disk\nis gone") if what == "page" else ZeroDivisionError

    with serving(root, fails) as port:
        assert get(port, "/api/run/a") == (503, b'{"error": "the disk is gone"}')
        assert get(port, "/api/phases/a") == (500, b'{"error": "latebloom failed: ZeroDivisionError"}')


def test_names_that_cannot_be_printed_are_left_out(root: Path, write_run) -> None:
    write_run(root / "new\nline")
    assert sorted(folder.find(root)) == ["a", "sweep/b"]


def test_ports() -> None:
    sockets = serve.listen(0)
    taken = sockets[0].getsockname()[1]
    assert {made.getsockname()[0] for made in sockets} <= {"127.0.0.1", "::1"}
    with pytest.raises(UsageError, match=f"--port: got {taken}, but it is in use"):
        serve.listen(taken)
    for made in sockets:
        made.close()


def test_the_server_loads_no_torch() -> None:
    code = (
        "import sys, latebloom.lab.serving.explore, latebloom.explorer.serve;"
        "latebloom.explorer.serve.make_server(sys.argv[1], None, None);"
        "sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, "."], check=True)


class Events:
    """Reads server-sent events."""

    def __init__(self, port: int, query: str) -> None:
        self._connection = socket.create_connection(("127.0.0.1", port), 30)
        self._connection.sendall(f"GET /api/events?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        self._lines = self._connection.makefile("rb")

    def __enter__(self) -> "Events":
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._connection.close()

    def next(self, kind: str) -> dict:
        """The next event of this kind."""
        wanted = False
        for line in self._lines:
            if line.startswith(b"event: "):
                wanted = line.split()[1] == kind.encode()
            elif line.startswith(b"data: ") and wanted:
                return json.loads(line[6:])
        raise AssertionError(f"no more events, expected {kind}")

    def until(self, holds) -> dict:
        """The first "changes" for which this holds."""
        while not holds(seen := self.next("changes")):
            pass
        return seen


def wait_until(holds, seconds: float = 20.0) -> None:
    """Wait until this holds."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.1)
