"""What the report says of runs on pairs of numbers, the modular tasks."""

from dataclasses import replace

from latebloom.explorer.words.words import Words

_CHAPTERS = {
    "training": (
        "What happened during training",
        "Training",
        "The whole story in two pictures: what it got right, and what it paid.",
    ),
    "circuit": (
        "What the final weights compute",
        "Weights",
        "Read these in order: they follow a pair of numbers through the model, from its input to the answer.",
    ),
    "growth": (
        "What moved under a flat test loss",
        "Growth",
        "Test loss stays high for a long time. These pictures look underneath: does an algorithm grow there meanwhile?",
    ),
}

_PHASES = {
    "memorisation": (
        "The model learns its train set by heart. Train loss collapses; on pairs it has not seen it stays bad, and "
        "its weights grow, because memory is expensive."
    ),
    "circuit formation": (
        "From outside nothing seems to happen. Inside, weight decay favours cheaper solutions, and waves of a few "
        "frequencies grow in the weights until they carry more and more of the answers."
    ),
    "clean-up": (
        "The algorithm now works well enough that what was memorised is no longer worth its weight. It is removed, "
        "and test loss falls: seen from outside, this is the sudden part."
    ),
    "stable": "Train and test loss have settled. The model runs on the algorithm alone, or nearly so.",
}

_TERMS = {
    "loss": (
        "How surprised the model is by the right answer, in nats: 0 is certainty, ln p is guessing among p answers. "
        "Drawn on a log scale, where each line of the grid is a factor."
    ),
    "train and test": "The pairs the model was trained on, and all other pairs, which it never sees while training.",
    "key frequency": (
        "A frequency k of the waves cos(2πkx/p), sin(2πkx/p) that at least 1 % of the neurons compute with (each "
        "with more than 85 % of its variance)."
    ),
    "neuron, cluster": (
        "A hidden unit of the MLP; a cluster is all neurons of one frequency. The neurons' combined map to the "
        "answers is called W_logit."
    ),
    "restricted loss": "The loss when only the algorithm's waves are kept in the logits (the write-up: trig loss).",
    "excluded loss": "The loss on the train set when just these waves are taken out.",
    "random control": "The same cut made at random, at the same size: how much harm any such change would do.",
    "the write-up": (
        "Neel Nanda and Tom Lieberum, “A Mechanistic Interpretability Analysis of Grokking”, 2022 (W); the later "
        "paper is Nanda et al., “Progress measures for grokking via mechanistic interpretability”, ICLR 2023 (P). "
        "A ~ marks figures that are second-hand."
    ),
}

PAIRS = Words(
    grokking=(
        "A small network learns a table of sums from part of its entries. First it learns those entries by heart and "
        "knows nothing about the others; if training goes on with a pull towards small weights, then much later, and "
        "seemingly at once, it answers the others correctly too. That late generalisation is called grokking, and "
        "because the model is small one can take it apart and see what it was doing in the meantime."
    ),
    right="right on pairs it never saw",
    train_loss="loss on the train set",
    test_loss="loss on the test set",
    no_phases="The phases could not be separated{so_far}. {reason}",
    chapters=_CHAPTERS,
    phases=_PHASES,
    terms=_TERMS,
)
"""Where the train set is a part of all pairs."""

PAIR_STREAM = replace(
    PAIRS,
    grokking=f"{PAIRS.grokking} This run is a control: it may be asked any entry at every step.",
    right="right on fresh pairs",
    train_loss="loss on the last batch of fresh pairs",
    test_loss="loss on fresh pairs",
    no_phases=(
        "Every step draws its pairs anew from all there are, so there is no train set to learn by heart while others "
        "stay unseen, and no phases to tell apart."
    ),
    chapters={
        **_CHAPTERS,
        "growth": (
            "What moved under the loss",
            "Growth",
            "These pictures look underneath: when does an algorithm grow?",
        ),
    },
    terms={
        **_TERMS,
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
"""Where every batch is drawn from all pairs."""

ABLATIONS = {
    "logits: key directions": "keep only cos w(x ± y), sin w(x ± y) of the key frequencies in the logits",
    "logits: key 3x3 blocks": "keep only the key frequencies' products of 1, cos, sin in the logits",
    "neurons: own polynomials": "replace each clustered neuron by nine terms in waves of its own frequency",
    "neurons: on read-out directions": "keep only the neuron directions that W_logit reads",
    "neurons: off read-out directions": "remove exactly those directions",
    "zero heads": "silence attention",
    "zero skip round attention": "cut the connection that passes attention by",
    "zero skip round MLP": "cut the connection that passes the MLP by",
    "mean skip round MLP": "replace that connection by its mean",
}


def ablation(name: str) -> str:
    """An ablation in words."""
    if name.startswith("drop cluster "):
        return f"silence all neurons of frequency {name.removeprefix('drop cluster ')}"
    return ABLATIONS.get(name, name)
