"""The store never imports torch, and imports array libraries only when it reads a file."""

import subprocess
import sys

import latebloom.store


def test_exports_exist_and_are_sorted() -> None:
    assert all(hasattr(latebloom.store, name) for name in latebloom.store.__all__)
    assert sorted(latebloom.store.__all__) == latebloom.store.__all__


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, latebloom.store; print([m for m in ('torch', 'numpy', 'pyarrow') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
