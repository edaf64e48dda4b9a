"""Claims about optimisers: what the write-up asks in its future directions."""

from collections.abc import Sequence

from latebloom.claims.claim import SweepClaim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.claims.settings import FEWEST, grouped, share_grokked


def _of(runs: Sequence[Evidence], name: str, with_momentum: bool = False) -> Verdict:
    """Whether runs of this optimiser generalise, at the learning rate and decay at which most of them do."""
    groups = grouped(runs, "optimiser.name", "optimiser.momentum", "optimiser.lr", "optimiser.weight_decay")
    mine = {key[2:]: found for key, found in groups.items() if key[0] == name and (key[1] > 0) == with_momentum}
    if not mine:
        return undecided(f"needs runs with {name}")
    (lr, decay), best = max(mine.items(), key=lambda item: share_grokked(item[1]))
    share, memorised = share_grokked(best), sum(run.reached("train") is not None for run in best)
    text = (
        f"at lr {lr:g} and decay {decay:g} (best of {len(mine)} settings) {memorised} of {len(best)} runs memorise, "
        f"{share:.0%} generalise within {max(run.last_step for run in best)} steps"
    )
    return judged(share >= 0.8, share, text) if len(best) >= FEWEST else undecided(f"{text}; {FEWEST} runs are needed")


CLAIMS = tuple(
    SweepClaim(
        id=f"{label.lower().replace(' ', '-')}-groks",
        sentence=sentence,
        place='W, "Future Directions" (a question there)',
        write_up=write_up,
        rule="At the best of the settings tried, four of five runs, of three or more (arbitrary), grok: test twice as "
        "late as train.",
        judge=judge,
        system="optimisers",
        figure="survival",
    )
    for label, sentence, write_up, judge in (
        ("AdamW", "With AdamW the model groks.", "yes", lambda runs: _of(runs, "adamw")),
        ("Adam", "With Adam and L2 in the gradient the model groks.", "asked", lambda runs: _of(runs, "adam")),
        ("SGD", "With plain SGD the model groks.", "asked", lambda runs: _of(runs, "sgd")),
        ("SGD momentum", "With SGD and momentum the model groks.", "asked", lambda runs: _of(runs, "sgd", True)),
    )
)
