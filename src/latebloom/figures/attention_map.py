"""The attention of each head over all pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from latebloom._errors import UsageError
from latebloom._text import percent
from latebloom.analysis import Analysis
from latebloom.circuits.modular.family import MODULAR
from latebloom.figures import of_pairs, theme
from latebloom.figures.figure import Figure
from latebloom.figures.heat import colour_bar, heat, operand_axes

if TYPE_CHECKING:
    import matplotlib.figure

    from latebloom.circuits.modular.heads import AttentionHead

_COLUMNS = 4


@dataclass(frozen=True, eq=False)
class AttentionMap:
    """Attention (0 … 1) from ``=`` to the first operand, by head; each head's frequency where it has one."""

    attention: Float[np.ndarray, "head x y"]
    heads: tuple[AttentionHead, ...]
    keys: tuple[int, ...]
    operands: tuple[str, str] = ("x", "y")

    @property
    def rows(self) -> int:
        """Rows of panels."""
        return -(-len(self.heads) // _COLUMNS)


def data(analysis: Analysis) -> AttentionMap:
    """The attention of the final model's last layer. Errors: UsageError for a model without attention."""
    from latebloom.circuits.modular.page import heads as attention_heads

    pattern, heads = of_pairs.grid(analysis).pattern, analysis.final.get(attention_heads)
    if pattern is None or heads is None:
        raise UsageError(f"{analysis.run.path} is a run of an MLP, which has no attention to draw")
    return AttentionMap(
        pattern[..., 0].permute(2, 0, 1).numpy(),
        tuple(heads),
        of_pairs.keys(analysis),
        of_pairs.operand_names(analysis),
    )


def says(maps: AttentionMap) -> str:
    """The frequency of each head, and the largest attention of ``=`` to itself."""
    names = [_name(i, head) for i, head in enumerate(maps.heads)]
    itself = max(head.to_itself for head in maps.heads)
    return f"{'; '.join(names).capitalize()}. The attention of “=” to itself is at most {percent(itself)}."


def _name(number: int, head: AttentionHead) -> str:
    if head.frequency is None:
        return f"head {number}: constant"
    return f"head {number}: k = {head.frequency}, {head.fve:.0%}"


def draw(figure: matplotlib.figure.Figure, maps: AttentionMap) -> None:
    """One map per head, four per row, all on the same scale."""
    columns = min(_COLUMNS, len(maps.heads))
    panels = figure.subplots(maps.rows, columns, sharey=True, squeeze=False)
    colours = theme.key_colours(maps.keys)
    image = None
    for i, axes in enumerate(panels.flat):
        if i >= len(maps.heads):
            axes.set_axis_off()
            continue
        image = heat(axes, maps.attention[i], top=1.0)
        head = maps.heads[i]
        axes.set_title(_name(i, head), color=colours.get(head.frequency or 0, theme.INK))
        operand_axes(axes, maps.operands, first=i % columns == 0)
    if image is not None:
        colour_bar(image, panels, "attention to x")


FIGURE = Figure(
    name="attention-map",
    chapter="circuit",
    title="What each head attends to",
    caption=(
        "Attention of “=”, where the answer is computed, to the first operand x, for every pair (x, y), with one map "
        "per head. The rest goes to y and to “=” itself. Regular patterns mean that attention itself is periodic. "
        "Above each map: the frequency that explains most of its variance, and the share that it explains."
    ),
    data=data,
    says=says,
    draw=draw,
    size=lambda maps: (8.6, 0.35 + 2.25 * maps.rows),
    family=MODULAR.name,
)
