"""Pages with numbers say what the committed results say, and the results speak of the claims as they are now."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from latebloom.claims import CLAIMS, Claim, pool
from latebloom.lab.reproduce import Reproduction

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pages_are_made_from_the_committed_results(generate: ModuleType) -> None:
    for path, text in generate.pages().items():
        assert path.read_text() == text, f"{path.name}: run `python docs/generate.py pages`"


def test_verdicts_are_of_the_claims_as_they_stand(generate: ModuleType) -> None:
    stored = {claim["id"]: claim for claim in generate.read("claims")}
    heard = [claim for claim in CLAIMS if isinstance(claim, Claim) and claim.system == "mainline"]
    assert list(stored) == [claim.id for claim in heard]
    for claim in heard:
        assert (stored[claim.id]["sentence"], stored[claim.id]["rule"]) == (claim.sentence, claim.rule)


def test_the_reproduction_is_of_the_claims_as_they_stand(generate: ModuleType) -> None:
    for stored in generate.REPRODUCTION.glob("*.json"):
        result = Reproduction.model_validate_json(stored.read_text())
        told = {claim.id: (claim.sentence, claim.rule, claim.system) for claim in result.claims}
        assert told == {claim.id: (claim.sentence, claim.rule, claim.system) for claim in CLAIMS}, stored.name
        for claim in result.claims:
            votes = [verdict.outcome for verdict in claim.by_run.values()]
            assert (claim.holds, claim.fails, claim.undecided) == tuple(
                votes.count(outcome) for outcome in ("holds", "fails", "undecided")
            )
            assert not votes or pool(claim.by_run).outcome == claim.outcome
        drawn = {Path(p.file).name for system in result.systems for p in system.pictures if p.file}
        assert drawn == {path.name for path in generate.PICTURED.glob(f"{result.budget}-*.svg")}
        assert {Path(p.file).name for p in result.sheet if p.file} <= drawn


def test_results_tell_how_they_were_made(generate: ModuleType) -> None:
    run = generate.read("summary")["run"]
    assert run["command"].startswith("latebloom train mainline --seed")
    assert run["git_commit"]
    assert {"torch", "python", "latebloom"} <= set(run["versions"])


def test_every_bit_of_a_hundred_killed_runs_was_right() -> None:
    result = json.loads((ROOT / "benchmarks" / "results" / "kill_resume.json").read_text())
    assert result["runs"] == result["runs_killed_at_least_once"] == 100
    assert result["runs_with_the_bits_of_the_unkilled_one"] == 100


def test_the_ten_lines_of_the_readme_are_python() -> None:
    code = (ROOT / "README.md").read_text().split("```python\n")[1].split("```")[0]
    compile(code, "README.md", "exec")
    assert len([line for line in code.splitlines() if line and not line.startswith("import")]) == 10
