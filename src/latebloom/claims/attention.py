"""Claims about the attention heads."""

from latebloom.analysis import Analysis
from latebloom.circuits.modular.page import heads
from latebloom.claims.claim import Claim, register
from latebloom.claims.embedding import keys_of
from latebloom.claims.quantity import Undefined, once, quantity
from latebloom.claims.region import AllOf, AtLeast, Below
from latebloom.published import filled


@once
def _heads(analysis: Analysis) -> dict[int, tuple[int, float]]:
    """Best frequency of each head that varies, and the share of variance that it explains."""
    all_heads = analysis.final.get(heads)
    found = {
        i: (head.frequency, head.fve)
        for i, head in enumerate(all_heads or ())
        if head.frequency is not None and head.fve is not None
    }
    if not found:
        raise Undefined("the model has no attention heads whose pattern varies")
    return found


@quantity("", "the best frequency of each head")
def head_frequencies(analysis: Analysis) -> list[float]:
    return [float(frequency) for frequency, _ in _heads(analysis).values()]


@quantity("share", "the shares of variance that the heads' best frequencies explain")
def head_fves(analysis: Analysis) -> list[float]:
    return [fve for _, fve in _heads(analysis).values()]


@quantity("share", "the smallest share of a head's variance that its best frequency explains")
def head_fve_min(analysis: Analysis) -> float:
    return min(fve for _, fve in _heads(analysis).values())


@quantity("share", "the share of the heads whose best frequency is a key frequency")
def heads_at_key_frequencies(analysis: Analysis) -> float:
    keys, frequencies = keys_of(analysis), [frequency for frequency, _ in _heads(analysis).values()]
    return sum(frequency in keys for frequency in frequencies) / len(frequencies)


@quantity("share", "the attention that `=` pays to itself, on average over heads and pairs,")
def mean_attention_to_self(analysis: Analysis) -> float:
    found = analysis.final.get(heads)
    if not found:
        raise Undefined("the model has no attention")
    return sum(head.to_itself for head in found) / len(found)


register(
    Claim(
        id="heads-periodic",
        sentence="Each head's attention is periodic in one key frequency.",
        place="P; W shows head 0",
        published=filled("{mainline.head_fve} (P)"),
        region=AllOf(AtLeast(head_fve_min, 0.9, "arbitrary"), AtLeast(heads_at_key_frequencies, 1.0)),
        finding="the heads' best frequencies are {head_frequencies:.0f}; they explain {head_fves:.0%}",
    ),
    Claim(
        id="no-attention-to-self",
        sentence=filled(
            "`=` hardly attends to itself (before a late change that the write-up saw near step "
            "{mainline.late_change})."
        ),
        place="W, footnote 27; P",
        published=filled("{mainline.attention_to_itself} (P)"),
        region=Below(mean_attention_to_self, 0.01, "arbitrary, over twice P's largest"),
        finding="{mean_attention_to_self:.2%} on average over heads and pairs",
    ),
)
