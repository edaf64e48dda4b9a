"""The words of a run's page, which each family of tasks may change."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Chapter = tuple[str, str, str]
"""Title, short title for the contents, introduction (may be empty)."""


@dataclass(frozen=True)
class Words:
    """The fixed words of a report page.

    grokking: what grokking is. right, train_loss, test_loss: what the numbers of the same names are. no_phases: stands
    where not all phases were found; may hold ``{so_far}`` and ``{reason}``. chapters: of figures, by name. phases: what
    happens in each. terms: words used on the page. captions: of figures whose own caption is about other data, by name.
    fresh: whether no example trains twice, so that nothing can be memorised. asks: what an example is; empty where the
    layout says it. parts: which labels have a loss of their own. weights: how to read the table of the weights.
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
    """A table of a page. rows: text in the order of the header."""

    title: str
    reading: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


THE_WRITE_UP = "Neel Nanda and Tom Lieberum, “A Mechanistic Interpretability Analysis of Grokking”, 2022"

SEEN = Words(
    grokking=(
        "A small network is trained on a few examples of a task, the same ones again and again. First it memorises "
        "them and answers others no better than by guessing. If training continues and weight decay pulls the weights "
        "towards zero, it may happen that much later, and seemingly at once, it answers the others correctly too. This "
        "late generalisation is called grokking. According to the write-up it occurs where a task that is learned "
        "suddenly anyway, in a phase change, meets limited data and weight decay."
    ),
    right="right on examples it never saw",
    train_loss="loss on the train set",
    test_loss="loss on the test set",
    no_phases=(
        "The phases could not be separated{so_far}: for that, train loss must level out before test loss falls. "
        "{reason}"
    ),
    chapters={
        "training": (
            "What happened during training",
            "Training",
            "Loss, accuracy and the size of the weights and, where the task has parts, when each of them was learned.",
        ),
        "circuit": ("What the weights contain", "Weights", ""),
        "growth": ("What moved during training", "Growth", "These pictures look underneath the loss."),
    },
    phases={
        "memorisation": (
            "The model memorises its train set. Train loss collapses. Loss on other examples stays high, and the "
            "weights grow, because memory needs large weights."
        ),
        "circuit formation": (
            "From outside nothing seems to happen. Inside, weight decay favours cheaper solutions, and what is right "
            "for all examples is cheaper than a memory of each of them."
        ),
        "clean-up": (
            "What is right for all examples now works well enough that the memory is no longer worth its weight. It is "
            "removed, and test loss falls. Seen from outside, this is the sudden part."
        ),
        "stable": "Train and test loss have settled.",
    },
    terms={
        "loss": (
            "Mean cross-entropy in nats: how surprised the model is by the right answer. 0 is certainty; guessing "
            "among n answers that are equally frequent gives ln n."
        ),
        "train and test": "The examples the model was trained on, and others, which it never sees while training.",
        "phase change": (
            "A fall of the loss between two flatter stretches, a reversed S. Its step is where half of the fall is "
            "done."
        ),
        "weight decay": "A pull of all weights towards zero at every step, which makes large weights expensive.",
        "the write-up": f"{THE_WRITE_UP}, whose experiments this repository repeats.",
    },
    parts="Each part of the task has a loss of its own.",
)
"""For a train set that is seen again and again."""

FRESH = replace(
    SEEN,
    grokking=(
        "A small network that is trained on the same few examples again and again may first memorise them and only "
        "much later, and seemingly at once, answer others correctly too: that is grokking. This run shows the other "
        "side. Every example is fresh, so nothing can be memorised, and still some abilities come suddenly: the loss "
        "stays flat, falls, and is flat again. The write-up calls this a phase change, and argues that a phase change "
        "becomes grokking where data are few and weights are pulled towards zero."
    ),
    right="right on fresh examples",
    train_loss="loss on the last batch",
    test_loss="loss on fresh examples",
    no_phases=(
        "Every step trains on fresh examples. So there is nothing to memorise, and there are no phases of grokking to "
        "tell apart."
    ),
    terms={
        **SEEN.terms,
        "train and test": (
            "Every batch is fresh, so train loss too is a loss on examples never seen before, and it is noisy. Test "
            "loss is taken on one set of examples that stays the same and from which no batch is drawn."
        ),
    },
    captions={
        "training-curve": (
            "Cross-entropy on each fresh batch (train) and on one fixed set that the model does not train on (test), "
            "where there is one, on a log scale, and below it the share of right answers. Since no example comes "
            "twice, the two stay together except for the noise of a batch."
        ),
        "weight-norms": (
            "Weight decay pulls every weight towards zero, so the sum of squared weights is the price of a solution. "
            "No example comes twice here, so memory of single examples does not pay."
        ),
    },
    fresh=True,
)
"""For batches that are always fresh."""
