"""Our runs open in the libraries of others. Each test needs its library, and is skipped without it.

`benchmarks/interop.py` makes an environment for each and compares every recipe.
"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from opened import LIBRARIES, compared

FLOAT32, FLOAT64 = 1e-6, 1e-12


@pytest.mark.parametrize("recipe", ["small", "mlp", "skip_trigrams"])
@pytest.mark.parametrize("library", LIBRARIES)
def test_logits_and_activations_are_ours(library, recipe, tmp_path):
    pytest.importorskip(library)
    found = compared(library, recipe, tmp_path)
    if "refused" in found:
        assert recipe == "mlp"
        return
    assert found["checkpoints"] == 3
    assert found.get("logits", 0) <= FLOAT32
    assert found.get("activations", 0) <= FLOAT32
    assert found.get("logits_float64", 0) <= FLOAT64
    assert found.get("llc_finite", True)
