"""Quantities of a sudden fall of a loss, in nats: near guessing at first, then a fall between two corners."""

from latebloom.analysis import Analysis
from latebloom.claims.learning import series_of
from latebloom.claims.quantity import Quantity, Undefined, percent, quantity
from latebloom.claims.region import AllOf, AtLeast, Holds, Region
from latebloom.phases import NoChange, PhaseChange
from latebloom.phases.components import LEAST_FALL

NEAR = 0.5
"""A sudden fall begins at this share of guessing or more, what phases call "not below chance". Arbitrary."""


def deepest_fall(analysis: Analysis, column: str) -> PhaseChange:
    """The deepest fall of a loss. Errors: Undefined where there is none."""
    series_of(analysis, column)
    change = analysis.fall(column)
    if isinstance(change, NoChange):
        raise Undefined(f"{column.replace('_', ' ')} has no phase change: {change.reason}")
    return change


class SuddenFall:
    """The quantities of the fall of one loss, the region in which it is sudden, and the template that reports it."""

    def __init__(self, column: str) -> None:
        loss = column.replace("_", " ")

        @quantity(
            "",
            f"the deepest fall of {loss} has a corner before it and a corner after it, and is at least "
            f"{percent(LEAST_FALL)} "
            "of guessing deep (arbitrary)",
            name=f"{column}_falls_suddenly",
        )
        def complete(analysis: Analysis) -> float:
            series_of(analysis, column)
            change = analysis.fall(column)
            return float(not isinstance(change, NoChange) and change.has_onset and change.completion is not None)

        @quantity(
            "share",
            f"the value of {loss} at the start of that fall, as a share of guessing,",
            name=f"{column}_fall_from_share",
        )
        def from_share(analysis: Analysis) -> float:
            return deepest_fall(analysis, column).before / analysis.chance

        @quantity("nats", f"the value of {loss} at the start of its deepest fall", name=f"{column}_fall_from")
        def before(analysis: Analysis) -> float:
            return deepest_fall(analysis, column).before

        @quantity("nats", f"the value of {loss} at the end of that fall", name=f"{column}_fall_to")
        def after(analysis: Analysis) -> float:
            return deepest_fall(analysis, column).after

        @quantity("steps", f"the step at which {loss} begins its deepest fall", name=f"{column}_fall_start")
        def start(analysis: Analysis) -> float:
            return deepest_fall(analysis, column).onset.step

        @quantity("steps", f"the step at which {loss} ends its deepest fall", name=f"{column}_fall_end")
        def end(analysis: Analysis) -> float:
            completion = deepest_fall(analysis, column).completion
            if completion is None:
                raise Undefined(f"{loss} still falls at the end")
            return completion.step

        @quantity("steps", f"the middle of the deepest fall of {loss}", name=f"{column}_fall_middle")
        def middle(analysis: Analysis) -> float:
            midpoint = deepest_fall(analysis, column).midpoint
            if midpoint is None:
                raise Undefined(f"{loss} still falls at the end")
            return midpoint.step

        self.complete, self.from_share, self.start, self.end, self.middle = complete, from_share, start, end, middle
        self.before, self.after = before, after

    @property
    def region(self) -> Region:
        """Where the fall is sudden."""
        return AllOf(Holds(self.complete), AtLeast(self.from_share, NEAR, "arbitrary"))

    @property
    def finding(self) -> str:
        """The fall in words, as a template."""
        names = (self.before, self.after, self.start, self.end)
        before, after, start, end = (f"{{{one.name}:{'.2f' if one.unit == 'nats' else '.0f'}}}" for one in names)
        return f"falls from {before} to {after} nats from step {start} to {end}"

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """What the region needs."""
        return (self.complete, self.from_share)


TEST_FALL, TRAIN_FALL = SuddenFall("test_loss"), SuddenFall("train_loss")
