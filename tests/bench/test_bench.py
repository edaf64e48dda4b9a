"""Benchmarks measure what they claim to measure, and the page shows the stored numbers."""

import json
import time
from pathlib import Path

from pages.speed import Bench, speed_page

from latebloom.bench import PARTS, machine
from latebloom.bench.timing import in_turns, median

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"


def test_variants_take_turns_and_the_first_call_of_each_turn_is_not_counted() -> None:
    calls: list[str] = []
    times = in_turns({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=2, each=3)
    assert "".join(calls) == "aaaabbbbaaaabbbb"
    assert {name: len(found) for name, found in times.items()} == {"a": 6, "b": 6}


def test_milliseconds_and_their_median() -> None:
    times = in_turns({"sleep": lambda: time.sleep(0.01)}, rounds=1, each=3)["sleep"]
    assert min(times) >= 10
    assert median([1.0, 2.3456, 30.0]) == 2.35


def test_the_stored_result_has_every_part_and_its_machine() -> None:
    stored = json.loads((RESULTS / "bench.json").read_text())
    assert set(PARTS) <= set(stored)
    assert set(stored["machine"]) == set(machine())


def test_the_page_holds_the_stored_ratios() -> None:
    page = speed_page()
    for times in Bench.model_validate_json((RESULTS / "bench.json").read_bytes()).step.milliseconds:
        assert str(times.plain_over_tables) in page
    assert "nan" not in page
