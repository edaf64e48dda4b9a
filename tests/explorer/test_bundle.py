"""The committed script and style sheet of the explorer are what web/ builds to."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB, BUNDLE = ROOT / "web", ROOT / "src" / "latebloom" / "explorer" / "bundle"

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="needs Node"),
    pytest.mark.skipif(not (WEB / "node_modules" / "esbuild").exists(), reason="needs the packages of web/: make web"),
]


def _node(*arguments: str) -> None:
    done = subprocess.run(["node", *arguments], cwd=WEB, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_hold() -> None:
    _node("node_modules/typescript/bin/tsc", "--noEmit")


def test_the_bundle_is_what_the_source_builds_to(tmp_path: Path) -> None:
    _node("build.mjs", "--out", str(tmp_path))
    built = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    shipped = {file.name: file.read_bytes() for file in BUNDLE.iterdir()}
    assert built.keys() == shipped.keys()
    changed = [name for name, content in built.items() if content != shipped[name]]
    assert not changed, f"{changed} differ from what web/ builds to; run `make web` and commit the bundle"
