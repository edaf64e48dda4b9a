"""The search for the edges of grokking recovers known edges and reports noise and disorder."""

import random
from collections import Counter
from math import log2
from pathlib import Path

import pytest

from latebloom._errors import StoreError, UsageError
from latebloom.figures.sweep import crossover as figure
from latebloom.figures.sweep import drawn
from latebloom.lab.crossover import (
    Limits,
    Range,
    draw_crossover,
    make_search,
    next_sizes,
    run_search,
    search,
    sizes_at_most,
)
from latebloom.lab.crossover.result import Crossover, edge_text
from latebloom.recipes import RECIPES
from latebloom.runs import JobResult
from latebloom.runs.recorder import new_manifest
from latebloom.statistics.crossover import find_edge
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.sweeps.place import Folder
from latebloom.sweeps.tally import Tally

M, G, C, X = "memorised", "grokked", "generalised at once", "learned nothing"
COUNTS = Range(low=64, high=16_384, tolerance=0.25, whole=True)
SHARES = Range(low=0.05, high=0.95, tolerance=0.02, whole=False)


def planted(lower, upper):
    """Every repeat memorises below ``lower``, groks up to ``upper``, and generalises at once from there."""
    return lambda size: [M if size < lower else G if size < upper else C] * 3


def searched(rule, within, most=200):
    """All sizes that the search tries with their outcomes, and the number of rounds."""
    tried, rounds = {}, 0
    while sizes := next_sizes(tried, within):
        assert not set(sizes) & set(tried)
        tried |= {size: rule(size) for size in sizes}
        rounds += 1
        assert len(tried) <= most
    return tried, rounds


@pytest.mark.parametrize(("lower", "upper"), [(700, 5000), (100, 110), (3000, 3000), (65, 16_000)])
def test_planted_edges_over_counts_come_back_to_the_tolerance_in_doublings(lower, upper):
    tried, rounds = searched(planted(lower, upper), COUNTS)
    for name, true in (("generalises", lower), ("at once", upper)):
        edge = find_edge(name, tried)
        assert (edge.standing, edge.against, edge.unanswered) == ("found", (), ())
        assert edge.low < true <= edge.high
        assert log2((edge.high - 0.5) / (edge.low + 0.5)) <= 0.25  # sizes are whole
    assert len(tried) <= sizes_at_most(COUNTS) == 12
    assert rounds <= 6


@pytest.mark.parametrize(("lower", "upper"), [(0.2, 0.61), (0.33, 0.34)])
def test_planted_edges_over_shares_come_back_to_the_tolerance(lower, upper):
    tried, _ = searched(planted(lower, upper), SHARES)
    for name, true in (("generalises", lower), ("at once", upper)):
        edge = find_edge(name, tried)
        assert edge.low < true <= edge.high
        assert edge.high - edge.low <= 0.02


def test_adjacent_counts_are_not_bisected():
    tried, _ = searched(planted(4, 7), Range(low=1, high=9, tolerance=0.001, whole=True))
    assert (find_edge("generalises", tried).low, find_edge("generalises", tried).high) == (3, 4)
    assert (find_edge("at once", tried).low, find_edge("at once", tried).high) == (6, 7)


@pytest.mark.parametrize(
    ("outcome", "lower", "upper"),
    [
        (M, "does not generalise at every size tried, up to 0.95", "does not generalise at once at every size tried"),
        (G, "generalises at every size tried, down to 0.05", "does not generalise at once at every size tried"),
        (C, "generalises at every size tried, down to 0.05", "generalises at once at every size tried, down to 0.05"),
    ],
)
def test_both_ends_show_that_the_range_has_no_edge(outcome, lower, upper):
    tried, rounds = searched(lambda size: [outcome] * 3, SHARES)
    assert (len(tried), rounds) == (2, 1)
    assert lower in edge_text(find_edge("generalises", tried))
    assert upper in edge_text(find_edge("at once", tried))


def test_repeats_vote_and_noise_moves_the_bracket_only_near_the_edge():
    """The chance of each repeat to generalise rises over half a doubling to either side of 1000."""
    random.seed(0)

    def rule(size):
        chance = min(1, max(0, log2(size / 1000) + 0.5))
        return [G if random.random() < chance else M for _ in range(5)]

    for _ in range(20):
        edge = find_edge("generalises", searched(rule, COUNTS)[0])
        assert edge.standing == "found"
        assert 1000 / 2**0.75 <= edge.low < edge.high <= 1000 * 2**0.75


def test_three_different_outcomes_have_a_majority_for_both_edges():
    tried = {0.1: [M, M, M], 0.5: [M, G, C], 0.9: [C, C, C]}
    assert (find_edge("generalises", tried).low, find_edge("generalises", tried).high) == (0.1, 0.5)
    assert (find_edge("at once", tried).low, find_edge("at once", tried).high) == (0.5, 0.9)


@pytest.mark.parametrize("silent", [[M, G], [None, None], [M, None], [X, X]])
def test_both_sides_of_sizes_without_a_majority_are_tried(silent):
    within = Range(low=0.1, high=0.9, tolerance=0.11, whole=False)
    tried, _ = searched(lambda size: [M, M] if size < 0.4 else silent if size < 0.6 else [C, C], within)
    edge = find_edge("generalises", tried)
    assert (edge.low, edge.high, edge.unanswered) == (0.3, 0.6, (0.4, 0.5))
    assert edge_text(edge) == "does not generalise up to 0.3, generalises from 0.6; no majority between, at 0.4, 0.5"


def test_an_end_without_a_majority_leaves_the_edge_open():
    within = Range(low=0.1, high=0.9, tolerance=0.11, whole=False)
    tried, _ = searched(lambda size: [None] if size < 0.35 else [C], within)
    edge = find_edge("generalises", tried)
    assert (edge.standing, edge.low, edge.high) == ("open", None, 0.4)
    assert edge_text(edge) == "not found in the range: no majority at 0.1, 0.2, 0.3"
    assert find_edge("generalises", {}).standing == "open"


def test_outcomes_against_the_order_are_reported():
    edge = find_edge("generalises", {1: [M], 2: [G], 3: [M], 4: [M], 5: [G], 6: [G], 7: [M], 8: [C]})
    assert (edge.low, edge.high, edge.against) == (4, 5, (2, 7))
    assert edge_text(edge).endswith("against the order: 2, 7")
    backwards = find_edge("generalises", {0.1: [C], 0.9: [M]})
    assert (backwards.standing, backwards.against) == ("always", (0.9,))


# The search with runs: synthetic curves replace training.

LOWER, UPPER, BUDGET = 0.3, 0.62, 5000


def learn(place, job):
    """A finished run with synthetic curves: train learned at 100; test never, late or soon, by its share of data."""
    share = job.experiment.data.fraction
    at = BUDGET + 1 if share < LOWER else 3000 if share < UPPER else 100
    directory = RunDirectory(place.path / job.name)
    directory.create()
    rows = [
        {
            "step": step,
            "train_accuracy": float(step >= 100),
            "test_accuracy": float(step >= at),
            "train_loss": 1.0,
            "test_loss": 1.0,
        }
        for step in range(0, BUDGET + 1, 100)
    ]
    directory.write_table("metrics", append_rows(empty_table(), rows))
    manifest = new_manifest(job.name, job.experiment)
    directory.write_manifest(manifest.model_copy(update={"status": "finished", "step": BUDGET}))


@pytest.fixture
def looked(tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A search over synthetic runs, and the names trained so far."""
    names: list[str] = []

    def train_sweep(place, jobs, spec, workers=None, quiet=False):
        place.path.mkdir(exist_ok=True)
        new = [job for job in jobs if place.status(job.name) == "new"]
        names.extend(job.name for job in new)
        for job in new:
            learn(place, job)
        return Tally(len(jobs), Counter(finished=len(jobs) - len(new)), {}, Counter(finished=len(new)))

    def tiny_recipe(seed: int):
        return tiny(BUDGET).with_seed(seed)

    monkeypatch.setattr(search, "train_sweep", train_sweep)
    monkeypatch.setitem(RECIPES._things, "tiny", tiny_recipe)

    def make(**options):
        given = {"low": 0.1, "high": 0.9, "tolerance": 0.06, **options}
        return make_search("tiny", Folder(tmp_path / "s"), **given)

    return make, names


def test_a_search_finds_the_planted_edges_and_reads_them_again(looked):
    make, names = looked
    seen = []
    result = run_search(make(repeats=2), observer=seen.append)
    assert (result.field, result.ended, result.trained) == ("data.fraction", "done", len(names))
    assert result.lower.low < LOWER <= result.lower.high
    assert result.upper.low < UPPER <= result.upper.high
    assert result.upper.high - result.upper.low <= 0.06
    assert [tried.size for tried in result.sizes] == sorted(tried.size for tried in seen)
    assert "2 memorised" in result.sizes[0].text
    again = run_search(make(repeats=2))
    assert again == result.model_copy(update={"trained": 0})
    assert draw_crossover(make(repeats=2), result).read_bytes().startswith(b"<?xml")


def test_a_search_stops_at_its_budget_and_continues(looked):
    make, names = looked
    first = run_search(make(), Limits(runs=7))
    assert (first.ended, first.trained, [tried.size for tried in first.sizes]) == ("runs spent", 6, [0.1, 0.9])
    assert run_search(make(), Limits(minutes=0)).ended == "minutes spent"
    rest = run_search(make())
    assert rest.trained == len(names) - 6
    assert len(set(names)) == len(names)
    assert rest.model_copy(update={"trained": 0}) == run_search(make())
    more = run_search(make(repeats=4))
    assert more.trained == len(rest.sizes)
    assert (more.lower.low, more.lower.high) == (rest.lower.low, rest.lower.high)


def test_a_run_that_failed_ends_the_search_with_its_reason_not_with_that_of_one_that_diverged(looked, monkeypatch):
    make, _ = looked

    def failing(place, jobs, spec, workers=None, quiet=False):
        tally = Tally(2, Counter(), {})
        tally.end(JobResult("a", "diverged", 10, "not finite"))
        tally.end(JobResult("b", "failed", 0, "no rights"))
        return tally

    monkeypatch.setattr(search, "train_sweep", failing)
    result = run_search(make())
    assert (result.ended, result.message) == ("failed", "no rights")


def test_a_result_that_cannot_be_written_is_returned(looked, monkeypatch):
    make, _ = looked

    def full(place, name, value):
        raise StoreError("disk full")

    monkeypatch.setattr(Folder, "write", full)
    result = run_search(make())
    assert (result.ended, result.message, result.lower.standing) == ("failed", "disk full", "found")
    assert run_search(make(), Limits(runs=3)).trained == 0


def test_a_search_without_test_examples_is_a_usage_error(looked):
    make, names = looked
    with pytest.raises(UsageError, match=r"no examples to test on at data.fraction 1e-17|leaves none of"):
        make(low=1e-17)
    with pytest.raises(UsageError, match="--high: got 1, expected a share"):
        make(high=1.0)
    with pytest.raises(UsageError, match=r"expected data\.fraction, which sets"):
        make(field="model.d_mlp")
    assert not names


def test_the_figure_has_bands_only_outside_brackets():
    pandas = pytest.importorskip("pandas")
    size = [64, 64, 256, 512, 512, 1024, 4096]
    test = [None, None, None, 3000, 2000, 2500, 300]
    table = pandas.DataFrame({"data.train_size": size, "train_learned_at": 200.0, "test_learned_at": test})
    table = table.assign(**{"step": BUDGET, "training.steps": BUDGET, "outcome": [M, M, M, G, G, G, C]})
    over = figure.data(table, ("data.train_size",))
    assert over.counted
    assert [*over.bands()] == [
        ("does not generalise", 64, 256),
        ("groks", 512, 1024),
        ("generalises at once", 4096, 4096),
    ]
    assert "Generalises: not up to 256, from 512. Generalises at once: not up to 1024, from 4096." in figure.says(over)
    assert [*figure.data(table[:3], ("data.train_size",)).bands()] == [("does not generalise", 64, 256)]
    assert drawn(figure.FIGURE, over, "png").startswith(b"\x89PNG")


def test_a_result_of_an_older_rule_is_read_and_names_its_rule():
    stored = Crossover.of("data.fraction", SHARES, {0.1: [M], 0.9: [C]}, "done", None, 2).model_dump(mode="json")
    assert Crossover.model_validate(stored).rule == Crossover.model_fields["rule"].default
    del stored["rule"]
    stored["delay"] = 1000.0
    for size, old in zip(stored["sizes"], ("memorisation", "comprehension")):
        size["outcomes"] = [old]
    result = Crossover.model_validate(stored)
    assert [tried.outcomes for tried in result.sizes] == [(M,), (C,)]
    assert "1000 steps or more after train" in dict(result.rows())["outcomes"]
