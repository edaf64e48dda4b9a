"""Numbers as text on a page, and the text for undefined numbers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from latebloom._text import nats, percent, whole

UNDEFINED = "not defined"


def show(value: Any, kind: str) -> str:
    """A value as text, by its kind: loss, share, share range, step, number or list."""
    return UNDEFINED if value is None else _KINDS[kind](value)


def loss(value: float | int | None) -> str:
    """A loss in nats."""
    return show(value, "loss")


def share(value: float | int | None) -> str:
    """A share (0 … 1) as a percentage."""
    return show(value, "share")


def step(value: float | int | None) -> str:
    """A step or a count."""
    return show(value, "step")


def strongest_wave(coefficients: Mapping[str, float]) -> tuple[str, float] | None:
    """The frequency with the most energy in a sum of waves of different frequencies, which are orthogonal, and its
    share of the energy; None for fewer than two waves, or where all are zero."""
    energy = {k: value**2 for k, value in coefficients.items()}
    total = sum(energy.values())
    if not total or len(energy) < 2:
        return None
    most = max(energy, key=lambda k: energy[k])
    return most, energy[most] / total


def _range(value: Sequence[float]) -> str:
    low, high = map(percent, value)
    return low if low == high else f"{low.removesuffix(' %')} – {high}"


def _list(value: Sequence[Any]) -> str:
    return ", ".join(map(str, value)) or "none"


_KINDS: dict[str, Callable[[Any], str]] = {
    "loss": nats,
    "share": percent,
    "share range": _range,
    "step": whole,
    "number": whole,
    "list": _list,
}
