"""One look for all figures: colours, type and line widths. Loads no matplotlib.

Figures are light, for a white card on a page of any colour. Colours of curves and key frequencies can be distinguished
with the common kinds of colour blindness (after Okabe and Ito); no information depends on colour alone.
"""

import colorsys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

INK = "#1f2933"
MUTED = "#66717e"
FAINT = "#c3cad3"
GRID = "#e8ebef"

TRAIN = "#475569"
TEST = "#b83280"
RESTRICTED = "#0369a1"
CHANCE = "#8a94a0"

PHASES: Mapping[str, str] = MappingProxyType(
    {"memorisation": "#f7f1e6", "circuit formation": "#ebf2fa", "clean-up": "#faedeb", "stable": "#ecf6ee"}
)
"""Background colour of each phase."""

_KEYS = ("#0072b2", "#d55e00", "#009e73", "#b0589a", "#c58f00", "#3c9fd4", "#7a4b24", "#5b5ea6")

SEQUENTIAL = ("#ffffff", "#d4e5f3", "#86b9dd", "#3d83bd", "#1a4f8b", "#0a2550")
DIVERGING = ("#6e3204", "#c96f1e", "#f1c592", "#ffffff", "#a9cce8", "#2f78b7", "#0a2e5c")

RC: Mapping[str, Any] = MappingProxyType(
    {
        "font.family": ["DejaVu Sans"],
        "font.size": 9.5,
        "axes.titlesize": 10,
        "axes.titleweight": "bold",
        "axes.titlecolor": INK,
        "axes.labelsize": 9.5,
        "axes.labelcolor": MUTED,
        "axes.edgecolor": FAINT,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": True,
        "axes.grid": False,
        "grid.color": GRID,
        "grid.linewidth": 0.8,
        "xtick.color": FAINT,
        "ytick.color": FAINT,
        "xtick.labelcolor": MUTED,
        "ytick.labelcolor": MUTED,
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5,
        "lines.linewidth": 1.6,
        "lines.solid_capstyle": "round",
        "text.color": INK,
        "figure.facecolor": "white",
        "figure.constrained_layout.use": True,
        "path.simplify": True,
        "path.simplify_threshold": 0.4,
        "savefig.dpi": 160,
        "savefig.bbox": "tight",
        "savefig.pad_inches": 0.08,
        "svg.fonttype": "none",
        "pdf.fonttype": 42,  # TrueType: many publishers refuse matplotlib's Type 3
        "image.interpolation": "none",
    }
)


def key_colours(keys: Sequence[int]) -> dict[int, str]:
    """One colour per key frequency, the same in every figure of a run: by rank, or by hue if there are many."""
    ranked = sorted(keys)
    if len(ranked) <= len(_KEYS):
        return dict(zip(ranked, _KEYS))
    return {k: _hue(i / len(ranked)) for i, k in enumerate(ranked)}


def _hue(turn: float) -> str:
    channels = colorsys.hls_to_rgb(turn, 0.42, 0.55)
    return "#" + "".join(f"{round(255 * value):02x}" for value in channels)
