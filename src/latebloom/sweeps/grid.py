"""The axes of a sweep (fields of the experiment with their values) and its seeds, parsed from text."""

from dataclasses import dataclass

from latebloom._errors import UsageError

MOST = 100_000
"""The largest number of runs in one sweep: a larger number is more likely a typing error."""


@dataclass(frozen=True)
class Axis:
    """One field of the experiment, as ``section.field``, and its values."""

    field: str
    values: tuple[str, ...]


def parse_axis(text: str) -> Axis:
    """``SECTION.FIELD=a,b,c``; values that contain commas are separated by semicolons.

    Errors: UsageError for another form.
    """
    field, equals, listed = text.partition("=")
    values = split_values(listed)
    section, dot, name = field.strip().removeprefix("--").partition(".")
    if not (equals and values and section and dot and name):
        raise UsageError(f"--grid: got {text!r}, expected SECTION.FIELD=a,b,c, for example optimiser.lr=1e-3,3e-3")
    return Axis(f"{section}.{name}", values)


def split_values(text: str) -> tuple[str, ...]:
    """The values of ``a,b,c`` or ``a;b;c`` in order, without duplicates."""
    parts = (part.strip() for part in text.split(";" if ";" in text else ","))
    return tuple(dict.fromkeys(part for part in parts if part))


def parse_seeds(text: str) -> tuple[int, ...]:
    """``7``, ``0:32`` (0 … 31), ``0,1,5`` or a mixture, in order, without duplicates.

    Errors: UsageError for another form.
    """
    seeds: dict[int, None] = {}
    for part in text.split(","):
        first, colon, end = part.strip().partition(":")
        numbers = [first or "0", end] if colon else [first]
        if not all(number.isascii() and number.isdigit() for number in numbers):
            raise UsageError(f"--seeds: got {text!r}, expected 0:32, 0,1,5 or a mixture")
        start, stop = int(numbers[0]), int(numbers[-1]) + (0 if colon else 1)
        if stop - start > MOST:
            raise UsageError(f"--seeds: got {text!r}, which is {stop - start} seeds; expected at most {MOST}")
        seeds |= dict.fromkeys(range(start, stop))
    if not seeds:
        raise UsageError(f"--seeds: got {text!r}, which contains no seed; 0:32 ends at 31")
    return tuple(seeds)
