"""How a step grows with the modulus, the width and the number of heads."""

from typing import Any

from latebloom.bench.plain import plain_step
from latebloom.bench.timing import in_turns, median
from latebloom.recipes import mainline
from latebloom.training import Experiment, Trainer

MODULI = (31, 59, 113, 227)
WIDTHS = (64, 128, 256)
HEADS = (1, 4, 8)


def growth() -> dict[str, Any]:
    """Milliseconds of a step through tables, of a plain one at loss positions, and of a plain one at all positions."""
    return {
        "p": [{"p": p, **_times(_changed("task", p=p))} for p in MODULI],
        "d_model": [{"d_model": d, **_times(_changed("model", d_model=d, d_head=d // 4, d_mlp=4 * d))} for d in WIDTHS],
        "n_heads": [{"n_heads": h, **_times(_changed("model", n_heads=h, d_head=128 // h))} for h in HEADS],
    }


def _changed(section: str, **fields: int) -> Experiment:
    experiment = mainline(0)
    return experiment.model_copy(update={section: getattr(experiment, section).model_copy(update=fields)})


def _times(experiment: Experiment) -> dict[str, float]:
    trainer = Trainer(experiment)
    small = trainer.stride > 1
    updates = 10 if small else 1  # small models make many updates per call
    variants = {
        "tables": lambda: trainer.advance(updates),
        "plain": plain_step(experiment, whole_sequence=True),
        "plain_at_loss": plain_step(experiment, whole_sequence=False),
    }
    times = {name: median(calls) for name, calls in in_turns(variants, rounds=3, each=3).items()}
    times["tables"] = float(f"{times['tables'] / updates:.3g}")
    return times | {"plain_over_tables": round(times["plain"] / times["tables"], 2)}
