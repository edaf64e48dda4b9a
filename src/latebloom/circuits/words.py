"""The fixed text of a run's report page, which each family of tasks may replace."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Chapter = tuple[str, str, str]
"""Title, short title for the contents, introduction (may be empty)."""


@dataclass(frozen=True)
class Words:
    """The fixed text of a report page.

    grokking: explains grokking. right, train_loss, test_loss: labels of the numbers of the same names. no_phases: shown
    if not all phases were detected; may contain ``{so_far}`` and ``{reason}``. chapters: of figures, by name. phases:
    what happens in each phase. terms: glossary. captions: by figure name, where the figure's own caption does not fit
    the data. fresh: whether no example is used twice, so that nothing can be memorised. asks: describes an example;
    empty if the layout describes it. parts: which labels have a loss of their own. weights: how to read the table of
    the weights.
    """

    grokking: str
    right: str
    train_loss: str
    test_loss: str
    no_phases: str
    chapters: Mapping[str, Chapter]
    phases: Mapping[str, str]
    terms: Mapping[str, str]
    captions: Mapping[str, str] = field(default_factory=dict)
    fresh: bool = False
    asks: str = ""
    parts: str = ""
    weights: str = ""


@dataclass(frozen=True)
class Table:
    """A table of a page. reading: how to read it. rows: text, in the order of the header."""

    title: str
    reading: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


THE_WRITE_UP = "Neel Nanda and Tom Lieberum, “A Mechanistic Interpretability Analysis of Grokking”, 2022"

SEEN = Words(
    grokking=(
        "A small network is trained on a few examples of a task, the same ones again and again. First it memorises "
        "them and answers few others correctly. If training continues and weight decay pulls the weights "
        "towards zero, it may start to answer the others correctly much later, and seemingly at once. This late "
        "generalisation is called grokking. According to the write-up, it occurs when a task that is learned suddenly "
        "in any case, in a phase change, is trained on limited data with weight decay."
    ),
    right="accuracy on unseen examples",
    train_loss="loss on the train set",
    test_loss="loss on the test set",
    no_phases=(
        "The phases could not be separated{so_far}. Train loss must level out before test loss passes guessing. "
        "{reason}"
    ),
    chapters={
        "training": (
            "What happened during training",
            "Training",
            "Loss, accuracy and the size of the weights. If the task has parts, also when each part was learned.",
        ),
        "circuit": ("What the weights contain", "Weights", ""),
        "growth": (
            "What moved during training",
            "Growth",
            "These pictures show what changed inside the model while the loss changed.",
        ),
    },
    phases={
        "memorisation": (
            "The model memorises its train set. Train loss collapses, and loss on other examples stays high. The "
            "weights grow at first, because memorising needs large weights."
        ),
        "circuit formation": (
            "Train loss hardly changes, and test loss is above that of guessing. Inside the model, weight decay "
            "favours solutions with smaller weights, and a solution that is right for all examples needs smaller "
            "weights than memorising each of them."
        ),
        "clean-up": (
            "The general solution now works well enough that memorised answers cost more weight than they save loss. "
            "They are removed, and test loss falls by orders of magnitude. In the losses, this is the sudden part."
        ),
        "stable": "Test loss has settled.",
    },
    terms={
        "loss": (
            "Mean cross-entropy in nats: how surprised the model is by the right answer. 0 is certainty; guessing "
            "among n answers that are equally frequent gives ln n."
        ),
        "train and test": (
            "Train: the examples that the model is trained on. Test: other examples, which it never sees in training."
        ),
        "phase change": (
            "A fall of the loss between two flatter stretches, shaped like a reversed S. Its step is the step at which "
            "half of the fall is reached."
        ),
        "weight decay": "At every step all weights are pulled towards zero, so that large weights are expensive.",
        "the write-up": f"{THE_WRITE_UP}, whose experiments this repository repeats.",
    },
    parts="Each part of the task has a loss of its own.",
)
"""For a fixed train set, whose examples are used again and again."""

FRESH = replace(
    SEEN,
    grokking=(
        "A small network that is trained on the same few examples again and again may first memorise them, and only "
        "much later, and seemingly at once, answer others correctly too. This is called grokking. This run is "
        "different: every example is fresh, so nothing can be memorised. Even so, a model can learn suddenly: the loss "
        "stays flat, falls, and is flat again. The write-up calls this a phase change, and argues that a phase change "
        "becomes grokking when data are limited and weights are pulled towards zero."
    ),
    right="accuracy on fresh examples",
    train_loss="loss on the last batch",
    test_loss="loss on fresh examples",
    no_phases=(
        "Every step trains on fresh examples. There is nothing to memorise, so this run has no phases of grokking."
    ),
    terms={
        **SEEN.terms,
        "train and test": (
            "Every batch is fresh, so train loss is also a loss on examples never seen before, and it is noisy. Test "
            "loss is measured on one fixed set of examples that no batch is drawn from."
        ),
    },
    captions={
        "training-curve": (
            "Cross-entropy on each fresh batch (train) and on one fixed set that the model does not train on (test), "
            "where there is one, on a log scale; below, the share of right answers. No example is used twice, so the "
            "two curves differ only by the noise of a batch."
        ),
        "weight-norms": (
            "Weight decay pulls every weight towards zero, so the sum of squared weights is the price of a solution. "
            "No example is used twice here, so memorising single examples does not help."
        ),
    },
    fresh=True,
)
"""For batches of fresh examples."""
