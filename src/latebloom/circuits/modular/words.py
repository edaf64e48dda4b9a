"""The text on the page of a modular task."""

from dataclasses import replace

from latebloom._text import percent
from latebloom.circuits.modular.settings import FVE_THRESHOLD, KEY_CLUSTER
from latebloom.circuits.words import THE_WRITE_UP, Words

WORDS = Words(
    grokking=(
        "A small network learns the table of an operation from part of its entries. First it memorises those entries "
        "and answers few of the others correctly. If training continues and weight decay pulls the weights "
        "towards zero, then much later, and seemingly at once, it may answer the others correctly too. This late "
        "generalisation is called grokking. The model is small enough to be taken apart, which shows what changed "
        "inside it in the meantime."
    ),
    right="accuracy on unseen pairs",
    train_loss="loss on the train set",
    test_loss="loss on the test set",
    no_phases="The phases could not be separated{so_far}. {reason}",
    chapters={
        "training": (
            "What happened during training",
            "Training",
            "Two pictures of the whole run: loss and accuracy, and the size of the weights.",
        ),
        "circuit": (
            "What the final weights compute",
            "Weights",
            "These pictures follow a pair of numbers through the model, from its input to the answer.",
        ),
        "growth": (
            "What changed while test loss was above guessing",
            "Growth",
            "Test loss can stay high for a long time. These pictures show whether an algorithm grows inside the model "
            "in the meantime.",
        ),
    },
    phases={
        "memorisation": (
            "The model memorises its train set. Train loss collapses, and loss on unseen pairs stays high. The weights "
            "grow at first, because memorising needs large weights."
        ),
        "circuit formation": (
            "Train loss hardly changes, and test loss is above that of guessing. Inside the model, weight decay "
            "favours solutions with smaller weights, and waves of a few frequencies grow in the weights and determine "
            "more and more of the answers."
        ),
        "clean-up": (
            "Test loss is under that of guessing and falls by orders of magnitude. The algorithm now works well enough "
            "that memorised answers cost more weight than they save loss, and they are removed. In the losses, this is "
            "the sudden part."
        ),
        "stable": "Test loss has settled. The model uses almost only the algorithm.",
    },
    terms={
        "loss": (
            "Mean cross-entropy in nats: how surprised the model is by the right answer. 0 is certainty; guessing "
            "among p answers gives ln p. It is drawn on a log scale, so equal distances are equal factors."
        ),
        "train and test": (
            "Train: the pairs that the model is trained on. Test: all other pairs, which it never sees in training."
        ),
        "key frequency": (
            "A frequency k of the waves cos(2πkx/p), sin(2πkx/p) that the model computes with. By the default rule, at "
            f"least {percent(KEY_CLUSTER)} of the neurons belong to it. A neuron belongs to the frequency that "
            f"explains more than {percent(FVE_THRESHOLD)} of its variance."
        ),
        "neuron, cluster": (
            "A neuron is a hidden unit of the MLP; a cluster is all neurons of one frequency. The combined map of the "
            "neurons to the answers is called W_logit."
        ),
        "restricted loss": (
            "The loss when only the algorithm's waves are kept in the logits. The write-up calls it trig loss."
        ),
        "excluded loss": "The loss on the train set when only these waves are removed.",
        "random control": (
            "A random change of the same size, which shows how much any such change raises the loss. For a cluster of "
            "neurons there are two: random neurons of the same number, and of the same number and total energy. The "
            "energy of a neuron is the sum of squares of what it adds to the logits over all pairs and answers."
        ),
        "the write-up": (
            f"{THE_WRITE_UP} (W); the later paper is Nanda et al., “Progress measures for grokking via mechanistic "
            "interpretability”, ICLR 2023 (P). A ~ marks second-hand numbers."
        ),
    },
)
"""For a train set that is a subset of all pairs."""

STREAM_WORDS = replace(
    WORDS,
    grokking=f"{WORDS.grokking} This run is a control: any entry of the table may be trained on at every step.",
    right="accuracy on fresh pairs",
    train_loss="loss on the last batch of fresh pairs",
    test_loss="loss on fresh pairs",
    no_phases=(
        "Every step draws new pairs from all pairs. No pair stays unseen while others are memorised, so this run has "
        "no phases of grokking."
    ),
    chapters={
        **WORDS.chapters,
        "growth": (
            "What changed inside the model",
            "Growth",
            "These pictures show when an algorithm grows inside the model.",
        ),
    },
    terms={
        **WORDS.terms,
        "train and test": "Every batch is drawn from all pairs. Test loss, if recorded, is measured on a fixed set.",
    },
    captions={
        "training-curve": (
            "Cross-entropy on each batch, drawn from all pairs (train), and on a fixed set of them (test), where there "
            "is one, on a log scale; below, the share of right answers. No pair is held out, so this shows how "
            "suddenly the model learns, but not grokking."
        ),
    },
    fresh=True,
)
"""For batches that are drawn from all pairs."""
