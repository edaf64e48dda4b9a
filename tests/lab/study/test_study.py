"""Studies: each runs from end to end in small, answers from stored records alone, and only runs made for its rules
decide."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from latebloom.claims import CLAIMS, Results
from latebloom.cli.main import main
from latebloom.lab.study import freeze, judge_study, latest, read_rules, study, study_runs
from latebloom.lab.study.rules import content
from latebloom.studies import QUESTIONS, STUDIES, Study, Then
from latebloom.sweeps.spec import Spec

ROOT = Path(__file__).parents[3]
STORED = ROOT / "results" / "studies"


def shortened(spec: Spec) -> Spec:
    """The first point of a sweep with a few steps."""
    grid = {name: values[:1] for name, values in spec.grid.items()}
    return spec.model_copy(
        update={"seeds": spec.seeds[:1], "grid": grid, "settings": (*spec.settings, "--training.steps", "3")}
    )


def in_small(name: str, monkeypatch: pytest.MonkeyPatch) -> Study:
    """The study with one short run of each sweep of its quick budget, and few sums where it looks at sums of digits."""
    monkeypatch.setattr("latebloom.studies.carry_paths.SAMPLED", 256)
    small = replace(
        STUDIES[name], runs={"quick": [shortened(spec) for spec in STUDIES[name].runs["quick"]], "full": ()}
    )
    monkeypatch.setitem(STUDIES._things, name, small)
    return small


@pytest.mark.parametrize("name", list(STUDIES))
def test_a_study_runs_in_small_and_resumes_from_its_records(name, tmp_path, monkeypatch):
    asked, results = in_small(name, monkeypatch), Results(tmp_path / "q")
    found, problem = study(name, "quick", tmp_path, workers=1, quiet=True, results=results)
    assert problem is None
    assert found.runs == found.asked == len({json.dumps(spec.model_dump()) for spec in asked.runs["quick"]})
    assert all(one.state in ("undecided", "not measured") for one in found.claims), "one run decides nothing"
    assert re.match("The hypothesis is (undecided|not measured yet): ", found.answer)
    assert asked.hypothesis in found.answer
    stored = (tmp_path / "q" / f"{name}.jsonl").read_bytes()
    again, _ = study(name, "quick", tmp_path / "elsewhere", workers=1, quiet=True, results=results)
    assert again == found
    assert (tmp_path / "q" / f"{name}.jsonl").read_bytes() == stored


@pytest.mark.parametrize("name", list(STUDIES))
def test_a_study_says_what_it_asks_and_how_it_decides(name):
    asked = STUDIES[name]
    texts = (asked.title, asked.question, asked.place, asked.hypothesis, asked.design, asked.control, asked.power)
    assert all(texts)
    assert asked.changes
    assert asked.claims, "a study without a rule answers nothing"
    assert all(claim.system == f"study-{name}" for claim in asked.claims)
    assert len(set(asked.runs)) == 2
    assert all(seed >= 100 for specs in asked.runs.values() for spec in specs for seed in spec.seeds)


@pytest.mark.parametrize("name", [name for name in STUDIES if (STORED / f"{name}.jsonl").exists()])
def test_stored_runs_are_younger_than_the_rules_and_the_rules_stand(name):
    rules = read_rules(STUDIES[name], STORED)
    assert rules is not None, "freeze the rules before the runs"
    found = judge_study(STUDIES[name], "quick", Results(STORED))
    assert found.rules_stand, "the rules changed: freeze them anew before the next runs"
    records = Results(STORED).read(name)
    assert all(record.created is not None and record.created > rules.frozen for record in records)


def test_runs_that_follow_from_others_are_trained_once_those_are_measured(tmp_path, monkeypatch):
    name = next(iter(STUDIES))
    first, results = in_small(name, monkeypatch), Results(tmp_path / "q")
    spec = first.runs["quick"][0]

    def next_seed(records):
        return [spec.model_copy(update={"seeds": (record.seed + 1,)}) for record in records]

    whole = replace(first, runs={"quick": [spec], "full": ()}, then=Then("the next seed", next_seed))
    monkeypatch.setitem(STUDIES._things, name, whole)
    found, problem = study(name, "quick", tmp_path, workers=1, quiet=True, results=results)
    assert problem is None
    assert [record.seed for record in results.read(name)] == [spec.seeds[0], spec.seeds[0] + 1]
    assert found.runs == found.asked == 2
    assert content(whole)["then"] == "the next seed"
    assert "then" not in content(first)


def test_only_runs_made_for_the_rules_decide(tmp_path, monkeypatch):
    name = next(iter(STUDIES))
    asked, results = in_small(name, monkeypatch), Results(tmp_path / "q")
    study(name, "quick", tmp_path, workers=1, quiet=True, results=results)
    freeze(asked, results.path)
    assert judge_study(asked, "quick", results).runs == 0
    after = replace(asked, then=Then("the same again", lambda records: asked.runs["quick"] if records else ()))
    freeze(after, results.path)
    assert len(study_runs(after, "quick", results).entry.specs) == len(asked.runs["quick"])


def test_every_question_of_the_write_up_points_to_claims_and_studies_that_exist():
    assert {name for question in QUESTIONS for name in question.claims} <= set(CLAIMS)
    assert {name for question in QUESTIONS for name in question.studies} <= set(STUDIES)
    assert all(question.studies or question.claims or question.outside for question in QUESTIONS)


def test_the_command_says_what_is_wrong(capsys):
    assert main(["study", "ticket"]) == 2
    assert re.search(r"got 'ticket', expected one of .*tickets", capsys.readouterr().err)


def test_rules_are_not_frozen_in_a_folder_that_cannot_be_made(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main(["study", "lottery", "--freeze", "--results", str(tmp_path / "file" / "rules")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_list_counts_verdicts_of_the_stored_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(STUDIES, "_things", {"lottery": STUDIES["lottery"]})
    assert main(["studies"]) == 0
    shown = re.split(r"\s{2,}", capsys.readouterr().out.splitlines()[-1].strip())
    result = latest(STUDIES["lottery"], Results(STORED))
    assert [shown[0], shown[2], shown[4]] == ["lottery", result.claims[0].state, f"{result.runs} of {result.asked}"]
    counted = {text.partition(" ")[2][:4]: int(text.partition(" ")[0]) for text in shown[3].split(", ")}
    assert counted == Counter(claim.state[:4] for claim in result.claims)


def test_the_command_shows_below_the_answer_what_it_does_not_show(capsys):
    assert main(["study", "lottery", "--stored", "--results", str(STORED)]) == 0
    answer, caveats = capsys.readouterr().out.splitlines()[1:3]
    assert answer.partition("  ")[0] == "answer"
    assert caveats.startswith(f"what this does not show  {STUDIES['lottery'].caveats[:40]}")
