"""A small log-scale curve of both losses, in characters."""

import math

from rich.text import Text

TRAIN, TEST = "cyan", "magenta"
_FLOOR = 1e-12


def loss_curve(logged: list[tuple[int, float, float | None]], width: int = 64, height: int = 9) -> Text:
    """Train (cyan) and test (magenta) loss against the step, on a log scale."""
    cells: dict[tuple[int, int], str] = {}
    values = [max(v, _FLOOR) for _, *pair in logged for v in pair if v is not None]
    if not values:
        return Text("waiting for the first losses …", style="dim")
    top, bottom = math.ceil(math.log10(max(values))), math.floor(math.log10(min(values)))
    span, last = max(top - bottom, 1), max(logged[-1][0], 1)
    for step, train, test in logged:
        column = round(step / last * (width - 1))
        for value, style in ((train, TRAIN), (test, TEST)):
            if value is not None:
                row = round((top - math.log10(max(value, _FLOOR))) / span * (height - 1))
                cells[row, column] = style
    return _drawn(cells, top, span, width, height, last)


def _drawn(cells: dict[tuple[int, int], str], top: int, span: int, width: int, height: int, last: int) -> Text:
    text = Text()
    for row in range(height):
        text.append(f"{10 ** (top - row * span / (height - 1)):8.0e} │", style="dim")
        for column in range(width):
            style = cells.get((row, column))
            text.append("•" if style else " ", style=style)
        text.append("\n")
    text.append(" " * 9 + "└" + "─" * width + f"\n{'0':>11}{last:>{width - 1}}\n", style="dim")
    return text
