"""The open questions of the write-up, and where this package answers them."""

from __future__ import annotations

from dataclasses import dataclass

from latebloom.published import filled


@dataclass(frozen=True)
class Question:
    """One question of the write-up's "Future Directions", shortened. studies: names of those that answer it. claims:
    ids of claims that answer a part of it. contestants: names of those whose rows in the contest bear on it. left: what
    none of these asks; nothing where they ask the whole question. outside: why it is not asked here; None where it
    could be."""

    text: str
    studies: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    contestants: tuple[str, ...] = ()
    left: str = ""
    outside: str | None = None


_LANGUAGE = "it needs language models, which do not train on two cores"

QUESTIONS = (
    Question("Are there phase changes in larger models on complex tasks?", outside=_LANGUAGE),
    Question("Are there phase changes in a SoLU transformer?", outside=_LANGUAGE),
    Question("When do curve circuits form in Inception?", outside="it needs image models"),
    Question("Which capabilities emerge in public training runs?", outside=_LANGUAGE),
    Question(
        "Does a model of several tasks at once have separate phase changes?",
        studies=("several-tasks", "unlike-tasks"),
    ),
    Question(
        "Do the other tasks of the grokking paper show phase changes without grokking when they have more data?",
        claims=("operations-more-data",),
    ),
    Question(
        "Do the gradients on the parts of a circuit show mutual reinforcement?",
        studies=("reinforcement-gradients", "reinforcement", "reinforcement-clamped"),
        claims=(
            "induction-ideal-head-no-plateau",
            "trigrams-ideal-qk-no-plateau",
            "trigrams-ideal-ov-no-plateau",
            "trigrams-ov-needs-qk",
            "trigrams-qk-needs-ov",
        ),
    ),
    Question(
        "Can it be shown analytically in a toy setting?", claims=("analytic-time-predicted", "analytic-log-scale")
    ),
    Question(
        "Are phase changes specific to Adam?",
        studies=("other-optimisers",),
        claims=("sgd-groks",),
        contestants=("sgd-momentum", "sign-descent", "lion", "muon"),
    ),
    Question("Is there a phase change in the k-bit parity problem?", studies=("parity",)),
    Question(
        "What circuit adds five-digit numbers?",
        studies=("waves-and-line", "carries"),
        claims=("digits-as-waves", "digits-neurons-waves"),
    ),
    Question(
        "In which order does five-digit addition form?",
        studies=("digits", "carries"),
        claims=("digits-0-and-1-first", "digits-order-unstable"),
    ),
    Question("What is the circuit of memorisation?", studies=("memory", "memory-parts", "memory-pairs")),
    Question(
        filled("Why is there another phase change at epoch {mainline.late_change}?"),
        studies=("late-change",),
        claims=("late-attention", "late-losses"),
    ),
    Question("Why do frequencies, and attention and ReLU, compete?", studies=("late-change",)),
    Question(
        "Why do these frequencies form, and how many?",
        studies=("tickets", "transplants", "ticket-predictors", "key-counts"),
        claims=("keys-differ-by-seed",),
    ),
    Question(
        "How consistent is all of this over seeds?",
        claims=("keys-differ-by-seed",),
        left="one claim alone compares seeds; every other one is judged on several, and says how many uphold it",
    ),
    Question(
        "What happens when one trains on excluded loss?",
        studies=("training-on-measures", "measures-more"),
    ),
    Question(
        "How do other regularisers affect the model?",
        studies=("regularisers",),
        claims=("dropout-groks", "l1-groks"),
        contestants=("dropout", "l1", "norm-constrained"),
    ),
    Question("Can clusters of neurons be predicted, or shifted?", studies=("lottery", "clusters")),
    Question("Is there a lottery ticket, and why are all neurons used in the end?", studies=("lottery", "neurons")),
    Question("Are there Fourier algorithms in language models?", outside=_LANGUAGE),
    Question("Is removing neurons worse than removing frequencies?", studies=("neurons",)),
    Question("Can grokking be predicted early?", studies=("early-warning",)),
    Question(
        "Which amount of data makes the general circuit the cheaper one?", studies=("efficiency", "critical-size")
    ),
)
"""In the order of the write-up; the last three are asked by papers that followed it."""
