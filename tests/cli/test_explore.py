"""`latebloom explore` as a user calls it."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest


def test_it_prints_its_address_serves_and_stops_at_ctrl_c(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "latebloom", "explore", "--runs", str(tmp_path), "--port", "0", "--no-browser"]
    with subprocess.Popen([*command, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        url = json.loads(server.stdout.readline())["url"]  # type: ignore[union-attr]
        assert url.startswith("http://127.0.0.1:")
        assert json.loads(urlopen(f"{url}api/runs").read())["runs"] == []
        listener = urlopen(f"{url}api/events")  # somebody who listens does not keep it from stopping
        server.send_signal(signal.SIGINT)
        assert (server.wait(20), server.stderr.read()) == (0, b"")  # type: ignore[union-attr]
        listener.close()


def test_help_and_wrong_use(call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, out, _ = call("explore", "--help")
    assert (status, "--no-browser" in out) == (0, True)
    assert call("explore", "--runs", tmp_path / "nowhere")[0] == 2
    (tmp_path / "file").touch()
    status, _, err = call("explore", "--runs", tmp_path / "file")
    assert (status, err.count("\n"), "expected a directory of runs" in err) == (2, 1, True)
    for port in ("-1", "65536", "web"):
        assert call("explore", "--runs", tmp_path, "--port", port)[0] == 2
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, _, err = call("explore", "--runs", tmp_path, "--port", port)
    assert (status, err.count("\n"), f"--port: got {port}, but it is in use" in err) == (2, 1, True)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    status, _, err = call("explore", "--runs", tmp_path)
    assert (status, err.count("\n"), "pip install 'latebloom[explorer]'" in err) == (2, 1, True)
