"""Claims about optimisers, which the write-up asks in its future directions."""

from collections.abc import Sequence

from latebloom.claims.claim import SweepClaim, register
from latebloom.claims.quantity import FEWEST_RUNS
from latebloom.claims.record import Record
from latebloom.claims.settings import BEST, Chosen, Grokking, best_setting, grouped


def _grokking(prefix: str, label: str, optimiser: str, with_momentum: bool = False) -> Grokking:
    """Runs of this optimiser, at the learning rate and weight decay at which most of them grok."""

    def choose(records: Sequence[Record]) -> Chosen:
        fields = ("optimiser.name", "optimiser.momentum", "optimiser.lr", "optimiser.weight_decay", "task.p")
        return best_setting(
            f"with {label}",
            {
                f"mod {p}, at lr {lr:g} and decay {decay:g}": group
                for (name, momentum, lr, decay, p), group in grouped(records, *fields).items()
                if name == optimiser and (momentum > 0) == with_momentum
            },
        )

    text = f"the runs with {label}, {FEWEST_RUNS} or more, at the best learning rate and weight decay tried ({BEST}),"
    return Grokking(prefix, text, choose)


for prefix, label, published, grokking in (
    ("adamw", "AdamW", "yes", _grokking("adamw", "AdamW", "adamw")),
    ("adam", "Adam and L2 in the gradient", "asked", _grokking("adam", "Adam and L2 in the gradient", "adam")),
    ("sgd", "plain SGD", "asked", _grokking("sgd", "plain SGD", "sgd")),
    ("sgd-momentum", "SGD and momentum", "asked", _grokking("sgd_momentum", "SGD and momentum", "sgd", True)),
):
    register(
        SweepClaim(
            id=f"{prefix}-groks",
            sentence=f"With {label} the model groks.",
            place='W, "Future Directions" (a question there)',
            published=published,
            region=grokking.region,
            provided=grokking.provided,
            finding=grokking.finding,
            statistics=grokking.statistics,
            system="optimisers",
            figure="survival",
        )
    )
