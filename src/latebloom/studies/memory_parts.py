"""What a memory is lost with: parts of the model with their initial weights, and without what they compute."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

import torch

from latebloom.analysis import Analysis
from latebloom.claims import Record, quantity
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.learning import MOSTLY_RIGHT, series_of, test_90_at, train_learned_at
from latebloom.claims.quantity import Quantity, once
from latebloom.claims.region import Above, AllOf, Below
from latebloom.claims.settings import generalised, on_random_answers
from latebloom.claims.verdict import HALF
from latebloom.models import Model
from latebloom.statistics import Estimate, median_estimate
from latebloom.studies.asked import asked
from latebloom.studies.parts import PARTS
from latebloom.studies.steps import paired
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.swapped_weights import Weights, learned_at, model_at, moved, share_right, weights_of
from latebloom.studies.sweeps import UNSEEN_SEED, small
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec

RANDOM, SUMS = "random_table", "modular_addition"

STEPS = 1500
FRACTION = "0.6"
"""The share of the pairs at which sums are remembered first, and most models generalise by the last step."""

SPACING = "5 until 300"
"""Of the records and checkpoints in which the train set is learned."""


def _zeros(*names: str) -> Callable[[Model], Weights]:
    return lambda model: {name: torch.zeros_like(own) for name, own in weights_of(model, names).items()}


def unordered(model: Model) -> Weights:
    """The embedding of positions with that of x and that of y at their mean, so that y, x is as x, y."""
    (name, own), *_ = weights_of(model, ("pos_embed.W_pos",)).items()
    return {name: torch.cat([own[:2].mean(0).expand(2, -1), own[2:]])}


ABLATED: Mapping[str, Callable[[Model], Weights]] = {
    "the pattern of attention": _zeros("blocks.0.attn.W_Q", "blocks.0.attn.W_K"),
    "the neurons": _zeros("blocks.0.mlp.W_out", "blocks.0.mlp.b_out"),
    "the order of the numbers": unordered,
}
"""The weights without each of these: attention is then even, or the neurons write nothing. Zeros in the embedding, in
the values of attention, or in the unembedding leave nothing that depends on the numbers."""

_ATTENTION, _ORDER = list(PARTS).index("attention"), list(ABLATED).index("the order of the numbers")


def _shares(analysis: Analysis, model: Model, changes: Sequence[Weights]) -> list[list[float]]:
    """What the model gets right of its train set with each of these changes, and with random ones as large."""
    train, positions = analysis.sets["train"], analysis.task.loss_positions
    controls = [moved(weights_of(model, list(change)), change) for change in changes]
    return [[share_right(model, train, positions, one) for one in kind] for kind in (changes, controls)]


_Changes = Callable[[Analysis, Model], Sequence[Weights]]


def _rewound(analysis: Analysis, model: Model) -> Sequence[Weights]:
    first = model_at(analysis, 0)
    return [weights_of(first, names.split(",")) for names in PARTS.values()]


def _ablated(analysis: Analysis, model: Model) -> Sequence[Weights]:
    return [change(model) for change in ABLATED.values()]


def _both(name: str, words: str, changes: _Changes, at: Callable[[Analysis], int]) -> tuple[Quantity, Quantity]:
    """What is right after each change, and after random changes as large."""

    @once
    def shares(analysis: Analysis) -> list[list[float]]:
        model = model_at(analysis, at(analysis))
        return _shares(analysis, model, changes(analysis, model))

    formula = f"the shares of the train set that are right {words}"
    return (
        quantity("share", formula, name=name)(lambda analysis: shares(analysis)[0]),
        quantity("share", f"{formula} after random changes as large instead", name=f"{name}_control")(
            lambda analysis: shares(analysis)[1]
        ),
    )


def _last(analysis: Analysis) -> int:
    return analysis.step


_REWOUND = f"with one part as at step 0 ({'; '.join(PARTS)})"
_WITHOUT = (
    "without one of the pattern of attention (W_Q and W_K at zero), the neurons (W_out and its bias at zero), and the "
    "order of the numbers (the position embeddings of x and y at their mean)"
)
_LEARNED = "where the train set is just learned"

REWOUND = _both("rewound_when_learned", f"{_REWOUND}, {_LEARNED},", _rewound, learned_at)
REWOUND_LATE = _both("rewound_at_the_end", f"{_REWOUND}, at the end,", _rewound, _last)
WITHOUT = _both("ablated_when_learned", f"{_WITHOUT}, {_LEARNED},", _ablated, learned_at)
WITHOUT_LATE = _both("ablated_at_the_end", f"{_WITHOUT}, at the end,", _ablated, _last)


@quantity("times", "test loss where the train set is just learned, over that of guessing,")
def test_loss_when_learned(analysis: Analysis) -> float:
    return series_of(analysis, "test_loss").at(learned_at(analysis)) / analysis.chance


def _early_sums(records: Sequence[Record]) -> list[Record]:
    """The runs on sums that generalise, but are no better than guessing on the test set when the train set is
    learned."""
    sums = [record for record in records if record.setting("task.name") == SUMS and generalised(record)]
    return [record for record in sums if (record.value(test_loss_when_learned.name) or 0.0) > 1]


_EARLY = (test_90_at, test_loss_when_learned, train_learned_at)
"""What these runs are chosen by."""

_Runs = Callable[[Sequence[Record]], list[Record]]


def _median(
    name: str, formula: str, runs: _Runs, read: tuple[Quantity, ...], of: Callable[[Sequence[Sequence[float]]], float]
) -> Statistic:
    """The median over runs of a number that follows from the shares of these quantities."""

    @statistic("share", f"{formula}, in the median over runs,", *read, *_EARLY, name=name)
    def compute(records: Sequence[Record]) -> Estimate:
        values = [[run.value(one.name) for one in read] for run in runs(records)]
        return median_estimate([of(shares) for shares in values if None not in shares])

    return compute


def _attention(prefix: str, text: str, runs: _Runs) -> tuple[Statistic, Statistic, Statistic]:
    """What is left with attention as at step 0; how much more with any other part, and after a random change."""
    return (
        _median(
            f"{prefix}_attention_rewound",
            f"the share of {text} that is right with attention as at step 0, {_LEARNED}",
            runs,
            REWOUND[:1],
            lambda shares: shares[0][_ATTENTION],
        ),
        _median(
            f"{prefix}_other_parts_rewound",
            "the least share that is right with another part as at step 0, less that with attention",
            runs,
            REWOUND[:1],
            lambda shares: (
                min(share for part, share in enumerate(shares[0]) if part != _ATTENTION) - shares[0][_ATTENTION]
            ),
        ),
        _median(
            f"{prefix}_attention_changed",
            "the share that is right after random changes of attention as large, less that with attention as at step 0",
            runs,
            REWOUND,
            lambda shares: shares[1][_ATTENTION] - shares[0][_ATTENTION],
        ),
    )


RANDOM_ATTENTION = _attention("random", "random answers", on_random_answers)
SUMS_ATTENTION = _attention("sums", "the sums of the train set", _early_sums)


def _all_parts(prefix: str, words: str, read: tuple[Quantity, Quantity]) -> tuple[Statistic, Statistic]:
    """The most that is left after one of the changes, and how much more at least is left after a random one."""
    return (
        _median(
            f"{prefix}_most",
            f"the largest share of random answers that is right {words}, at the end",
            on_random_answers,
            read[:1],
            lambda shares: max(shares[0]),
        ),
        _median(
            f"{prefix}_changed",
            "the least difference to what is right after random changes as large",
            on_random_answers,
            read,
            lambda shares: min(control - right for right, control in zip(*shares)),
        ),
    )


ANY_REWOUND = _all_parts("any_rewound", "with one part as at step 0", REWOUND_LATE)
ANY_WITHOUT = _all_parts(
    "any_ablated", "without one of the pattern of attention, the neurons, and the order of the numbers", WITHOUT_LATE
)


@statistic(
    "share",
    "the share of the sums of the train set that is right without the order of the numbers, less that of random "
    f"answers with the same seed, {_LEARNED}, in the median over seeds,",
    WITHOUT[0],
    *_EARLY,
)
def order_on_sums(records: Sequence[Record]) -> Estimate:
    sums, memories = (
        {run.setting("model.seed"): run.value(WITHOUT[0].name) for run in runs}
        for runs in (_early_sums(records), on_random_answers(records))
    )
    return median_estimate(
        [a[_ORDER] - b[_ORDER] for a, b in paired(sums, memories) if a is not None and b is not None]
    )


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    arms = (("random answers", on_random_answers(records)), ("sums", _early_sums(records)))
    columns = ("", *(f"{name}, {when}" for name, _ in arms for when in ("just learned", "at the end")))

    def row(name: str, index: int, quantities: Sequence[Quantity]) -> tuple[str, ...]:
        values = (
            [share[index] for run in runs if (share := run.value(one.name)) is not None]
            for _, runs in arms
            for one in quantities
        )
        return (name, *(shown(median_estimate(each)) for each in values))

    def rows(parts: Collection[str], early: tuple[Quantity, ...], late: tuple[Quantity, ...]) -> list[Sequence[str]]:
        return [
            row(f"{name}{words}", index, (early[kind], late[kind]))
            for index, name in enumerate(parts)
            for kind, words in enumerate(("", ", random change as large"))
        ]

    counts = f"{len(arms[0][1])} runs on random answers, {len(arms[1][1])} on sums"
    return (
        Table(
            f"Right of the train set with a part as at step 0 ({counts})", columns, rows(PARTS, REWOUND, REWOUND_LATE)
        ),
        Table("Right of the train set without what some weights do", columns, rows(ABLATED, WITHOUT, WITHOUT_LATE)),
    )


_claim = partial(asked, "memory-parts")


def _runs(count: int) -> tuple[Spec, ...]:
    recorded = ("--recording.metrics", f"{SPACING}, 50", "--recording.checkpoints", f"{SPACING}, 100000")
    return (small(count, STEPS, "--data.fraction", FRACTION, *recorded, first=UNSEEN_SEED, task__name=(RANDOM, SUMS)),)


def _attention_region(left: Statistic, others: Statistic, control: Statistic) -> AllOf:
    return AllOf(Below(left, HALF), Above(others, 0.0), Above(control, 0.0, "the control"))


def _attention_finding(left: Statistic, others: Statistic, control: Statistic) -> str:
    return (
        f"{found(left)} of the train set is right with attention as at step 0, {found(others)} more with any other "
        f"part, and {found(control)} more after random changes of attention as large"
    )


STUDIES.register(
    Study(
        name="memory-parts",
        title="Where a memory is lost",
        question="Which parts of the model hold what it remembers, on random answers and in a model of sums before it "
        "generalises?",
        place='W, "Future Directions": the circuit of memorisation',
        hypothesis="Where random answers are just learned, attention holds them: as at step 0 it loses most of them, "
        "and more than any other part.",
        otherwise="No: where random answers are just learned, attention as at step 0 does not lose most of them, or no "
        "more than another part or a random change does.",
        design=f"Random answers and x + y mod 23, on {float(FRACTION):.0%} of the pairs, {STEPS} steps. At the step at "
        "which the train set is learned, and at the end, each part in turn gets the weights that it had at step 0; "
        "then attention is made even, the neurons are silenced, and the order of the numbers is taken away. What "
        "is left is the share of the train set that is still right. On sums the runs count that generalise by the end "
        "and whose test loss is above that of guessing when the train set is learned.",
        control="Random changes of the same matrices, of the same norms. The other parts, and the same measures on "
        "sums.",
        power="The interval of a median of eight runs begins between the least and the second least of them; with "
        "twenty runs it leaves out the five least and the five largest.",
        changes="A part as at step 0 is also a part that does not fit the others any more, so that a measure that lets "
        "the others adapt could answer otherwise; a wider model, or one of more layers.",
        runs={"quick": _runs(8), "full": _runs(20)},
        claims=(
            _claim(
                "memory-rewound-attention",
                "Where random answers are just learned, attention as at step 0 loses most of them, and more than any "
                "other part as at step 0.",
                _attention_region(*RANDOM_ATTENTION),
                _attention_finding(*RANDOM_ATTENTION),
            ),
            _claim(
                "memory-rewound-sums",
                "In a model of sums that has learned its train set and does not generalise yet, attention as at step 0 "
                "loses most of it, and more than any other part as at step 0.",
                _attention_region(*SUMS_ATTENTION),
                _attention_finding(*SUMS_ATTENTION),
            ),
            _claim(
                "memory-rewound-any",
                "At the end, random answers need what each part has learned: with any part as at step 0 most are lost.",
                AllOf(Below(ANY_REWOUND[0], HALF), Above(ANY_REWOUND[1], 0.0, "the control")),
                f"at most {found(ANY_REWOUND[0])} of the train set is right with a part as at step 0, and at least "
                f"{found(ANY_REWOUND[1])} more after random changes as large",
            ),
            _claim(
                "memory-ablated-any",
                "At the end, random answers need the pattern of attention, the neurons, and the order of the numbers: "
                "without any of these most are lost.",
                AllOf(Below(ANY_WITHOUT[0], HALF), Above(ANY_WITHOUT[1], 0.0, "the control")),
                f"at most {found(ANY_WITHOUT[0])} of the train set is right without one of them, and at least "
                f"{found(ANY_WITHOUT[1])} more after random changes as large",
            ),
            _claim(
                "memory-order-of-sums",
                "Before a model of sums generalises, it needs the order of the numbers less than a memory of random "
                "answers does.",
                Above(order_on_sums, 0.0, "no less"),
                f"without the order {found(order_on_sums)} more of the train set is right on sums than on random "
                "answers",
            ),
        ),
        shown=(*REWOUND_LATE, *WITHOUT, *WITHOUT_LATE),
        tables=_tables,
        caveats="That attention would be the part was suggested by runs on other seeds. A matrix as at step 0 removes "
        "what was learned, but also fits the other parts no more; the random changes are as large, but spread over all "
        f"directions. All runs have the same table of random answers. Models of sums are left out that do not reach "
        f"{MOSTLY_RIGHT} test accuracy, or whose test loss is below that of guessing once the train set is learned.",
    )
)
