"""All exports exist, and the package imports no models."""

import subprocess
import sys

import latebloom.phases as phases

CHECK = """
import sys, latebloom.phases
packages = {m.split('.')[1] for m in sys.modules if m.startswith('latebloom.')}
print(sorted(packages - {'phases', '_errors', '_lazy', '_text', '_types'}), 'torch' in sys.modules)
"""


def test_exports_exist():
    assert all(hasattr(phases, name) for name in phases.__all__)


def test_phases_does_not_import_models():
    out = subprocess.run([sys.executable, "-c", CHECK], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[] False"
