"""All exports exist, and the package imports no models."""

import subprocess
import sys

import latebloom.statistics as statistics

CHECK = """
import sys, latebloom.statistics
packages = {m.split('.')[1] for m in sys.modules if m.startswith('latebloom.')}
known = {'statistics', 'phases', '_config', '_errors', '_lazy', '_types', '_text'}
print(sorted(packages - known), {'torch', 'pandas'} & set(sys.modules))
"""


def test_exports_exist():
    assert len(set(statistics.__all__)) == len(statistics.__all__)
    assert all(hasattr(statistics, name) for name in statistics.__all__)


def test_statistics_does_not_import_models():
    out = subprocess.run([sys.executable, "-c", CHECK], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[] set()"
