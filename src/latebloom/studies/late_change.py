"""The late change: what competes in a model that has settled long ago?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from latebloom.claims import Record
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.late import DOUBLE, LATE, NOTICED, SPACING
from latebloom.claims.learning import final_test_accuracy
from latebloom.claims.quantity import Quantity
from latebloom.claims.region import Above, AllOf, Below
from latebloom.claims.settings import MORE_OFTEN, on_random_answers, share_of
from latebloom.claims.verdict import HALF
from latebloom.published import filled
from latebloom.statistics import Estimate, median_estimate
from latebloom.studies.asked import asked
from latebloom.studies.late_rise import (
    frequencies_exchanged,
    rise_at,
    rise_matrix,
    rise_test_loss,
    rise_test_loss_beyond_drift,
    rise_times,
    rise_to,
    rise_train_loss,
    rise_weights,
    rise_weights_beyond_drift,
)
from latebloom.studies.multipliers import (
    PART,
    accuracy_affine_neurons,
    accuracy_affine_neurons_control,
    accuracy_even_attention,
    accuracy_even_attention_control,
    attention_part,
    attention_part_at_start,
)
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import small
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec

STEPS = 25_000
"""Steps of the small model: more than ten times those in which it settles."""

CLEAR = 0.1
"""A difference of accuracy that is more than a detail. Arbitrary."""

CONTROL = "the control"


def _sums(records: Sequence[Record]) -> list[Record]:
    return [record for record in records if record.setting("task.name") != "random_table"]


def _changes(record: Record) -> bool:
    """Whether `=` begins to attend to itself late."""
    times, to = record.value(rise_times.name), record.value(rise_to.name)
    return times is not None and times > DOUBLE and to is not None and to >= NOTICED


@statistic(
    "share",
    f"the share of the runs in which the attention of `=` to itself rises to more than {DOUBLE:g} times and to "
    f"{NOTICED:.0%} or more after settling",
    rise_times,
    rise_to,
)
def late_rises(records: Sequence[Record]) -> Estimate:
    return share_of(_sums(records), _changes)


@statistic("share", "the share of the runs on random answers in which it does after memorising", rise_times, rise_to)
def late_rises_in_memories(records: Sequence[Record]) -> Estimate:
    return share_of(on_random_answers(records), _changes)


def _median_at_rise(one: Quantity) -> Statistic:
    @statistic(
        "times", f"the median over such runs of {one.formula}", rise_times, rise_to, one, name=f"median_{one.name}"
    )
    def median_at_rise(records: Sequence[Record]) -> Estimate:
        return median_estimate([run.value(one.name) for run in _sums(records) if _changes(run)])

    return median_at_rise


COSTS = {
    one: _median_at_rise(one)
    for one in (
        rise_weights,
        rise_weights_beyond_drift,
        rise_test_loss,
        rise_test_loss_beyond_drift,
        rise_train_loss,
    )
}


@statistic(
    "share",
    "the share of the runs in which a frequency is key at settling and not at the end, or the reverse, at two "
    "checkpoints each,",
    frequencies_exchanged,
)
def frequencies_exchange(records: Sequence[Record]) -> Estimate:
    known = [run for run in _sums(records) if run.value(frequencies_exchanged.name) is not None]
    return share_of(known, lambda run: run.value(frequencies_exchanged.name) > 0)


LOST_TO_AFFINE = (accuracy_affine_neurons_control, accuracy_affine_neurons)
LOST_TO_EVEN = (accuracy_even_attention_control, accuracy_even_attention)


def _lost(run: Record, pair: tuple[Quantity, Quantity]) -> float | None:
    """The accuracy that a change costs beyond as large a change in a random direction."""
    control, changed = (run.value(one.name) for one in pair)
    return None if control is None or changed is None else control - changed


@statistic(
    "share",
    "the accuracy lost with affine neurons beyond that lost by as large a random change of the logits, less the same "
    "for mean attention, in the median over runs,",
    *LOST_TO_AFFINE,
    *LOST_TO_EVEN,
)
def relu_over_attention(records: Sequence[Record]) -> Estimate:
    pairs = [(_lost(run, LOST_TO_AFFINE), _lost(run, LOST_TO_EVEN)) for run in _sums(records)]
    return median_estimate([affine - even for affine, even in pairs if affine is not None and even is not None])


def _part_times(records: Sequence[Record]) -> Estimate:
    pairs = [[run.value(one.name) for one in (attention_part, attention_part_at_start)] for run in records]
    return median_estimate([end / start for end, start in pairs if end is not None and start])


@statistic(
    "times",
    f"{PART} neurons, at the end over the same at settling, in the median over runs,",
    attention_part,
    attention_part_at_start,
)
def attention_part_times(records: Sequence[Record]) -> Estimate:
    return _part_times(_sums(records))


@statistic(
    "times",
    "the same on random answers, at the end over after memorising,",
    attention_part,
    attention_part_at_start,
)
def attention_part_times_in_memories(records: Sequence[Record]) -> Estimate:
    return _part_times(on_random_answers(records))


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    groups = {"sums": _sums(records), "random answers": on_random_answers(records)}
    changes = [
        (
            name,
            str(len(runs)),
            shown(share_of(runs, _changes)),
            _median(runs, rise_times, "{:.2f}"),
            _median(runs, rise_to, "{:.2%}"),
        )
        for name, runs in groups.items()
    ]
    costs = [(one.formula.rstrip(","), shown(median.compute(records), "{:.3f}")) for one, median in COSTS.items()]
    multiply = [
        (one.formula.rstrip(","), *(_median(runs, one, "{:.1%}") for runs in groups.values()))
        for one in (attention_part_at_start, attention_part, *reversed(LOST_TO_EVEN), *reversed(LOST_TO_AFFINE))
    ]
    return (
        Table(
            "The attention of `=` to itself, at its largest rise",
            ("task", "runs", "late change", "times", "to"),
            changes,
        ),
        Table("What it costs where it does", ("measured", "median over runs on sums"), costs),
        Table("The matrix that changes most at that rise", ("matrix", "runs"), _by_matrix(groups["sums"])),
        Table("What multiplies, in the median over runs", ("measured", *groups), multiply),
    )


def _median(runs: Sequence[Record], one: Quantity, form: str) -> str:
    return shown(median_estimate([run.value(one.name) for run in runs]), form)


def _by_matrix(records: Sequence[Record]) -> list[tuple[str, str]]:
    """How many runs each matrix changes most in, the most frequent first."""
    names = [name for run in records if (name := run.value(rise_matrix.name)) is not None]
    return [(name, str(names.count(name))) for name in sorted(set(names), key=lambda name: (-names.count(name), name))]


def _quick() -> tuple[Spec, ...]:
    recorded = ("--data.fraction", "0.7", "--recording.checkpoints", str(SPACING), "--recording.metrics", "50")
    return (small(6, STEPS, *recorded), small(6, STEPS, *recorded, "--task.name", "random_table"))


def _full() -> tuple[Spec, ...]:
    """Runs of the write-up's length, most of which are also those of the system ``late``, and a control."""
    recorded = ("--recording.checkpoints", str(SPACING), "--recording.metrics", "50")
    settings = ("--training.steps", str(LATE), *recorded)
    return (
        Spec(recipe="mainline", seeds=tuple(range(106, 112)), settings=settings),
        Spec(recipe="memorise", seeds=tuple(range(106, 111)), settings=settings),
    )


_claim = partial(asked, "late-change")

STUDIES.register(
    Study(
        name="late-change",
        title="The late change",
        question=filled("Why is there another phase change at epoch {mainline.late_change}, and what competes?"),
        place='W, "Future Directions", and footnote 27',
        hypothesis="The late change is a rule, and part of what happens to the circuit: in most runs `=` begins to "
        "attend to itself long after the model has settled, and on random answers it does so less often.",
        design=f"Quick: x + y mod 23 on 70 % of the pairs to step {STEPS}, more than ten times as long as it takes to "
        f"settle. Full: mod 113 to step {LATE}. The moment is that at which the attention of `=` to itself rises most; "
        "at it, weights and losses are compared before and after, and with how they drift at the run's other moments. "
        "A frequency counts as won or lost if it is key at two checkpoints in a row at one end, after settling or at "
        "the last step, and at neither of the two at the other. Each multiplier is taken out of the final model: "
        "attention varies no more, or each neuron becomes an affine function of its input.",
        control="Runs as long on random answers: the rise must be more frequent on sums, and attention's part must "
        "fall more. The run's own drift: what changes at the rise must change more there than at its other moments. A "
        "change of the logits of the same size in a random direction, whose cost is subtracted from that of taking a "
        "multiplier out.",
        power="A rise in five runs of five has an interval from 57 %, and in none of five one to 43 %: these two "
        "differ, and four against none are undecided. The interval of a median of five runs is their range.",
        changes="p: the change was seen at p = 113; more steps; the precision of the loss.",
        runs={"quick": _quick(), "full": _full()},
        claims=(
            _claim(
                id="late-change-comes-back",
                sentence="In most runs `=` begins to attend to itself long after the model has settled, and more often "
                "than in runs on random answers.",
                place="W, footnote 27, for one run",
                published="in one run",
                region=AllOf(Above(late_rises, HALF, MORE_OFTEN), Above(late_rises, late_rises_in_memories, CONTROL)),
                finding=f"`=` begins to attend to itself late in {found(late_rises)} of the runs, and in "
                f"{found(late_rises_in_memories)} of those on random answers",
            ),
            _claim(
                id="late-change-costs",
                sentence="Where it does, the weights become smaller and test loss becomes larger, more than they drift "
                "at other moments.",
                place="W, footnote 27",
                published="a smaller norm, a larger test loss",
                region=AllOf(
                    Below(COSTS[rise_weights], 1.0),
                    Below(COSTS[rise_weights_beyond_drift], 1.0, CONTROL),
                    Above(COSTS[rise_test_loss], 1.0),
                    Above(COSTS[rise_test_loss_beyond_drift], 1.0, CONTROL),
                ),
                finding="the sum of squared weights becomes "
                f"{found(COSTS[rise_weights], '.3f')} times as large, {found(COSTS[rise_weights_beyond_drift], '.3f')} "
                f"times its drift; test loss {found(COSTS[rise_test_loss], '.2f')} times, "
                f"{found(COSTS[rise_test_loss_beyond_drift], '.2f')} times its drift; and train loss "
                f"{found(COSTS[rise_train_loss], '.2f')} times",
                more=(COSTS[rise_train_loss],),
            ),
            _claim(
                id="late-frequencies-compete",
                sentence="Frequencies go on competing after the model has settled.",
                region=Above(frequencies_exchange, HALF, MORE_OFTEN),
                finding=f"a frequency is key at one end and not at the other in {found(frequencies_exchange)} of the "
                "runs",
            ),
            _claim(
                id="late-relu-multiplies",
                sentence="The neurons multiply more than attention does: without their bend more accuracy is lost, "
                "beyond what as large a random change costs.",
                region=Above(relu_over_attention, CLEAR, "arbitrary"),
                finding=f"affine neurons cost {found(relu_over_attention)} more of the accuracy than mean attention, "
                "each beyond its random change",
            ),
            _claim(
                id="late-attention-gives-way",
                sentence="Attention's part in multiplying becomes smaller after the model has settled, more so than "
                "on random answers.",
                region=AllOf(
                    Below(attention_part_times, 1.0),
                    Below(attention_part_times, attention_part_times_in_memories, CONTROL),
                ),
                finding=f"attention's part at the end is {found(attention_part_times, '.2f')} times that at settling, "
                f"and {found(attention_part_times_in_memories, '.2f')} times on random answers",
            ),
        ),
        shown=(final_test_accuracy, rise_at, rise_matrix),
        tables=_tables,
        otherwise="The late change is no rule of the circuit: most runs do not have it, or random answers have it as "
        "often.",
        caveats="The quick runs are of a small model, mod 23; the write-up saw the change at p = 113, which the full "
        "budget trains. In the small model the attention rises on sums no more often than on random answers, so "
        "nothing here ties it to the circuit. On sums either multiplier, taken out, costs little more than a random "
        "change of the logits of the same size, so accuracy does not tell which of the two multiplies. The "
        "write-up's two frequencies compete while its model still cleans up; these runs are asked about the time "
        "after settling.",
    )
)
