"""Claims about where the winning frequencies come from."""

from collections.abc import Sequence

import numpy as np

from latebloom.circuits.modular.grid import modular_grid
from latebloom.circuits.modular.initial import initial_circles
from latebloom.claims.claim import Claim, SweepClaim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.statistics import chosen_frequencies, discrimination


def _scores(evidence: Evidence, step: int) -> np.ndarray | None:
    """Each frequency's share of the embedding's energy at a measured step."""
    columns = [evidence.series(f"embedding_fraction.k{k}") for k in range(1, (evidence.task.p - 1) // 2 + 1)]
    if any(column is None or step not in column.step for column in columns):
        return None
    return np.array([column.value[column.step == step][0] for column in columns if column is not None])


def _at_init(runs: Sequence[Evidence]) -> Verdict:
    found = []
    for run in runs:
        scores = _scores(run, 0)
        if scores is not None and run.keys:
            found.append((scores, np.isin(np.arange(1, len(scores) + 1), run.keys)))
    auc = discrimination(found).auc
    if auc.value is None or auc.low is None:
        return undecided(auc.reason or "needs several measured runs with key frequencies")
    text = f"AUC {auc.value:.2f} ({auc.low:.2f} to {auc.high or 1:.2f}) over {auc.n} seeds; 0.5 is guessing"
    return judged(auc.low > 0.5, auc.value, text)


def _seeds_differ(runs: Sequence[Evidence]) -> Verdict:
    keys = [tuple(run.keys) for run in runs if run.keys]
    if len(keys) < 2:
        return undecided(f"{len(keys)} runs have key frequencies, and two are needed")
    chosen = chosen_frequencies(keys, (runs[0].task.p - 1) // 2)
    kinds = len(set(keys))
    sizes = ", ".join(f"{number} keys in {count}" for number, count in chosen.number.items())
    found = f"{kinds} different sets in {len(keys)} seeds ({sizes})"
    even = chosen.evenness.p_value
    if even is None:
        return undecided(f"{found}; {chosen.evenness.reason or 'evenness is undefined'}")
    return judged(kinds > 1 and even >= 0.05, kinds / len(keys), f"{found}; as uneven by chance: p = {even:.2f}")


def _circular(evidence: Evidence) -> Verdict:
    if evidence.run.checkpoints[0] != 0:
        return undecided("the run has no checkpoint at step 0")
    initial = modular_grid(evidence.run.checkpoint(0).model.double(), evidence.task)
    circles = initial_circles(initial.embedding, evidence.grid.embedding)
    if not circles:
        return undecided("no two principal components of the final embedding make a circle")
    middle = float(np.median([circle.circularity for circle in circles]))
    most = float(np.median([circle.control_max for circle in circles]))
    found = f"{middle:.1%} of the variance at the plane's frequency (median of {len(circles)} planes)"
    return judged(middle > most, middle, f"{found}, at most {most:.1%} in 200 random planes")


CLAIMS = (
    Claim(
        id="initial-embedding-circular",
        sentence="In the planes of the final principal components the initial embedding is already somewhat circular.",
        place="W, footnote 5",
        write_up="somewhat circular",
        rule="The median plane has more of its variance at its frequency than any of 200 random planes.",
        judge=_circular,
        figure="initial-embedding",
    ),
    SweepClaim(
        id="keys-differ-by-seed",
        sentence="Which frequencies are chosen is arbitrary: other seeds choose others.",
        place='W, "Overview of the Inferred Algorithm"; P',
        write_up="{14,35,41,42,52}; {2,9,19,31}, {40,44,53}, {31,45,49,52}",
        rule="More than one set of key frequencies, and none chosen more often than chance has it (p of at least 0.05, "
        "the usual level; few seeds hardly fail this).",
        judge=_seeds_differ,
        system="mainline",
        figure="seed-frequencies",
    ),
    SweepClaim(
        id="winners-at-init",
        sentence="The winning frequencies are already ahead in the initial embedding (a lottery ticket).",
        place='W, "Future Directions" (a question there)',
        write_up="asked",
        rule="AUC of the initial embedding norms for being a key frequency is above 0.5 with its 95 % interval.",
        judge=_at_init,
        system="mainline",
        figure="seed-frequencies",
    ),
)
