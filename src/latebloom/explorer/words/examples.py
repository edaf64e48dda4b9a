"""What the report says of runs on examples that are too many to list, or are no pairs."""

from dataclasses import replace

from latebloom.explorer.words.words import Words

_CHAPTERS = {
    "training": (
        "What happened during training",
        "Training",
        "What it got right, what it paid, and, where the task has parts, when each of them was learned.",
    ),
    "circuit": ("What was found in the weights", "Weights", ""),
    "growth": ("What moved during training", "Growth", "These pictures look underneath the loss."),
}

_PHASES = {
    "memorisation": (
        "The model learns its train set by heart. Train loss collapses; on examples it has not seen it stays bad, and "
        "its weights grow, because memory is expensive."
    ),
    "circuit formation": (
        "From outside nothing seems to happen. Inside, weight decay favours cheaper solutions, and what is right for "
        "all examples is cheaper than remembering each of them."
    ),
    "clean-up": (
        "What is right for all examples now works well enough that what was memorised is no longer worth its weight. "
        "It is removed, and test loss falls: seen from outside, this is the sudden part."
    ),
    "stable": "Train and test loss have settled.",
}

_TERMS = {
    "loss": (
        "How surprised the model is by the right answer, in nats: 0 is certainty, ln n is guessing among n answers "
        "that are equally frequent."
    ),
    "train and test": "The examples the model was trained on, and others, which it never sees while training.",
    "phase change": (
        "A fall of the loss between two flatter stretches, an S in reverse. Its step is where half of the fall is done."
    ),
    "weight decay": "A pull of all weights towards zero at every step, which makes large weights expensive.",
    "the write-up": (
        "Neel Nanda and Tom Lieberum, “A Mechanistic Interpretability Analysis of Grokking”, 2022, which this "
        "repository executes."
    ),
}

EXAMPLES = Words(
    grokking=(
        "A small network is trained on a few examples of a task, the same ones again and again. First it learns them "
        "by heart and knows nothing about others; if training goes on with a pull towards small weights, then it may "
        "happen that much later, and seemingly at once, it answers the others correctly too. That late "
        "generalisation is called grokking. According to the write-up it comes where a task that is learned suddenly "
        "anyway, in a phase change, meets limited data and a pull towards small weights."
    ),
    right="right on examples it never saw",
    train_loss="loss on the train set",
    test_loss="loss on the test set",
    no_phases=(
        "The phases could not be separated{so_far}: for that, train loss must level out before test "
        "loss falls. {reason}"
    ),
    chapters=_CHAPTERS,
    phases=_PHASES,
    terms=_TERMS,
)
"""Where the same train set comes again and again."""

STREAM = replace(
    EXAMPLES,
    grokking=(
        "A small network that is trained on a few examples, the same ones again and again, may first learn them by "
        "heart and only much later, and seemingly at once, answer others correctly too: that is grokking. This run "
        "shows the other side of it. Every example is fresh, so nothing can be learned by heart, and still some "
        "abilities come suddenly: the loss stays flat, falls, and is flat again. The write-up calls this a phase "
        "change, and says that grokking is what becomes of it when data are few and weights are pulled towards zero."
    ),
    right="right on fresh examples",
    train_loss="loss on the last batch",
    test_loss="loss on fresh examples",
    no_phases=(
        "Every step trains on fresh examples, so there is nothing to learn by heart and there are no phases of "
        "grokking to tell apart."
    ),
    terms={
        **_TERMS,
        "train and test": (
            "Every batch is fresh, so train loss too is a loss on examples never seen before, and a noisy one. Test "
            "loss is taken on one set of examples that stays the same and that no batch is drawn with."
        ),
    },
    captions={
        "training-curve": (
            "Cross-entropy on each fresh batch (train) and on one fixed set that it does not train on (test), where "
            "there is one, on a log scale, and below it the share of right answers. Since no example comes twice the "
            "two stay together, but for the noise of a batch."
        ),
        "weight-norms": (
            "Weight decay pulls every weight towards zero, so the sum of squared weights is the price of a solution. "
            "No example comes twice here, so nothing is paid for remembering any."
        ),
    },
    fresh=True,
)
"""Where every batch is fresh."""
