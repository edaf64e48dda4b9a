"""Claims about other operations mod p, which the write-up names among its future directions."""

from collections.abc import Sequence

from latebloom.claims.claim import SweepClaim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.claims.pool import FEW
from latebloom.claims.settings import (
    FEWEST,
    WHILE_LEARNING,
    groks_at_best,
    grouped,
    memorising,
    share_generalised,
    share_grokked,
)
from latebloom.claims.systems import MUCH_DATA
from latebloom.tasks import ModularQuadratic, ModularSubtraction, RandomTable


def _of(runs: Sequence[Evidence], name: str) -> list[Evidence]:
    return [run for run in runs if run.run.task.name == name]


def _quadratic_groks(runs: Sequence[Evidence]) -> Verdict:
    mine = grouped(_of(runs, ModularQuadratic().name), "data.fraction")
    few = {f"on {share:.0%} of the pairs": found for share, found in mine.items() if share < MUCH_DATA}
    return groks_at_best(f"of it on less than {MUCH_DATA:.0%} of the pairs", few)


def _more_data(runs: Sequence[Evidence]) -> Verdict:
    shares, told = [], []
    for name in (ModularSubtraction().name, ModularQuadratic().name):
        mine = memorising([run for run in _of(runs, name) if run.run.experiment.data.fraction >= MUCH_DATA])
        if len(mine) < FEWEST:
            return undecided(f"needs {FEWEST} runs of {name} on {MUCH_DATA:.0%} of the pairs or more that memorise")
        shares.append(share_grokked(mine))
        told.append(f"{name}: {shares[-1]:.0%} of {len(mine)} runs grok; test / train from step {_steps(mine)}")
    return judged(max(shares) <= FEW, max(shares), "; ".join(told))


def _steps(runs: Sequence[Evidence]) -> str:
    """When each run has 90 % of its test set and of its train set right."""
    return ", ".join("/".join(_told(run.reached(name)) for name in ("test", "train")) for run in runs)


def _told(step: float | None) -> str:
    return "never" if step is None else f"{step:.0f}"


def _memorised_only(runs: Sequence[Evidence]) -> Verdict:
    mine = memorising(_of(runs, RandomTable().name))
    if len(mine) < FEWEST:
        return undecided(f"{len(mine)} runs on random answers memorise, and {FEWEST} are needed")
    share = share_generalised(mine)
    text = f"{len(mine)} runs memorise, {share:.0%} of them generalise within {max(r.last_step for r in mine)} steps"
    return judged(share <= FEW, share, text)


CLAIMS = (
    SweepClaim(
        id="quadratic-groks",
        sentence="x² + xy + y², a harder operation mod p, groks as well.",
        place='W, "Future Directions" (other tasks of the grokking paper)',
        write_up="asked",
        rule="On some share of the pairs four of five runs, of three or more (arbitrary), grok: test twice as late as "
        f"train; {WHILE_LEARNING}.",
        judge=_quadratic_groks,
        system="operations",
        figure="survival",
    ),
    SweepClaim(
        id="operations-more-data",
        sentence="With more data other operations too are learned without grokking.",
        place='W, "Future Directions" (other tasks of the grokking paper, with more data)',
        write_up="asked",
        rule=f"On {MUCH_DATA:.0%} of the pairs or more (tried: 95 %) at most one of five runs of each operation, of "
        "three or more that memorise (arbitrary), groks: test twice as late as train.",
        judge=_more_data,
        system="operations",
        figure="survival",
    ),
    SweepClaim(
        id="random-answers-memorised",
        sentence="Random answers are memorised, and nothing generalises.",
        place='W, "Future Directions", loose threads (memorisation to be looked at on random labels)',
        write_up="a control, not in W",
        rule="At most one of five runs (arbitrary), of three or more that memorise, ever gets 90 % of its test set "
        "right: the control, since no circuit could.",
        judge=_memorised_only,
        system="operations",
        figure="survival",
    ),
)
