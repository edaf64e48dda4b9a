"""Studies: open questions of the write-up, each answered over runs by rules that were fixed before the runs existed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from latebloom._registry import Registry
from latebloom.claims import Claim, Quantity, Record, SweepClaim
from latebloom.sweeps.spec import Spec

Budget = Literal["quick", "full"]
BUDGETS: tuple[Budget, ...] = get_args(Budget)


@dataclass(frozen=True)
class Table:
    """What was measured, for the page. rows: text, one per column; numbers come with their interval."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Then:
    """Runs that can be named only once others are measured.

    text: which runs they are, frozen with the rules. sweeps: they, from the stored records of the first runs; a pure
    function, and no sweep for a record that does not decide it.
    """

    text: str
    sweeps: Callable[[Sequence[Record]], Sequence[Spec]]


@dataclass(frozen=True, kw_only=True)
class Study:
    """One open question.

    question: in the write-up's words, or in ours. place: where it is asked. hypothesis: one sentence, which the
    first claim judges. otherwise: the answer if that claim fails, in one sentence, as true as the verdict: what its
    region excludes and no more; not frozen, since the rule says it already. design: what is trained, varied and
    measured. control: what the result is compared with. power: how many runs detect which effect. changes: what
    would change the answer. runs: the sweeps of each budget, with seeds from `latebloom.claims.record.FIRST_SEED`
    on. claims: how the answer is decided; their text is frozen before the runs exist. tables: what was measured,
    from the records. shown: further quantities, which only the tables read. then: runs that follow from the first
    ones. caveats: what the runs do not show, as found after them; not frozen. figure: the name of a figure of a run
    that shows what was found.
    """

    name: str
    title: str
    question: str
    place: str
    hypothesis: str
    design: str
    control: str
    power: str
    changes: str
    runs: Mapping[Budget, Sequence[Spec]]
    claims: Sequence[Claim | SweepClaim]
    shown: Sequence[Quantity] = ()
    tables: Callable[[Sequence[Record]], Sequence[Table]] = lambda records: ()
    then: Then | None = None
    otherwise: str = ""
    caveats: str = ""
    figure: str | None = None

    @property
    def quantities(self) -> tuple[str, ...]:
        """Names of the quantities that are measured on each run."""
        judged = (name for claim in self.claims for name in claim.quantities)
        return tuple(dict.fromkeys((*judged, *(one.name for one in self.shown))))


STUDIES: Registry[Study] = Registry("study")
"""Every study by name, in the order of the write-up's questions."""
