"""Tables of curves: what the file says, whatever separates its cells."""

from pathlib import Path

import pytest

from latebloom.analysis.weight_files.curve_files import read_curve_file
from latebloom.analysis.weight_files.curves import Curve


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_cells_are_separated_by_commas_semicolons_or_tabs(separator: str, tmp_path: Path) -> None:
    rows = [("Step", "train_loss", "lr"), ("0", "2.5", "1"), ("100", "1.5", "1")]
    (tmp_path / "a.csv").write_text("".join(separator.join(row) + "\n" for row in rows))
    assert read_curve_file(tmp_path / "a.csv") == {"train_loss": Curve((2.5, 1.5), (0, 100))}
