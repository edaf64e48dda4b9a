"""A study as rows of text for the terminal and the page."""

from __future__ import annotations

from collections.abc import Sequence

from latebloom._text import percent, whole
from latebloom.lab.seeds.pooled import Moment
from latebloom.lab.seeds.study import SeedStudy
from latebloom.statistics import Estimate
from latebloom.statistics.lead import Leads

SHOWN_STEPS = 7
"""The number of steps in the table; the figure shows all."""


def number(value: float | int | None, digits: int = 2) -> str:
    """A number with this many decimals; ``–`` if it is unbounded or undefined."""
    return "–" if value is None else f"{value:.{digits}f}"


def estimate(statistic: Estimate, digits: int = 2) -> str:
    """``0.63 (0.55 to 0.71, n = 16)``, or the reason why it is undefined."""
    if statistic.value is None:
        return f"undefined: {statistic.reason}"
    if statistic.low is None and statistic.high is None:
        return f"{number(statistic.value, digits)} (no interval: {statistic.reason})"
    value, low, high = (number(part, digits) for part in (statistic.value, statistic.low, statistic.high))
    return f"{value} ({low} to {high}, n = {statistic.n})"


def rows(study: SeedStudy) -> list[tuple[str, str]]:
    """Quantity and value, with the 95 % interval over runs."""
    pooled = study.pooled
    chosen, sizes = pooled.key_frequencies, pooled.cluster_sizes
    left_out = ", ".join(f"{count} {status}" for status, count in study.left_out.items())
    middle_half = f"{number(sizes.low, 0)} to {number(sizes.high, 0)}, {sizes.n} clusters"
    outcomes = ", ".join(f"{count} {name}" for name, count in pooled.outcomes.items())
    lines = [
        ("runs", f"{pooled.n} finished" + (f"; left out: {left_out}" if left_out else "")),
        (
            "test set learned (99 %)",
            f"in {pooled.generalised} of {pooled.n}, at step {estimate(pooled.test_learned_at, 0)}, median",
        ),
        ("outcomes", outcomes or "not stored"),
        ("test loss stays under guessing", f"from step {estimate(pooled.test_under_guessing, 0)}, median"),
        ("separate phases", f"in {pooled.separate} of {pooled.n}"),
        ("key frequencies", ", ".join(f"{count} runs have {size}" for size, count in chosen.number.items())),
        ("are all frequencies equally likely?", _evenness(study)),
        ("keys by norm at step 0", _ranks(study)),
        ("neurons in a key cluster", f"{number(sizes.median, 0)} (middle half {middle_half})"),
        ("share of neurons clustered", estimate(pooled.clustered_fraction)),
    ]
    for name in type(pooled.final).model_fields:
        final, initial = getattr(pooled.final, name), getattr(pooled.initial, name)
        lines.append((name.replace("_", " "), f"{estimate(final)}; at step 0: {number(initial.value)}"))
    return [
        *lines,
        ("restricted before test loss", _leads_text(pooled.restricted)),
        ("excluded before test loss", _leads_text(pooled.excluded)),
    ]


def _leads_text(leads: Leads) -> str:
    """The share of the decided runs, the number of undecided runs, and the median lead."""
    share = leads.leads
    if share.value is None:
        return f"undecided in all {leads.undecided}"
    interval = f"{percent(share.low or 0)} to {percent(share.high or 0)}"
    return (
        f"in {percent(share.value)} of {share.n} decided ({interval}), undecided in {leads.undecided}; "
        f"by {estimate(leads.steps, 0)} steps, median"
    )


def moment_rows(study: SeedStudy) -> list[tuple[str, str, str]]:
    """AUC and control at some steps, and at multiples of two characteristic steps of each run."""
    pooled = study.pooled
    steps = [(f"step {whole(moment.at)}", moment) for moment in thinned(pooled.by_step)]
    falls = [(f"{moment.at:g} × start of clean-up", moment) for moment in thinned(pooled.by_clean_up)]
    done = [(f"{moment.at:g} × step of 99 %", moment) for moment in thinned(pooled.by_generalised)]
    return [(name, estimate(moment.auc), estimate(moment.control)) for name, moment in (*steps, *falls, *done)]


def thinned(moments: Sequence[Moment], most: int = SHOWN_STEPS) -> list[Moment]:
    """The first two, the last, and some between them."""
    if len(moments) <= most:
        return list(moments)
    chosen = {0, 1} | {round(1 + i * (len(moments) - 2) / (most - 2)) for i in range(1, most - 1)}
    return [moments[i] for i in sorted(chosen)]


def _evenness(study: SeedStudy) -> str:
    even = study.pooled.key_frequencies.evenness
    if even.p_value is None:
        return f"undefined: {even.reason}"
    return f"if they are, counts as uneven as these have probability {even.p_value:.2g}"


def _ranks(study: SeedStudy) -> str:
    """The number of key frequencies whose norms were among the largest at step 0, and the number expected by chance."""
    known = [seed for seed in study.seeds if seed.initial_ranks]
    ranks = [(rank, len(seed.initial_ranks or ())) for seed in known for rank in (seed.initial_ranks or {}).values()]
    if not ranks:
        return "undefined: no run has key frequencies and a checkpoint at step 0"
    on_top = sum(rank <= size for rank, size in ranks)
    chance = sum(size / (study.p // 2) for _, size in ranks)
    return f"{on_top} of {len(ranks)} were among the n largest of their run with n keys; {chance:.1f} by chance"
