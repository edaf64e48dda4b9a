"""Text: what UTF-8 can hold, numbers as people read them in plain characters, and small tables for notebooks."""

from collections.abc import Iterable, Sequence
from html import escape

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def is_unicode(text: str) -> bool:
    """Whether UTF-8 can hold the text: it has no half of a pair of surrogates, which JSON allows, and which stand for
    bytes in the name of a file that are not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def nats(value: float | int) -> str:
    """A loss: ``2.4 × 10⁻⁷``, ``0.745``, ``24.3``."""
    if 0 < abs(value) < 1e-3:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa} × 10{str(int(exponent)).translate(SUPERSCRIPT)}"
    return f"{value:.3g}"


def percent(value: float | int) -> str:
    """A part of 1: ``84.6 %``; what is not quite all does not become 100."""
    text = f"{100 * value:.3g}"
    if text == "100" and value < 1:
        text = "> 99.9"
    return f"{'0' if abs(value) < 5e-7 else text} %"


def whole(value: float | int) -> str:
    """A count or a step, with thin spaces between thousands."""
    return f"{value:,.0f}".replace(",", "\u202f")


def duration(seconds: float | int) -> str:
    """A time in its largest unit and the next: ``8 s``, ``3 min 20 s``, ``2 h 5 min``."""
    minutes, left = divmod(round(seconds), 60)
    if not minutes:
        return f"{left} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {left} s"


def aligned(rows: Iterable[Sequence[str]]) -> str:
    """Pairs of quantity and value, each on a line, the values below each other, those of several lines too."""
    pairs = [(name, value) for name, value in rows]
    width = max((len(name) for name, _ in pairs), default=0)
    rest = "\n" + " " * (width + 2)
    return "\n".join(f"{name:<{width}}  {value.replace(chr(10), rest)}" for name, value in pairs)


class Shown:
    """What shows itself as a table of its ``rows``, in a notebook and at a prompt."""

    def rows(self) -> list[tuple[str, str]]:
        """Pairs of quantity and value."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return aligned(self.rows())

    __str__ = __repr__

    def _repr_html_(self) -> str:
        return html_table(self.rows())


def html_table(rows: Iterable[tuple[str, str]]) -> str:
    """Pairs of quantity and value as an HTML table: how objects show themselves in a notebook."""
    cells = (f"<tr><th style='text-align:left'>{escape(a)}</th><td>{escape(b)}</td></tr>" for a, b in rows)
    return f"<table>{''.join(cells)}</table>"
