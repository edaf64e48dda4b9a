"""What the report says of any run: chapters, phases, ablations, terms."""

CHAPTERS = {
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
"""Of each chapter of figures: title, short title, introduction."""

PHASES = {
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

TERMS = {
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


def ablation(name: str) -> str:
    """An ablation in words."""
    if name.startswith("drop cluster "):
        return f"silence all neurons of frequency {name.removeprefix('drop cluster ')}"
    return ABLATIONS.get(name, name)
