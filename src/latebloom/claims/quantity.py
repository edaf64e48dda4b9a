"""Quantities: what claims need to know of one run, each measured once and stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from math import inf, isfinite
from typing import Any, TypeVar

from pydantic import AwareDatetime

from latebloom._config import Config
from latebloom._errors import LatebloomError
from latebloom._memory import return_freed_memory
from latebloom._registry import Registry
from latebloom.analysis import Analysis
from latebloom.statistics import Estimate
from latebloom.statistics.median_estimate import FEWEST

T = TypeVar("T")

Value = float | str | tuple[float | None, ...]
"""A number, a word, or a list of numbers of which some may be missing."""


FEWEST_RUNS = FEWEST
"""Fewer runs decide nothing about many, as they give a median no interval."""


class Undefined(Exception):  # noqa: N818
    """Raised where a run does not determine a quantity. ``reason``: why, as a clause without a full stop."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Never(Undefined):
    """Raised by a quantity that is a step, where the run has not reached it: the step counts as infinite."""


class Measurement(Config):
    """The stored value of one quantity of one run, or of one statistic of many runs.

    value: None where the quantity is undefined, with the ``reason``. never: the step was not reached (``value`` is
    None too). failed: an error kept it from being measured, such as a damaged file, so that nothing is known. low,
    high: ends of the 95 % interval of a statistic; None where an end is open or there is no interval. n: the number of
    runs that the interval rests on, of the smallest arm where a statistic has several; None for a value without an
    interval. date: when it was measured. source: where the value comes from if it was not measured by
    this package.
    """

    value: Value | None = None
    reason: str | None = None
    never: bool = False
    failed: bool = False
    low: float | None = None
    high: float | None = None
    n: int | None = None
    date: AwareDatetime | None = None
    source: str | None = None


Values = Mapping[str, Measurement]
"""Measurements by the name of their quantity or statistic."""


@dataclass(frozen=True, eq=False)
class Term:
    """Something that a rule can compare: a quantity, a statistic, or a combination of them.

    unit: "share" (shown in percent), "times", or a plural noun such as "steps"; empty for a plain number.
    formula: what it is, as a noun phrase with its article.
    """

    name: str
    unit: str
    formula: str

    def of(self, values: Values) -> Any:
        """Its value; infinite for a step that was not reached. Errors: Undefined; KeyError if it was not measured."""
        measurement = values[self.name]
        if measurement.value is None:
            if measurement.never:
                return inf
            raise Undefined(measurement.reason or f"{self.formula} is undefined")
        return measurement.value

    def interval(self, values: Values) -> tuple[float, float]:
        """The two ends of its 95 % interval, infinite where an end is open; a value without an interval twice.

        Errors: Undefined, also where the interval rests on fewer than `FEWEST_RUNS` runs.
        """
        value, measurement = self.of(values), values[self.name]
        if measurement.n is None:
            return value, value
        if measurement.n < FEWEST_RUNS:
            runs = "1 run" if measurement.n == 1 else f"{measurement.n} runs"
            raise Undefined(f"{self.formula} rests on {runs}, and {FEWEST_RUNS} are needed")
        return (
            -inf if measurement.low is None else measurement.low,
            inf if measurement.high is None else measurement.high,
        )

    def names(self) -> tuple[str, ...]:
        """Names of the measurements that it is computed from."""
        return (self.name,)


@dataclass(frozen=True, eq=False)
class Quantity(Term):
    """What is measured on one run. Give a changed definition a new name, since stored values keep the old meaning.

    measure: the value for one run; raises `Undefined`, or `Never` for a step that was not reached. source: where the
    definition comes from.
    """

    measure: Callable[[Analysis], Value | Sequence[float | None]]
    source: str | None = None


QUANTITIES: Registry[Quantity] = Registry("quantity")
"""Every quantity by name."""


def quantity(
    unit: str, formula: str, *, name: str | None = None, source: str | None = None
) -> Callable[[Callable[[Analysis], Value | Sequence[float | None]]], Quantity]:
    """Decorator that registers a function of one run as a quantity, under the function's name by default."""

    def register(measure: Callable[[Analysis], Any]) -> Quantity:
        return QUANTITIES.register(Quantity(name or measure.__name__, unit, formula, measure, source))

    return register


def percent(share: float) -> str:
    """A share in percent."""
    return f"{100 * share:.4g} %"


def once(function: Callable[[Analysis], T]) -> Callable[[Analysis], T]:
    """Decorator for what several quantities need of a run: computed when first asked for, then kept with the run."""

    @wraps(function)
    def kept(analysis: Analysis) -> T:
        return analysis.get(function)

    return kept


def measure_all(analysis: Analysis, names: Iterable[str]) -> dict[str, Measurement]:
    """The named quantities of one run. What cannot be measured, because a file is damaged for example, gets the error
    as its reason, so that it does not stop the other quantities."""
    now, found = datetime.now(UTC).replace(microsecond=0), {}
    for name in names:
        found[name] = measured(QUANTITIES[name].measure, analysis).model_copy(update={"date": now})
        return_freed_memory()
    return found


def measured(measure: Callable[[Any], Any], subject: Any) -> Measurement:
    """What a function gives for a run, or for many: its value, its interval, or why there is none."""
    try:
        return _plain(measure(subject))
    except Undefined as undefined:
        return Measurement(reason=undefined.reason, never=isinstance(undefined, Never))
    except LatebloomError as error:
        return Measurement(reason=str(error), failed=True)


def _plain(value: Any) -> Measurement:
    """A value as it is stored; numpy's numbers become Python's, infinite and undefined numbers a reason."""
    if isinstance(value, Estimate):
        return Measurement(value=value.value, low=value.low, high=value.high, n=value.n, reason=value.reason)
    if isinstance(value, str):
        return Measurement(value=value)
    if isinstance(value, Sequence):
        return Measurement(value=tuple(None if one is None else float(one) for one in value))
    return Measurement(value=float(value)) if isfinite(value) else Measurement(reason=f"its value is {float(value)}")
