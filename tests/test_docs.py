"""The pages hold the numbers of the committed results, and the results are about the claims as they stand."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import generate
import pytest
from pages.demo import read_summary
from pages.keep import judged_claims
from pages.paths import DRAWINGS
from pages.reproduction import read_results
from pages.settings import memorised
from pages.settings_runs import stored_records, study
from pages.studies import question_state
from pages.templating import cell

import latebloom as lb
from latebloom._registry import Registry
from latebloom.claims import State
from latebloom.models import TransformerConfig
from latebloom.phases.outcome import MARGIN
from latebloom.studies import Question
from latebloom.tasks import ModularTask
from latebloom.training.settings import SECTIONS

ROOT = Path(__file__).parent.parent
PAGES = generate.pages()


@pytest.fixture(autouse=True)
def own_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the tasks, models and optimisers of other tests, which stay registered in this process."""
    for section in SECTIONS.values():
        if isinstance(section.known, Registry):
            own = {name: one for name, one in section.known.items() if is_own(one)}
            monkeypatch.setattr(section.known, "_things", own)


def is_own(part: Any) -> bool:
    """Of a class, or of an optimiser by the function that builds it."""
    return (part if isinstance(part, type) else part.build).__module__.partition(".")[0] == "latebloom"


@cache
def made(path: Path) -> str:
    """The text of a page as it follows from the results."""
    return PAGES[path]()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_follows_from_the_committed_results(path: Path) -> None:
    assert path.read_text() == made(path), f"{path.name}: run `python docs/generate.py pages`"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_rows_of_a_table_have_as_many_cells_as_its_header(path: Path) -> None:
    for table in re.findall(r"(?:^\|.*\|\n)+", made(path), re.MULTILINE):
        cells = [len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()]
        assert len(set(cells)) == 1, table.splitlines()[cells.index(next(n for n in cells if n != cells[0]))]


def test_a_cell_is_one_line_without_bars() -> None:
    assert cell("|x|\n= 1") == "\\|x\\| = 1"


def alike(one: Any, other: Any) -> bool:
    """Whether two documents are equal, their numbers up to rounding, which differs between processors."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-9, abs=1e-12, nan_ok=True)
    return bool(one == other)


def test_stored_verdicts_follow_from_the_stored_records() -> None:
    for result in read_results():
        claims = judged_claims(result.budget)
        stored, follow = ([claim.model_dump() for claim in some] for some in (result.claims, claims))
        assert alike(stored, follow), f"{result.budget}: run `python docs/generate.py verdicts`"
        drawn = {Path(p.file).name for system in result.systems for p in system.pictures if p.file}
        assert drawn == {path.name for path in DRAWINGS.glob(f"{result.budget}-*.svg")}
        assert {Path(p.file).name for p in result.sheet if p.file} <= drawn


def test_a_claim_that_is_not_measured_names_the_command_that_measures_it() -> None:
    for claim in (claim for result in read_results() for claim in result.claims):
        assert (claim.state == "not measured") == (claim.command is not None)


@pytest.mark.parametrize(
    ("states", "left", "state"),
    [
        (("holds", "fails"), "", ("answered", "")),
        (("holds", "fails"), "which", ("partly", "which")),
        (("holds", "undecided"), "", ("partly", "1 claim undecided")),
        (("undecided", "not measured"), "", ("undecided", "1 claim undecided; 1 claim not measured")),
        (("not measured", "not measured"), "", ("not yet", "2 claims not measured")),
    ],
)
def test_a_question_is_answered_where_every_claim_on_it_is_decided(
    states: tuple[State, ...], left: str, state: tuple[str, str]
) -> None:
    assert question_state(Question("?", studies=("one",), left=left), states, 0) == state


def test_a_question_on_contestants_waits_for_their_runs() -> None:
    asked = Question("?", contestants=("adamw", "lion"))
    assert question_state(asked, (), 0) == ("not yet", "2 contestants not trained")
    assert question_state(asked, (), 1) == ("partly", "1 contestant not trained")
    assert question_state(asked, (), 2) == ("answered", "")


def test_results_state_how_they_were_made() -> None:
    run = read_summary().run
    assert run.command.startswith("latebloom train mainline --seed")
    assert run.git_commit
    assert {"torch", "python", "latebloom"} <= set(run.versions)


def stored(name: str) -> Any:
    return json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text())


def test_no_kill_fault_or_mutation_of_the_stored_results_did_harm() -> None:
    kills, faults, chaos, fuzz = map(stored, ("kill_resume", "fault_injection", "chaos_sweep", "fuzz"))
    assert kills["wrong"] == faults["wrong"] == fuzz["shown"] == []
    assert all(one["equal"] == one["repeats"] > 0 for one in kills["commands"].values())
    assert chaos["lost"] == chaos["doubled_or_strange"] == chaos["different"] == fuzz["faults"] == 0
    assert sum(fuzz["kinds"].values()) == fuzz["tries"]


def test_the_ten_lines_of_the_readme_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny) -> None:
    code = (ROOT / "README.md").read_text().split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lb.recipes, "small", lambda seed: tiny(20))
    exec(compile(code.replace("step=1000", "step=10"), "README.md", "exec"), {})
    assert len([line for line in code.splitlines() if line and not line.startswith("import")]) == 10


def test_the_study_of_settings_covers_every_later_setting_and_is_complete() -> None:
    rows, stored = study(), stored_records()
    text = " ".join(row.settings for row in rows)
    fields = [f"model.{name}" for name in TransformerConfig.later_fields]
    fields += [f"task.{name}" for name in ModularTask.later_fields]
    assert [field for field in [*fields, "training.loss"] if field not in text] == []
    assert all(len(row.records(stored)) == len(row.jobs()) for row in rows)


def test_learned_nothing_means_what_the_page_of_settings_says() -> None:
    (row,) = [one for one in study() if one.settings == "--training.loss mse"]
    runs = zip(row.jobs(), row.records(stored_records()), strict=True)
    nothing = [(job, record) for job, record in runs if record.value("outcome") == "learned nothing"]
    assert nothing
    for job, record in nothing:
        assert record.value("train_learned_at") is record.value("test_learned_at") is None
        assert record.value("final_test_accuracy") <= memorised(job.experiment) + MARGIN
