"""Frozen rules: what dates a rule anew, which runs count for it, and what becomes of the others."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from latebloom._errors import UsageError
from latebloom.claims import CLAIMS, Measurement, Record, Results, SweepClaim, much_data, operations
from latebloom.claims.record import FIRST_SEED
from latebloom.lab.reproduce import changed_rules, freeze, judge_stored, read_rules
from latebloom.lab.reproduce.catalogue import catalogue
from latebloom.lab.reproduce.judge import Standard, judge_system
from latebloom.store import identity
from latebloom.training import Experiment

ROOT = Path(__file__).parents[3]
NOW, LATER = datetime(2026, 11, 28, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
GROKS = CLAIMS["groks"]


def record(seed: int, created: datetime | None) -> Record:
    """A finished mainline run on which every quantity is measured, and undefined."""
    experiment = Experiment().with_seed(seed).model_dump(mode="json")
    names = {name for claim in CLAIMS.values() if claim.system == "mainline" for name in claim.quantities}
    return Record(
        identity=identity(experiment), run=f"run-{seed}", experiment=experiment, seed=seed, status="finished",
        created=created, date=LATER, quantities={name: Measurement(reason="unknown") for name in names},
    )  # fmt: skip


def test_the_rules_in_the_code_are_the_frozen_ones() -> None:
    rules = read_rules(ROOT / "results" / "rules.json")
    if rules is None:
        pytest.skip("no rules are frozen yet")
    changed = changed_rules(rules)
    assert not changed, f"{changed}: run `python docs/generate.py freeze`, which dates these rules anew"


def test_only_a_changed_rule_is_dated_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rules.json"
    first = freeze(file, NOW)
    assert (set(first.rules), changed_rules(first)) == (set(CLAIMS), [])
    assert freeze(file, LATER) == first == read_rules(file)
    monkeypatch.setattr(type(GROKS), "rule", property(lambda claim: f"{claim.id}: another rule"))
    kept = [name for name, claim in CLAIMS.items() if isinstance(claim, SweepClaim)]
    second = freeze(file, LATER)
    assert {name for name, rule in second.rules.items() if rule.frozen == NOW} == set(kept)
    assert second.hash != first.hash
    old = next(one for one in second.earlier if one.id == "groks")
    assert (old.hash, old.frozen, old.replaced) == (first.rules["groks"].hash, NOW, LATER)


def test_another_way_of_judging_dates_all_rules_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = freeze(tmp_path / "rules.json", NOW)
    monkeypatch.setattr("latebloom.lab.reproduce.rules.JUDGING", "by lot")
    assert changed_rules(first) == list(CLAIMS)
    second = freeze(tmp_path / "rules.json", LATER)
    assert {rule.frozen for rule in second.rules.values()} == {LATER}
    assert len(second.earlier) == len(first.earlier) + len(CLAIMS)


def test_history_of_another_form_is_named(tmp_path: Path) -> None:
    (tmp_path / "history").mkdir()
    for text, place in (("[]", "the file"), ('{"date": "2026-01-01", "claims": [{"id": 3}]}', r"claims\.0\.id")):
        (tmp_path / "history" / "reproduction-full-2026-01-01.json").write_text(text)
        with pytest.raises(UsageError, match=rf"2026-01-01\.json: {place}: .* expected a stored result"):
            judge_stored("full", Results(tmp_path / "quantities"))


def test_a_file_of_another_form_is_named(tmp_path: Path) -> None:
    (tmp_path / "rules.json").write_text('{"format": 1}')
    with pytest.raises(UsageError, match=r"rules\.json: judging: .*docs/generate\.py freeze"):
        read_rules(tmp_path / "rules.json")


def test_only_new_runs_with_new_seeds_count(tmp_path: Path) -> None:
    rules = freeze(tmp_path / "rules.json", NOW)
    rule, after = rules.rules["groks"], NOW + timedelta(hours=1)
    assert rule.counts(record(FIRST_SEED, after))
    assert not rule.counts(record(FIRST_SEED, NOW - timedelta(hours=1)))
    assert not rule.counts(record(FIRST_SEED, None))
    assert not rule.counts(record(0, after))

    new, old = [record(FIRST_SEED + i, after) for i in range(6)], [record(i, after) for i in range(5)]
    standard = Standard(rules, only_frozen=True)
    found = next(one for one in judge_system("mainline", [*new, *old], "train", standard) if one.id == "groks")
    assert (found.runs, found.made_for_rule, found.rule_hash) == (6, True, rule.hash[:12])
    assert found.earlier_runs is not None
    assert found.earlier_runs.runs == 5
    waits = next(one for one in judge_system("mainline", old, "train", standard) if one.id == "groks")
    assert (waits.state, waits.finding) == ("not measured", "no run was made for the frozen rule yet: train")
    quick = next(one for one in judge_system("mainline", old, "train", Standard(rules)) if one.id == "groks")
    assert (quick.runs, quick.made_for_rule, quick.earlier_runs) == (5, False, None)


def test_a_rule_that_changed_since_it_was_frozen_has_no_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = freeze(tmp_path / "rules.json", NOW)
    monkeypatch.setattr(type(GROKS), "rule", property(lambda claim: "another rule"))
    runs = [record(FIRST_SEED + i, LATER) for i in range(6)]
    found = judge_system("mainline", runs, "train", Standard(rules, only_frozen=True))
    assert {one.runs for one in found if not isinstance(CLAIMS[one.id], SweepClaim)} == {0}


def test_a_smaller_modulus_is_named() -> None:
    runs = [record(seed, LATER) for seed in range(5)]
    experiment = {**runs[0].experiment, "task": {**runs[0].experiment["task"], "p": 31}}
    smaller = runs[0].model_copy(update={"experiment": experiment})
    for given, expected in ((runs, ()), ([smaller, *runs[1:]], (31,))):
        assert {one.smaller_p for one in judge_system("mainline", given, "train")} == {expected}


def test_a_system_is_trained_to_five_seeds_before_ten(tmp_path: Path) -> None:
    from latebloom.lab.reproduce.reproduce import rounds

    assert [rounds(upto) for upto in (None, 3, 10, 12)] == [[5, 10, None], [3], [5, 10], [5, 10, 12]]
    for entry in catalogue("full").values():
        two = {job.name for job in entry.jobs(2)}
        assert len(two) <= 2 * sum(len(spec) // len(spec.seeds) for spec in entry.specs)
        assert two <= {job.name for job in entry.jobs()}


def test_runs_that_are_not_to_generalise_are_trained_as_long_as_their_rules_ask() -> None:
    """Otherwise no number of runs could decide these claims."""
    for system, rule, asked in (
        ("fractions", much_data.PATIENCE, lambda job: job.experiment.data.fraction == 0.1),
        ("operations", operations.PATIENCE, lambda job: job.experiment.task.name == "random_table"),
    ):
        steps = [job.experiment.training.steps for job in catalogue("full")[system].jobs() if asked(job)]
        assert len(steps) == 5
        assert min(steps) >= rule


def test_reasons_are_shown_with_changed_verdicts(tmp_path: Path) -> None:
    (tmp_path / "history").mkdir()
    (tmp_path / "history" / "changes.toml").write_text('groks = "because"')
    claims = {claim.id: claim for claim in judge_stored("full", Results(tmp_path / "quantities"))}
    assert claims["groks"].reason == "because"
    (tmp_path / "history" / "changes.toml").write_text("groks = 3")
    with pytest.raises(UsageError, match="groks: got 3"):
        judge_stored("full", Results(tmp_path / "quantities"))
