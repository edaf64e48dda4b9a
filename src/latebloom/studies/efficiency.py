"""Circuit efficiency: which amount of data makes the general circuit cheaper than the memory?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import cast

from latebloom.claims import Record
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.learning import (
    MOSTLY_RIGHT,
    RIGHT,
    final_test_accuracy,
    test_90_at,
    test_under_guessing_at,
    train_learned_at,
)
from latebloom.claims.region import Above, AllOf, Below, Between
from latebloom.claims.settings import generalised, grouped, on_random_answers, right_at_end, share_of
from latebloom.claims.verdict import HALF
from latebloom.statistics import Estimate, censored_ratio_of_medians, median_estimate
from latebloom.studies.asked import asked
from latebloom.studies.equal_logits import MARGIN, weights_at_equal_logits
from latebloom.studies.growth import exponents
from latebloom.studies.steps import paired
from latebloom.studies.study import STUDIES, Study, Table, Then
from latebloom.studies.sweeps import FRESH_SEED, small
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec

SHARES = ("0.2", "0.4", "0.6", "0.8")
"""Shares of the pairs on which random answers are learned, and sums."""

STEPS = 2000
"""The same for both, since costs are compared."""

PLENTY = "0.8"
"""The share of the pairs of all runs whose data or weight decay changes during training."""

SHRINKS, FEW, ENOUGH = 600, "0.2", "0.9"
"""The step at which examples are left out, and the shares of the train set that are kept."""

SLOW = ("--data.fraction", PLENTY, "--optimiser.name", "delayed_decay", "--optimiser.weight_decay", "0.3")
"""A weaker weight decay, at which circuit formation and clean-up take long enough to be told apart."""

SLOW_STEPS = 3000

FIRST = FRESH_SEED + 100
"""The first seed: those before it judged earlier rules."""

STARTS = 1000
"""The step at which a late weight decay starts, long after memorising."""


def _cost(record: Record) -> float | None:
    value: float | None = record.value(weights_at_equal_logits.name)
    return value


def _memory_cost(record: Record) -> float | None:
    """What a memory of the whole train set costs."""
    return None if record.value(train_learned_at.name) is None else _cost(record)


def _circuit_cost(record: Record) -> float | None:
    """What the general circuit costs; None for a run that has none."""
    return _cost(record) if right_at_end(record) else None


def _sums(records: Sequence[Record]) -> list[Record]:
    """The runs on sums in which nothing changes during training."""
    return [
        record
        for record in records
        if record.setting("task.name") != "random_table"
        and record.setting("optimiser.name") == "adamw"
        and record.setting("intervention.kept") is None
    ]


def _shrunk(records: Sequence[Record], kept: str) -> list[Record]:
    return [record for record in records if record.setting("intervention.kept") == float(kept)]


def _decays(records: Sequence[Record], starts: int = 0, ends: bool = False) -> list[Record]:
    """The runs whose weight decay starts at a step, and ends or does not."""
    return [
        record
        for record in records
        if record.setting("optimiser.decay_from") == starts
        and (record.setting("optimiser.decay_until") is not None) == ends
    ]


def _relative_costs(records: Sequence[Record], right: bool) -> list[float | None]:
    """What a memory costs over what the circuit costs, at the share of the pairs of each seed that is nearest to the
    edge: the smallest at which it generalises, or the largest at which it does not. The circuit is that of the most
    data. None for a seed without such a share, circuit, or memory."""
    memories = {(run.setting("model.seed"), run.setting("data.fraction")): run for run in on_random_answers(records)}
    ratios: list[float | None] = []
    for seed, runs in grouped(_sums(records), "model.seed").items():
        ordered = sorted(runs, key=lambda run: float(run.setting("data.fraction")))
        general, others = ([run for run in ordered if right_at_end(run) == one] for one in (True, False))
        edge = (general[:1] if right else others[-1:]) if general else []
        memory = memories.get((seed, edge[0].setting("data.fraction"))) if edge else None
        costs = (None if memory is None else _memory_cost(memory), _cost(general[-1]) if general else None)
        ratios.append(None if None in costs else cast(float, costs[0]) / cast(float, costs[1]))
    return ratios


_READ = (weights_at_equal_logits, final_test_accuracy, train_learned_at)


@statistic(
    "times",
    "what a memory costs over what the circuit costs, at the largest share of the pairs at which the model does not "
    "generalise, in the median over seeds,",
    *_READ,
)
def memory_cost_where_wrong(records: Sequence[Record]) -> Estimate:
    return median_estimate(_relative_costs(records, right=False))


@statistic(
    "times",
    "the same at the smallest share at which it does",
    *_READ,
)
def memory_cost_where_right(records: Sequence[Record]) -> Estimate:
    return median_estimate(_relative_costs(records, right=True))


@statistic(
    "",
    "the exponent a of weights at equal logits ~ pairs^a of random answers, in the median over seeds that learn all of "
    "them,",
    *_READ,
)
def memory_exponent(records: Sequence[Record]) -> Estimate:
    return median_estimate(exponents(on_random_answers(records), _memory_cost, len(SHARES)))


@statistic(
    "",
    f"the same exponent of sums between {float(SHARES[-2]):.0%} and {float(SHARES[-1]):.0%} of the pairs, in the "
    "median over seeds that generalise on both,",
    *_READ,
)
def circuit_exponent(records: Sequence[Record]) -> Estimate:
    kept = {float(share) for share in SHARES[-2:]}
    runs = [run for run in _sums(records) if run.setting("data.fraction") in kept]
    return median_estimate(exponents(runs, _circuit_cost, len(kept)))


def _had_generalised(records: Sequence[Record]) -> list[Record]:
    """The runs that had most of the test set right before their train set shrinks."""
    return [run for run in records if generalised(run) and run.value(test_90_at.name) <= SHRINKS]


def _still_right(kept: str, name: str) -> Statistic:
    formula = (
        f"the share of the models with {RIGHT:.0%} test accuracy by step {SHRINKS} that have it at the end, after "
        f"their train set shrank to {float(kept):.0%} of itself,"
    )

    @statistic("share", formula, final_test_accuracy, test_90_at, name=name)
    def still_right(records: Sequence[Record]) -> Estimate:
        return share_of(_had_generalised(_shrunk(records, kept)), right_at_end)

    return still_right


right_with_few = _still_right(FEW, "right_with_few")
right_with_enough = _still_right(ENOUGH, "right_with_enough")


def _clean_ups(records: Sequence[Record]) -> list[tuple[Record, Record]]:
    """Of each seed with a clean-up, the run whose weight decay ends at its beginning, and that with it."""
    whole = {run.setting("model.seed"): run for run in _decays(records)}
    ending = {run.setting("model.seed"): run for run in _decays(records, ends=True)}
    return paired(ending, whole)


@statistic(
    "share",
    f"the share of the runs that reach {MOSTLY_RIGHT} test accuracy although their weight decay ends when test loss "
    "gets under guessing, after the train set is learned,",
    test_90_at,
)
def generalise_without_decay(records: Sequence[Record]) -> Estimate:
    return share_of([ending for ending, _ in _clean_ups(records)], generalised)


@statistic("share", "the share of the runs of the same seeds that do with their weight decay", test_90_at)
def generalise_with_decay(records: Sequence[Record]) -> Estimate:
    return share_of([whole for _, whole in _clean_ups(records)], generalised)


@statistic(
    "times",
    f"the median number of steps from a weight decay that starts at step {STARTS} to {MOSTLY_RIGHT} test accuracy, "
    "over that from the start of training with weight decay (a run that never gets there counts as its last step),",
    test_90_at,
)
def late_over_usual(records: Sequence[Record]) -> Estimate:
    """A run that generalises before its weight decay starts counts as one step. An end of the interval is open if it
    rests on runs that never get there."""
    late, usual = _decays(records, STARTS), _decays(records)
    return censored_ratio_of_medians(
        _steps_after(late, STARTS), _steps_after(usual, 0), _lengths_after(late, STARTS), _lengths_after(usual, 0)
    )


def _steps_after(records: Sequence[Record], start: int) -> list[float | None]:
    return [max(1.0, run.value(test_90_at.name) - start) if generalised(run) else None for run in records]


def _lengths_after(records: Sequence[Record], start: int) -> list[int]:
    return [(run.step or 0) - start for run in records]


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    rows = []
    memories, sums = (grouped(part, "data.fraction") for part in (on_random_answers(records), _sums(records)))
    for share in sorted({*memories, *sums}):
        costs = [
            shown(median_estimate([of(run) for run in runs.get(share, [])]), "{:.0f}")
            for runs, of in ((memories, _memory_cost), (sums, _circuit_cost))
        ]
        right = shown(share_of(sums[share], right_at_end)) if share in sums else "–"
        rows.append((f"{share:.0%}", *costs, right))
    changes = [
        (f"the train set shrinks to {float(FEW):.0%}", _shrunk(records, FEW)),
        (f"the train set shrinks to {float(ENOUGH):.0%}", _shrunk(records, ENOUGH)),
        ("nothing, with weight decay 0.3", _decays(records)),
        ("weight decay ends when test loss gets under guessing", _decays(records, ends=True)),
        (f"weight decay starts at step {STARTS}", _decays(records, STARTS)),
    ]
    return (
        Table(
            f"Sum of squared weights at a margin of {MARGIN:g} nats",
            ("pairs", "random answers", "sums, if they generalise", "sums that generalise"),
            rows,
        ),
        Table(
            f"What changes during training on {float(PLENTY):.0%} of the pairs",
            ("change", "runs", f"test accuracy of {RIGHT:.0%} at the end"),
            [(what, str(len(runs)), shown(share_of(runs, right_at_end))) for what, runs in changes],
        ),
    )


def _ending(records: Sequence[Record]) -> Sequence[Spec]:
    """For each run with the weaker weight decay that gets under guessing once it has learned its train set, one whose
    weight decay ends there."""
    specs = []
    for run in _decays(records):
        step, learned = run.value(test_under_guessing_at.name), run.value(train_learned_at.name)
        if step is not None and learned is not None and step > learned:
            ending = ("--optimiser.decay_until", str(round(step)))
            specs.append(small(1, SLOW_STEPS, *SLOW, *ending, first=run.setting("model.seed")))
    return specs


def _runs(count: int, slow: int) -> tuple[Spec, ...]:
    """slow: how many seeds have the weaker weight decay, of which only a part has a clean-up."""
    fresh, decaying = (partial(small, number, first=FIRST) for number in (count, slow))
    shrinking = ("--intervention.kind", "fewer_examples", "--intervention.from_step", str(SHRINKS))
    return (
        fresh(STEPS, "--task.name", "random_table", data__fraction=SHARES),
        fresh(STEPS, data__fraction=SHARES),
        fresh(2 * SHRINKS, "--data.fraction", PLENTY, *shrinking, intervention__kept=(FEW, ENOUGH)),
        decaying(SLOW_STEPS, *SLOW),
        decaying(SLOW_STEPS + STARTS, *SLOW, "--optimiser.decay_from", str(STARTS)),
    )


_claim = partial(asked, "efficiency", place="Varma et al. 2023, arXiv 2309.02390")

STUDIES.register(
    Study(
        name="efficiency",
        title="Circuit efficiency",
        question="Which amount of data makes the general circuit the cheaper one?",
        place="Varma et al. 2023, after the write-up",
        hypothesis="Where a model does not generalise, its memory needs smaller weights than the circuit for the same "
        "logits, and where it does, the circuit does.",
        otherwise="No: it is not so that the memory needs the smaller weights for the same logits where a model does "
        "not generalise, and the circuit where it does.",
        design=f"Random answers mod 23 on {float(SHARES[0]):.0%} to {float(SHARES[-1]):.0%} of the pairs show what a "
        f"memory costs: the sum of squared weights at a margin of {MARGIN:g} nats. x + y mod 23 on the same shares "
        "shows what the circuit costs, and from where on it wins; all after as many steps. Memory and circuit are "
        "compared on either side of that edge. Then the train set of models that generalise shrinks at step "
        f"{SHRINKS}, weight decay ends when test loss gets under guessing (in the seeds in which that is after the "
        f"train set is learned), or starts at step {STARTS}.",
        control="A train set that hardly shrinks; the same seeds with weight decay from start to end.",
        power="The quick budget has 6 seeds, and 12 for weight decay; the full one 20, and 30. Six runs of six have an "
        "interval from 61 %, 15 of 20 one from 53 %. The interval of a median of six leaves hardly anything of their "
        "range out, so that all seeds, or all but one near the edge, decide; that of 20 is about their middle half. "
        "Only about half of the seeds have a clean-up.",
        changes="Longer runs, in which less data may suffice; a finer grid of shares; weights counted by another norm; "
        "memories of sums, which may be cheaper than those of random answers.",
        runs={"quick": _runs(6, slow=12), "full": _runs(20, slow=30)},
        then=Then(
            "for each seed of the runs with weight decay 0.3 whose test loss gets under guessing after the train set "
            "is learned: the same with optimiser.decay_until at that step",
            _ending,
        ),
        claims=(
            _claim(
                id="efficiency-critical-size",
                sentence="Where the model does not generalise its memory is cheaper than the circuit, and where it "
                "does the circuit is.",
                published="yes",
                region=AllOf(Below(memory_cost_where_wrong, 1.0), Above(memory_cost_where_right, 1.0)),
                finding=f"a memory costs {found(memory_cost_where_wrong, '.2f')} times what the circuit does at the "
                "largest share of the pairs at which the model does not generalise, and "
                f"{found(memory_cost_where_right, '.2f')} times at the smallest at which it does",
            ),
            _claim(
                id="efficiency-memory-grows",
                sentence="A memory costs more the more pairs it holds, and the circuit does not.",
                published="yes",
                region=AllOf(Above(memory_exponent, 0.1, "arbitrary"), Below(circuit_exponent, 0.1)),
                finding="the sum of squared weights grows as the pairs to the power "
                f"{found(memory_exponent, '.2f')} on random answers, and {found(circuit_exponent, '.2f')} on sums",
            ),
            _claim(
                id="efficiency-ungrokking",
                sentence="A model that generalised no longer does when most of its train set is taken away.",
                published="yes, below the critical amount",
                region=AllOf(Below(right_with_few, HALF), Above(right_with_enough, HALF, "the control")),
                finding=f"{found(right_with_few)} of the models still generalise with {float(FEW):.0%} of it, and "
                f"{found(right_with_enough)} with {float(ENOUGH):.0%}",
            ),
            _claim(
                id="efficiency-no-decay-at-clean-up",
                sentence="Without weight decay from the beginning of the clean-up on, the model does not generalise.",
                region=AllOf(Below(generalise_without_decay, HALF), Above(generalise_with_decay, HALF, "the control")),
                finding=f"without it {found(generalise_without_decay)} of the runs generalise, with it "
                f"{found(generalise_with_decay)}",
            ),
            _claim(
                id="efficiency-late-decay",
                sentence="Weight decay that starts late takes as many steps as if training began with it.",
                region=Between(late_over_usual, HALF, 1 / HALF, "arbitrary: within a factor of two"),
                finding=f"late weight decay takes {found(late_over_usual, '.2f')} times as many steps as weight decay "
                "from the start",
            ),
        ),
        shown=(test_under_guessing_at,),
        tables=_tables,
        caveats="Of the hypothesis only the first half fails: where the model generalises, the circuit is cheaper. It "
        "need not fail in the paper's sense, which is about where training would settle: with less data a "
        "model may generalise after these steps, and a memory of sums may be cheaper than that of random "
        "answers. In `efficiency-ungrokking` the mean stays over the whole train set, so the eps of AdamW is "
        "no longer negligible with few of its examples, and weight decay is relatively stronger there. "
        "`efficiency-no-decay-at-clean-up` is about the seeds whose test loss gets under guessing after the train "
        "set is learned, and no others, since the others have no clean-up. `critical-size` asks for the edge on a "
        "finer grid, and for memories of sums.",
    )
)
