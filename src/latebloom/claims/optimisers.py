"""Claims about optimisers: what the write-up asks in its future directions."""

from collections.abc import Sequence

from latebloom.claims.claim import SweepClaim, Verdict
from latebloom.claims.evidence import Evidence
from latebloom.claims.settings import WHILE_LEARNING, groks_at_best, grouped


def _of(runs: Sequence[Evidence], name: str, with_momentum: bool = False) -> Verdict:
    """Whether runs of this optimiser grok, at the learning rate and decay at which most of them do."""
    groups = grouped(runs, "optimiser.name", "optimiser.momentum", "optimiser.lr", "optimiser.weight_decay")
    return groks_at_best(
        f"with {name}",
        {
            f"at lr {lr:g} and decay {decay:g}": found
            for (which, momentum, lr, decay), found in groups.items()
            if which == name and (momentum > 0) == with_momentum
        },
    )


CLAIMS = tuple(
    SweepClaim(
        id=f"{label.lower().replace(' ', '-')}-groks",
        sentence=sentence,
        place='W, "Future Directions" (a question there)',
        write_up=write_up,
        rule="At the best of the settings tried, four of five runs, of three or more (arbitrary), grok: test twice as "
        f"late as train; {WHILE_LEARNING}.",
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
