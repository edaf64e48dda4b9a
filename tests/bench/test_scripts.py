"""The scripts that measure commands and a GPU, tried in small."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", ROOT / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_commands_are_measured_cold_and_warm(planted_run, tmp_path: Path) -> None:
    said: list[str] = []
    before = sorted(planted_run.path.rglob("*"))
    arguments = [str(planted_run.path), "--repeats", "1", "--only", "runs", "--out", str(tmp_path / "out.json")]
    script("commands").main(arguments, said.append)
    row = json.loads((tmp_path / "out.json").read_text())["commands"]["runs"]
    assert row["cold"]["seconds"] > 0
    assert row["warm"]["megabytes"] > 5
    assert sorted(planted_run.path.rglob("*")) == before


def test_both_updates_of_the_gpu_benchmark_train_alike() -> None:
    gpu = script("gpu")
    arguments = ["--device", "cpu", "--p", "7", "--seeds", "2", "--seconds", "0.01"]
    result = gpu.main(arguments)
    assert result["largest_difference_of_a_weight"] < 1e-6
    assert result["plain_one_at_a_time"]["steps_per_second"] > 0
    for row in result["seeds"].values():
        assert row["launched"]["models_per_hour"] > 0
        assert (row["graph"], row["reason"]) == (None, "no GPU")
