"""Claims about the attention heads."""

from latebloom.analysis import Analysis
from latebloom.claims.claim import Claim, register
from latebloom.claims.embedding import keys_of
from latebloom.claims.quantity import Undefined, once, quantity
from latebloom.claims.region import AllOf, AtLeast, AtMost, Below, Ratio
from latebloom.claims.views import grid
from latebloom.published import filled


@once
def _heads(analysis: Analysis) -> dict[int, tuple[int, float]]:
    """Best frequency of each head that varies, and the share of variance that it explains."""
    from latebloom.circuits.modular.page import heads

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


@once
def _by_keys(analysis: Analysis) -> list[tuple[float, float]]:
    """Of each head that varies: the share that all key frequencies explain together, and the mean share that as many
    non-key frequencies explain."""
    from latebloom.circuits.modular.heads import head_spectra

    keys = keys_of(analysis)
    spectra = [spectrum for spectrum in head_spectra(grid(analysis)) if spectrum is not None]
    if not spectra:
        raise Undefined("the model has no attention heads whose pattern varies")
    others = [k for k in range(1, len(spectra[0]) + 1) if k not in keys]
    if len(others) < len(keys):
        raise Undefined("too few frequencies are left for a control")
    shares = [[float(spectrum[k - 1]) for k in keys] for spectrum in spectra]
    rest = [sum(float(spectrum[k - 1]) for k in others) / len(others) for spectrum in spectra]
    return [(sum(own), mean * len(keys)) for own, mean in zip(shares, rest)]


@quantity("share", "the shares of variance that the key frequencies together explain in the heads")
def head_fves_by_keys(analysis: Analysis) -> list[float]:
    return [own for own, _ in _by_keys(analysis)]


@quantity("share", "the smallest share of a head's variance that the key frequencies together explain")
def head_fve_by_keys_min(analysis: Analysis) -> float:
    return min(own for own, _ in _by_keys(analysis))


@quantity(
    "share",
    "the share of a head's variance that as many random non-key frequencies explain on average, in the head where it "
    "is largest,",
)
def head_fve_by_random_max(analysis: Analysis) -> float:
    return max(random for _, random in _by_keys(analysis))


@quantity("share", "the attention that `=` pays to itself, on average over heads and pairs,")
def mean_attention_to_self(analysis: Analysis) -> float:
    from latebloom.circuits.modular.page import heads

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
        id="heads-mix-keys",
        sentence="Each head's attention is a sum of waves of the key frequencies.",
        place="P, for one key frequency in each head",
        published=filled("{mainline.head_fve} by one frequency (P)"),
        region=AllOf(
            AtLeast(head_fve_by_keys_min, 0.9, "arbitrary, as for one frequency"),
            AtMost(
                Ratio(
                    head_fve_by_random_max,
                    head_fve_by_keys_min,
                    "what as many random non-key frequencies explain in the head where it is most, over what the key "
                    "frequencies explain in the head where it is least,",
                ),
                0.1,
                "arbitrary",
            ),
        ),
        finding="the key frequencies together explain {head_fves_by_keys:.1%}; as many random ones at most "
        "{head_fve_by_random_max:.2%}",
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
