"""The words of the page of a modular task."""

from dataclasses import replace

from latebloom._text import percent
from latebloom.circuits.modular.neurons import FVE_THRESHOLD
from latebloom.circuits.words import THE_WRITE_UP, Words

WORDS = Words(
    grokking=(
        "A small network learns the table of an operation from part of its entries. First it memorises those entries "
        "and answers the others no better than by guessing. If training continues and weight decay pulls the weights "
        "towards zero, then much later, and seemingly at once, it may answer the others correctly too. This late "
        "generalisation is called grokking. Because the model is small, we can take it apart and see what it did in "
        "the meantime."
    ),
    right="right on pairs it never saw",
    train_loss="loss on the train set",
    test_loss="loss on the test set",
    no_phases="The phases could not be separated{so_far}. {reason}",
    chapters={
        "training": (
            "What happened during training",
            "Training",
            "Two pictures of the whole run: how many answers were right, and how large the weights were.",
        ),
        "circuit": (
            "What the final weights compute",
            "Weights",
            "Read these in order: they follow a pair of numbers through the model, from its input to the answer.",
        ),
        "growth": (
            "What moved under a flat test loss",
            "Growth",
            "Test loss stays high for a long time. These pictures look underneath: does an algorithm grow meanwhile?",
        ),
    },
    phases={
        "memorisation": (
            "The model memorises its train set. Train loss collapses. Loss on pairs it has not seen stays high, and "
            "the weights grow, because memory needs large weights."
        ),
        "circuit formation": (
            "From outside nothing seems to happen. Inside, weight decay favours cheaper solutions, and waves of a few "
            "frequencies grow in the weights until they carry more and more of the answers."
        ),
        "clean-up": (
            "The algorithm now works well enough that the memory is no longer worth its weight. It is removed, and "
            "test loss falls. Seen from outside, this is the sudden part."
        ),
        "stable": "Train and test loss have settled. The model runs on the algorithm alone, or nearly so.",
    },
    terms={
        "loss": (
            "Mean cross-entropy in nats: how surprised the model is by the right answer. 0 is certainty; guessing "
            "among p answers gives ln p. It is drawn on a log scale, where each line of the grid is a factor."
        ),
        "train and test": (
            "The pairs the model was trained on, and all other pairs, which it never sees while training."
        ),
        "key frequency": (
            "A frequency k of the waves cos(2πkx/p), sin(2πkx/p) that at least 1 % of the neurons compute with (each "
            f"with more than {percent(FVE_THRESHOLD)} of its variance)."
        ),
        "neuron, cluster": (
            "A hidden unit of the MLP; a cluster is all neurons of one frequency. The neurons' combined map to the "
            "answers is called W_logit."
        ),
        "restricted loss": "The loss when only the algorithm's waves are kept in the logits (the write-up: trig loss).",
        "excluded loss": "The loss on the train set when only these waves are removed.",
        "random control": "A random change of the same size, to compare: how much harm any such change would do.",
        "the write-up": (
            f"{THE_WRITE_UP} (W); the later paper is Nanda et al., “Progress measures for grokking via mechanistic "
            "interpretability”, ICLR 2023 (P). A ~ marks figures that are second-hand."
        ),
    },
)
"""For a train set that is a part of all pairs."""

STREAM_WORDS = replace(
    WORDS,
    grokking=f"{WORDS.grokking} This run is a control: any entry may be asked at every step.",
    right="right on fresh pairs",
    train_loss="loss on the last batch of fresh pairs",
    test_loss="loss on fresh pairs",
    no_phases=(
        "Every step draws its pairs anew from all there are. So there is no train set to memorise while other pairs "
        "stay unseen, and there are no phases to tell apart."
    ),
    chapters={
        **WORDS.chapters,
        "growth": (
            "What moved under the loss",
            "Growth",
            "These pictures look underneath: when does an algorithm grow?",
        ),
    },
    terms={
        **WORDS.terms,
        "train and test": "Every batch is drawn from all pairs; test loss, where there is one, is on a fixed set.",
    },
    captions={
        "training-curve": (
            "Cross-entropy on each batch, drawn from all pairs (train), and on a fixed set of them (test), where there "
            "is one, on a log scale, and below it the share of right answers. No pair is kept from the model, so this "
            "shows how suddenly it learns, and not grokking."
        ),
    },
    fresh=True,
)
"""For batches that are drawn from all pairs."""
