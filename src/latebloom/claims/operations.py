"""Claims about other operations mod p, which the write-up names among its future directions."""

from collections.abc import Sequence

from latebloom.claims.claim import SweepClaim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.claims.much_data import together
from latebloom.claims.pool import FEW, pool
from latebloom.claims.settings import FEWEST, groks_at_best, grouped, memorising
from latebloom.claims.systems import MUCH_DATA
from latebloom.tasks import ModularQuadratic, ModularSubtraction, RandomTable


def _of(runs: Sequence[Evidence], name: str) -> list[Evidence]:
    return [run for run in runs if run.run.task.name == name]


def _quadratic_groks(runs: Sequence[Evidence]) -> Verdict:
    mine = grouped(_of(runs, ModularQuadratic().name), "data.fraction")
    few = {f"on {share:.0%} of the pairs": found for share, found in mine.items() if share < MUCH_DATA}
    return groks_at_best(f"of it on less than {MUCH_DATA:.0%} of the pairs", few)


def _more_data(runs: Sequence[Evidence]) -> Verdict:
    found, told = {}, []
    for name in (ModularSubtraction().name, ModularQuadratic().name):
        mine = [run for run in _of(runs, name) if run.run.experiment.data.fraction >= MUCH_DATA]
        if len(mine) < FEWEST:
            return undecided(f"needs {FEWEST} runs of {name} on {MUCH_DATA:.0%} of the pairs or more")
        found[name] = pool({run.run.path.name: together(run) for run in mine})
        told.append(f"{name}: {found[name].holds} of {len(mine)} runs; test / train from step {_steps(mine)}")
    text, outcomes = "; ".join(told), {pooled.outcome for pooled in found.values()}
    return undecided(text) if outcomes == {"holds", "undecided"} else judged(outcomes == {"holds"}, None, text)


def _steps(runs: Sequence[Evidence]) -> str:
    """When each run has 90 % of its test set and of its train set right."""
    return ", ".join("/".join(_told(run.reached(name)) for name in ("test", "train")) for run in runs)


def _told(step: float | None) -> str:
    return "never" if step is None else f"{step:.0f}"


def _memorised_only(runs: Sequence[Evidence]) -> Verdict:
    mine = memorising(_of(runs, RandomTable().name))
    if len(mine) < FEWEST:
        return undecided(f"{len(mine)} runs on random answers memorise, and {FEWEST} are needed")
    share = sum(run.reached("test") is not None for run in mine) / len(mine)
    text = f"{len(mine)} runs memorise, {share:.0%} of them generalise within {max(r.last_step for r in mine)} steps"
    return judged(share <= FEW, share, text)


CLAIMS = (
    SweepClaim(
        id="quadratic-groks",
        sentence="x² + xy + y², a harder operation mod p, groks as well.",
        place='W, "Future Directions" (other tasks of the grokking paper)',
        write_up="asked",
        rule="On some share of the pairs four of five runs, of three or more (arbitrary), grok: test twice as late as "
        "train.",
        judge=_quadratic_groks,
        system="operations",
        figure="survival",
    ),
    SweepClaim(
        id="operations-more-data",
        sentence="With more data other operations too are learned without grokking.",
        place='W, "Future Directions" (other tasks of the grokking paper, with more data)',
        write_up="asked",
        rule="On 95 % of the pairs, in four of five runs of each operation, test accuracy reaches 0.9 within a tenth "
        "more steps (arbitrary) than train accuracy, as far as logged.",
        judge=_more_data,
        system="operations",
        figure="survival",
    ),
    SweepClaim(
        id="random-answers-memorised",
        sentence="Random answers are memorised, and nothing generalises.",
        place='W, "Future Directions", loose threads (random labels have no structure)',
        write_up="only memorisation",
        rule="At most one of five runs (arbitrary), of three or more that memorise, ever gets 90 % of its test set "
        "right: the control, since no circuit could.",
        judge=_memorised_only,
        system="operations",
        figure="survival",
    ),
)
