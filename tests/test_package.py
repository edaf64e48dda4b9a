"""What the package promises as a whole."""

import subprocess
import sys
from pathlib import Path

import latebloom as lb

ROOT = Path(__file__).parent.parent


def test_everything_named_can_be_imported() -> None:
    for name in lb.__all__:
        assert getattr(lb, name) is not None


def test_ten_lines_of_python(tmp_path: Path, tiny) -> None:
    run = lb.train(tiny(20), root=tmp_path, quiet=True)
    assert lb.train(tiny(20), root=tmp_path, quiet=True).path == run.path
    assert lb.explain(run).key_frequencies is not None
    lb.measure(run)
    assert len(run.metrics.to_pandas()) == 5
    import polars

    assert polars.from_arrow(run.metrics).height == 5
    model = run.checkpoint(10).model
    tokens = lb.circuits.modular.all_pairs(run.task)
    logits, cache = model.run_with_cache(tokens)
    without = model.run_with_hooks(tokens, {"blocks.0.mlp.hook_post": lambda neurons: neurons * 0})
    assert logits.shape == without.shape == (121, 3, 11)
    assert cache["blocks.0.mlp.hook_post"].shape == (121, 3, 32)
    assert "<table>" in lb.explain(run)._repr_html_()


def test_rooms_import_only_what_the_table_allows() -> None:
    done = subprocess.run([str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
