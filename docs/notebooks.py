"""Run the tutorials and store their outputs in them.

python docs/notebooks.py [NAME ...]        all of docs/tutorials, or those of these names

Notebooks run in another process, each in an empty directory, cell by cell, as Jupyter would run them: the value of a
last expression is shown, a drawing as SVG or PNG, a table as HTML. It needs no Jupyter. `make test` runs every notebook
in the same way and leaves the files as they are.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

TUTORIALS = Path(__file__).parent / "tutorials"


def executed(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with fresh outputs, run in this process and in the present directory. Errors: those of a cell."""
    names: dict[str, Any] = {"__name__": "__main__"}
    cells, count = [], 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            count += 1
            cell = {**cell, "execution_count": count, "outputs": _run(_source(cell), names, count)}
        cells.append(cell)
    return {**notebook, "cells": cells}


def _source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def _run(code: str, names: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """The outputs of a cell: what it prints, and the value of its last expression."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) and not code.endswith(";") else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, f"cell {count}", "exec"), names)
        value = eval(compile(ast.Expression(last.value), f"cell {count}", "eval"), names) if last else None
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        outputs.append({"output_type": "stream", "name": "stdout", "text": _lines(printed.getvalue())})
    if value is not None:
        shown = {"output_type": "execute_result", "execution_count": count, "metadata": {}, "data": _shown(value)}
        outputs.append(shown)
    return outputs


def _shown(value: Any) -> dict[str, Any]:
    """A value under the richest type in which Jupyter would show it."""
    if hasattr(value, "savefig"):
        picture = io.BytesIO()
        value.savefig(picture, format="png", dpi=90, bbox_inches="tight", metadata={"Software": None})
        return {"image/png": base64.b64encode(picture.getvalue()).decode()}
    if hasattr(value, "_repr_svg_"):
        return {"image/svg+xml": _lines(value._repr_svg_())}
    if hasattr(value, "_repr_html_"):
        return {"text/html": _lines(value._repr_html_())}
    return {"text/plain": _lines(repr(value))}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def run_apart(paths: Sequence[Path]) -> list[str]:
    """The texts of the notebooks with fresh outputs, run by one other process, each in an empty directory.

    Errors: RuntimeError with what the process wrote, if a cell fails.
    """
    command = [sys.executable, str(Path(__file__).resolve()), "--here", *(str(path.resolve()) for path in paths)]
    with tempfile.TemporaryDirectory() as empty:
        environment = {**os.environ, "MPLBACKEND": "agg", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
        done = subprocess.run(command, cwd=empty, capture_output=True, text=True, env=environment)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return [Path(empty, path.stem, path.name).read_text() for path in paths]


def _run_here(paths: Sequence[Path]) -> None:
    """Run notebooks in this process, each in a folder of its own in the present directory, and write them there."""
    start = Path.cwd()
    for path in paths:
        folder = start / path.stem
        folder.mkdir()
        os.chdir(folder)
        text = json.dumps(executed(json.loads(path.read_text())), indent=1, ensure_ascii=False)
        (folder / path.name).write_text(text + "\n")


def main(arguments: list[str]) -> int:
    """Run the notebooks of these names and store their outputs; with --here, run files in this process."""
    if arguments[:1] == ["--here"]:
        _run_here([Path(name) for name in arguments[1:]])
        return 0
    paths = [path for path in sorted(TUTORIALS.glob("*.ipynb")) if not arguments or path.stem in arguments]
    for path, text in zip(paths, run_apart(paths)):
        path.write_text(text)
        print(path.name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
