"""The contest: choosing settings, verdicts on planted records, frozen rules, and a contest from end to end in small."""

import json
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path

import pytest

from latebloom._errors import UsageError
from latebloom.claims import Measurement, Record, Results
from latebloom.cli.main import main
from latebloom.lab.compare import BASELINE, CONTESTANTS, Contestant, compare, freeze, judge_comparison, read_rules
from latebloom.lab.compare.arms import QUANTITIES, Arms, learned_at, run_identity, times
from latebloom.lab.compare.course import COURSES, EXTENTS, RECIPE, Course, Extent
from latebloom.lab.compare.rules import content
from latebloom.recipes.settings import experiment_of

ROOT = Path(__file__).parents[3]
COURSE, QUICK = COURSES[0], EXTENTS["quick"]
NOW = datetime(2030, 1, 1, tzinfo=UTC)
OTHERS = ("muon", "grokfast-ema")


def record(point, seed: int, step: float, accuracy: float = 1.0, **more) -> Record:
    """A finished run that learned its test set at a step (inf: never), with that final test accuracy."""
    values = dict.fromkeys(QUANTITIES, 0.0) | {"final_test_accuracy": accuracy, "last_step": 1500.0}
    quantities = {name: Measurement(value=value) for name, value in values.items()}
    quantities["outcome"] = Measurement(value="memorised" if step == inf else "grokked")
    quantities["test_learned_at"] = Measurement(reason="never", never=True) if step == inf else Measurement(value=step)
    fields = {"run": f"run-{seed}", "seed": seed, "status": "finished", "step": 1500, "seconds": 30.0}
    fields |= {"created": NOW, "date": NOW, "quantities": quantities, "identity": run_identity(tuple(point), seed)}
    experiment = experiment_of(RECIPE, seed, point).model_dump(mode="json")
    return Record(**fields | {"experiment": experiment} | more)


def tuned(name: str, steps, accuracies=(1.0,) * 6, **more) -> list[Record]:
    """Tuning runs at each point of a contestant's grid, alike for all seeds."""
    points = list(Arms(COURSE, QUICK, []).tuning_spec(CONTESTANTS[name]).points())
    return [
        record(point, seed, *one, **more) for seed in QUICK.tuning for point, *one in zip(points, steps, accuracies)
    ]


def fresh(name: str, steps, point: int = 0, **more) -> list[Record]:
    """A run with each fresh seed, at one point of the grid."""
    points = list(Arms(COURSE, QUICK, []).tuning_spec(CONTESTANTS[name]).points())
    return [record(points[point], seed, step, **more) for seed, step in zip(QUICK.fresh, steps)]


def planted(step: float, factor: float, **more) -> list[Record]:
    """AdamW learns around a step, the others that many times sooner, everyone at the first point of the grid."""
    spread = (0.9, 0.95, 1.0, 1.05, 1.1)
    records = []
    for name, middle in {BASELINE: step, **dict.fromkeys(OTHERS, step / factor)}.items():
        records += tuned(name, [100.0] + [inf] * 5) + fresh(name, [middle * one for one in spread], **more)
    return records


def judged(folder: Path, records) -> dict[str, str]:
    Results(folder).add(COURSE.name, records)
    return {one.id: one.state for one in judge_comparison("quick", Results(folder)).statements}


def test_the_setting_with_the_least_median_step_is_chosen_and_ties_go_to_accuracy():
    contestant = CONTESTANTS[BASELINE]
    points = list(Arms(COURSE, QUICK, []).tuning_spec(contestant).points())

    def choice(*arguments):
        return list(Arms(COURSE, QUICK, tuned(BASELINE, *arguments)).chosen(contestant))

    assert choice([900, 500, inf, 700, inf, 600]) == points[1]
    assert choice([inf] * 6, [0.1, 0.2, 0.3, 0.9, 0.5, 0.2]) == points[3]
    incomplete = Arms(COURSE, QUICK, tuned(BASELINE, [900] * 6)[:-1])
    assert incomplete.chosen(contestant) is None
    assert incomplete.fresh_spec(contestant) is None


def test_a_run_that_diverged_never_learns_and_counts_to_its_planned_end():
    point = next(Arms(COURSE, QUICK, []).tuning_spec(CONTESTANTS[BASELINE]).points())
    lost = record(point, 0, 300.0, status="diverged")
    assert learned_at(lost) == inf
    assert times([lost]).step.tolist() == [1500]
    assert not times([lost]).generalised[0]


def test_every_contestant_has_the_same_budget():
    sizes = {len(Arms(COURSE, QUICK, []).tuning_spec(one)) for one in CONTESTANTS.values() if not one.published}
    assert sizes == {6 * len(QUICK.tuning)}
    with pytest.raises(UsageError, match="got a grid of 2 settings, expected 6"):
        Contestant("greedy", "Greedy", "nobody", grid={"optimiser.lr": ("0.1", "0.2")})


def test_a_planted_speed_up_is_found_and_none_is_found_where_there_is_none(tmp_path):
    faster = judged(tmp_path / "a", planted(600, 2.0))
    assert faster["muon-sooner"] == "holds"
    assert faster["muon-no-advantage"] == faster["grokfast-ema-no-advantage"] == "fails"
    alike = judged(tmp_path / "b", planted(600, 1.0))
    assert alike["muon-no-advantage"] == "holds"
    assert alike["muon-as-much"] == "fails"
    assert alike["muon-sooner"] == alike["grokfast-ma-published-sooner"] == "undecided"
    slower = judged(tmp_path / "c", planted(600, 0.5))
    assert slower["muon-sooner"] == "fails"


def test_a_contestant_that_never_learns_has_no_advantage(tmp_path):
    records = tuned(BASELINE, [100.0] + [inf] * 5) + fresh(BASELINE, [500.0, 550.0, 600.0, 650.0, 700.0])
    records += tuned("muon", [inf] * 6) + fresh("muon", [inf] * 5)
    found = judged(tmp_path, records)
    assert (found["muon-no-advantage"], found["muon-sooner"]) == ("holds", "fails")


def test_a_tuning_run_that_diverged_takes_no_verdict_away(tmp_path):
    records = planted(600, 2.0)
    last = next(
        i for i, one in reversed(list(enumerate(records))) if one.seed == 0 and one.setting("optimiser.name") == "muon"
    )
    records[last] = records[last].model_copy(update={"status": "diverged"})
    assert judged(tmp_path, records)["muon-sooner"] == "holds"


def test_the_row_of_a_contestant_follows_from_its_runs(tmp_path):
    steps = [400.0, 500.0, 600.0, inf, inf]
    Results(tmp_path).add(COURSE.name, tuned(BASELINE, [100.0] + [inf] * 5) + fresh(BASELINE, steps))
    row = judge_comparison("quick", Results(tmp_path)).rows[0]
    assert (row.contestant, row.runs, row.tuning_runs) == (BASELINE, 5, 12)
    assert row.median_step.value == 600
    assert row.never.value == pytest.approx(2 / 5)
    assert row.tuned.value == pytest.approx(1 / 6)
    # Half of the five runs have learned by step 600 of 1500, in 30 seconds for the whole run.
    assert row.median_seconds.value == pytest.approx(12)
    assert row.by_rate == {"0.003": 100.0, "0.01": None, "0.03": None}


def test_only_runs_made_for_the_frozen_rules_decide(tmp_path):
    rules = freeze(tmp_path)
    assert rules.stands(content())
    assert freeze(tmp_path) == rules == read_rules(tmp_path)
    earlier = rules.frozen - timedelta(seconds=1)
    assert judged(tmp_path, planted(600, 2.0, created=earlier))["muon-sooner"] == "undecided"
    other = tmp_path / "other"
    freeze(other)
    assert judged(other, planted(600, 2.0))["muon-sooner"] == "holds"


def test_the_committed_rules_are_those_of_the_code_and_older_than_the_runs():
    folder = ROOT / "results" / "compare"
    rules = read_rules(folder)
    assert rules is not None
    assert rules.stands(content()), "the rules changed: freeze them anew before the next runs"
    stored = [one for course in COURSES for one in Results(folder).read(course.name)]
    assert all(one.created is not None and one.created > rules.frozen for one in stored)


@pytest.fixture
def tiny_contest(monkeypatch: pytest.MonkeyPatch) -> None:
    """One course of a few steps, and a fresh seed or two."""
    shape = ("--model.d_model", "8", "--model.n_heads", "2", "--model.d_head", "4", "--model.d_mlp", "8")
    course = Course("tiny", "x + y mod 5", (*shape, "--task.p", "5", "--data.fraction", "0.6"), steps=10)
    monkeypatch.setitem(EXTENTS, "quick", Extent((course,), range(1), range(100, 102)))


def test_a_contest_from_end_to_end_stores_every_run_and_resumes(tiny_contest, tmp_path, capsys):
    arguments = ["compare", "--runs", str(tmp_path), "--results", str(tmp_path / "stored"), "--workers", "1", "--quiet"]
    assert main([*arguments, "--only", "lion"]) == 0
    shown = capsys.readouterr().out
    assert "lion" in shown
    assert "8 of" in shown.split("runs ")[-1]
    stored = Results(tmp_path / "stored").read("tiny")
    assert sorted(one.seed for one in stored) == [0] * 6 + [100, 101]
    assert all(one.command.startswith("latebloom sweep small --seeds") for one in stored)
    said: list[str] = []
    result, stopped = compare(
        "quick", tmp_path / "elsewhere", ["lion"], 1, True, said.append, Results(tmp_path / "stored")
    )
    assert stopped is None
    assert result.runs == 8
    assert not any("measuring" in line for line in said)


def test_a_dry_run_counts_the_fresh_runs_of_a_contestant_before_its_setting_is_known(tiny_contest, tmp_path, capsys):
    assert main(["compare", "--runs", str(tmp_path), "--dry-run", "--json", "--only", "lion", "--workers", "1"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["stage"], row["runs"], row["left"]) for row in rows] == [("tuning", 6, 6), ("fresh seeds", 2, 2)]
    assert all(row["seconds_at_most"] > 0 for row in rows)
    assert not (tmp_path / "compare").exists()


def test_an_unknown_contestant_is_refused_in_one_line(tmp_path, capsys):
    assert main(["compare", "--runs", str(tmp_path), "--only", "adamx"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("latebloom: contestant: got 'adamx', expected one of adamw, adam-l2")
    assert error.count("\n") == 1
