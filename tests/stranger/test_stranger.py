"""A stranger's package, installed through an entry point: every part is used by every command and verb.

The commands run in another process, so the stranger's parts are not registered in the process of the tests.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent

JUDGED = (0, 1)
"""Exit statuses of `latebloom claims`: 1 where a claim fails."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory, with the package installed beside it: its code by a link, and its entry point."""
    home = tmp_path_factory.mktemp("stranger")
    site, work = home / "site", home / "work"
    info = site / "parity_lab-1.0.dist-info"
    info.mkdir(parents=True)
    work.mkdir()
    (site / "parity_lab").symlink_to(HERE / "parity_lab")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: parity-lab\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[latebloom]\nparity_lab = parity_lab\n")
    return work


@pytest.fixture(scope="module")
def environment(place: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(place.parent / "site"), "LATEBLOOM_IMPORT": ""}


SERVE = """
import contextlib, io, json, sys
from latebloom.cli import main

if __name__ == "__main__":
    for line in sys.stdin:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(json.loads(line))
        print(json.dumps([status, out.getvalue(), err.getvalue()]), flush=True)
"""


@pytest.fixture(scope="module")
def call(place: Path, environment: dict[str, str]) -> Iterator[Callable[..., str]]:
    """Run a command in the working directory; its standard output. One process, since starting one takes seconds."""
    script = place.parent / "serve.py"
    script.write_text(SERVE)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, script], cwd=place, env=environment, **pipes) as process:

        def run(*arguments: str, status: tuple[int, ...] = (0,)) -> str:
            process.stdin.write(json.dumps(arguments) + "\n")
            process.stdin.flush()
            found, out, err = json.loads(process.stdout.readline())
            assert found in status, out + err
            return out

        yield run
        process.stdin.close()


@pytest.fixture(scope="module")
def trained(call) -> dict[str, object]:
    """The run of the stranger's recipe, with the stranger's task and optimiser."""
    return json.loads(call("train", "parity", "--name", "p", "--optimiser.interpolation", "0.8", "--json"))


def test_parts_of_an_installed_package_are_listed(call) -> None:
    assert "hidden_parity" in call("tasks")
    assert "twice_then_add" in call("tasks")
    assert "parity" in json.loads(call("recipes", "--json"))
    assert "parity-by-hidden-bits" in call("claims")
    assert "--optimiser.interpolation" in call("train", "--help")


def test_a_run_is_trained_stored_and_opened(call, trained, place: Path) -> None:
    manifest = json.loads((place / "runs" / "p" / "manifest.json").read_text())
    assert trained["status"] == "finished"
    assert manifest["experiment"]["optimiser"]["interpolation"] == 0.8
    assert manifest["classes"]["task"] == "parity_lab.task:HiddenParity"
    assert "p" in [run["run"] for run in json.loads(call("runs", "--json"))]


def test_it_resumes_bit_identically(call, place: Path) -> None:
    call("train", "parity", "--name", "whole", "--steps", "40", "--quiet")
    call("train", "parity", "--name", "parts", "--steps", "20", "--quiet")
    call("train", "parity", "--name", "parts", "--steps", "40", "--quiet")
    files = [place / "runs" / name / "checkpoints" / "step-00000040.safetensors" for name in ("whole", "parts")]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_it_is_measured_explained_judged_drawn_and_reported(call, trained, place: Path) -> None:
    call("measure", "p")
    explanation = json.loads(call("explain", "p", "--json"))
    assert len(explanation["influence"]) == 6
    verdicts = json.loads(call("claims", "p", "--json", status=JUDGED))
    assert verdicts["p"]["parity-by-hidden-bits"]["outcome"] in ("holds", "fails")
    call("figure", "bit-influence", "p", "--out", "bits.svg")
    assert (place / "bits.svg").read_bytes().startswith(b"<?xml")
    call("report", "p", "--static")
    page = (place / "runs" / "p" / "report-static.html").read_text()
    assert 'id="figure-bit-influence"' in page
    assert "the parity of the first few of them is asked" in page


def test_it_is_swept_in_worker_processes(call) -> None:
    call("sweep", "parity", "--steps", "10", "--grid", "task.hidden=1,2", "--seeds", "0:2", "--name", "s", "--quiet")
    rows = json.loads(call("table", "s", "--json"))
    assert [row["status"] for row in rows] == ["finished"] * 4
    assert {row["task.hidden"] for row in rows} == {1, 2}


def test_an_operation_gets_everything_that_modular_tasks_have(call) -> None:
    call("train", "parity_lab.recipes:affine", "--name", "a", "--quiet")
    call("measure", "a")
    assert json.loads(call("explain", "a", "--json"))["task"] == "twice_then_add"
    assert "embedding-sparse" in json.loads(call("claims", "a", "--json", status=JUDGED))["a"]
    call("report", "a")


def test_everything_works_from_python(place: Path, environment: dict[str, str], trained) -> None:
    script = """
import latebloom as lb
run = lb.open_run("p")
assert lb.measure("p").series("bit_influence.0").value.shape == (4,)
assert lb.explain(run).rows()[0] == ("task", "hidden_parity")
assert "parity-by-hidden-bits" in lb.judge("p")
assert lb.figure("bit-influence", run).svg.startswith("<?xml")
assert lb.report(run).exists()
assert lb.train(lb.recipe("parity", 0).with_settings({"training.steps": 5}), "q", quiet=True).status == "finished"
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=place, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_without_the_package_a_run_names_the_module_to_import(place: Path, trained: dict[str, object]) -> None:
    command = [sys.executable, "-m", "latebloom", "explain", "p"]
    bare = {**os.environ, "PYTHONPATH": "", "LATEBLOOM_IMPORT": ""}
    done = subprocess.run(command, cwd=place, env=bare, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "parity_lab.task:HiddenParity" in done.stderr
    assert "--import parity_lab.task" in done.stderr
