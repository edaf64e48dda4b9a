"""What a benchmark says is what it measured, and the page says what was stored."""

import json
import time
from pathlib import Path

from latebloom.bench import PARTS, machine
from latebloom.bench.page import speed_page
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


def test_the_page_holds_the_stored_ratio() -> None:
    stored = {name: json.loads((RESULTS / f"{name}.json").read_text()) for name in ("bench", "full_run")}
    page = speed_page(stored["bench"], stored["full_run"])
    for measured in stored["bench"]["step"]["milliseconds"]:
        assert str(measured["plain_over_tables"]) in page
    assert "nan" not in page
