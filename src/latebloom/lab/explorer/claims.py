"""The claims of a page: each with its verdict on the run and the views that show what it is about."""

from typing import Any

from latebloom.claims import CLAIMS
from latebloom.lab.explorer.captions.words import with_commas
from latebloom.lab.explorer.evidence import Evidence

OF_FIGURE: dict[str, tuple[str, ...]] = {
    "training-curve": ("losses",),
    "weight-norms": ("weight-norms",),
    "excluded-loss": ("excluded-by-frequency",),
    "restricted-loss": ("restricted",),
    "component-losses": ("components",),
    "embedding-spectrum": ("embedding-spectrum",),
    "principal-components": ("circles",),
    "initial-embedding": ("circles",),
    "neurons-fourier": ("neuron-gallery",),
    "logits-fourier": ("logits-fourier",),
    "digit-fourier": ("digit-waves",),
    "induction-heads": ("induction-scores",),
    "induction-circuit": ("induction-circuit", "attention-patterns"),
    "trigram-circuit": ("trigrams",),
    "group-representations": ("representations", "group-neurons"),
    "group-growth": ("excluded-irreps", "restricted-irreps"),
}
"""The views in place of a claim's figure (`Claim.figure`), by the figure's name."""

OF_CLAIM: dict[str, tuple[str, ...]] = {
    "embedding-sparse": ("embedding-spectrum",),
    "embedding-sparse-early": ("embedding-spectrum",),
    "logits-cancel": ("logits-fourier", "neuron-gallery"),
    "logits-uniform-blocks": ("logits-fourier",),
    "logits-nothing-else": ("logits-fourier",),
    "logits-are-cosines": ("logits-fourier", "cos-coefficients"),
    "cosines-do-better": ("cos-coefficients",),
    "restricted-does-better": ("restricted",),
    "neurons-cluster": ("neuron-gallery",),
    "neurons-polynomials-suffice": ("neuron-gallery",),
    "neurons-read-as-waves": ("w-logit",),
    "w-logit-low-rank": ("w-logit",),
    "heads-periodic": ("attention-maps",),
    "heads-mix-keys": ("attention-maps",),
    "no-attention-to-self": ("attention-maps",),
    "key-blocks-do-better": ("logits-fourier",),
    "read-outs-suffice": ("w-logit",),
    "read-outs-needed": ("w-logit",),
    "heads-needed": ("take-apart",),
    "skip-attention-needed": ("take-apart",),
    "skip-mlp-not-needed": ("take-apart",),
    "clusters-needed": ("take-apart",),
    "excluded-parts-early": ("excluded-by-frequency",),
    "restricted-leads-test": ("restricted",),
    "restricted-train-is-test": ("restricted",),
    "memory-remains": ("losses",),
    "clock-distance": ("logits-fourier",),
    "group-by-cosets": ("cosets", "group-neurons"),
}
"""The views of claims that have no figure of their own. A claim in neither table has no picture on the page."""


def views_of(claim: str) -> tuple[str, ...]:
    """Names of the views that show what a claim is about; a page links to those that it has."""
    return OF_CLAIM.get(claim) or OF_FIGURE.get(CLAIMS[claim].figure or "", ())


def verdict_rows(evidence: Evidence) -> list[dict[str, Any]]:
    """Each claim about such a run, with its verdict and its views; empty where no claim is about such a run."""
    return [
        {
            "id": id,
            "sentence": CLAIMS[id].sentence,
            "place": CLAIMS[id].place,
            "published": CLAIMS[id].published,
            "rule": CLAIMS[id].rule,
            "state": verdict.state,
            "finding": with_commas(verdict.finding),
            "views": list(views_of(id)),
        }
        for id, verdict in evidence.verdicts.items()
    ]
