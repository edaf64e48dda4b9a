"""What a sweep was trained for: ``sweep.json`` beside its runs."""

from typing import Literal

from latebloom._config import Config
from latebloom.store.sweep_documents import ReadDocument, validated
from latebloom.sweeps.spec import Spec

SWEEP = "sweep"


class Asked(Config):
    """Every request, in the order in which they were made."""

    format: Literal[1] = 1
    asked: tuple[Spec, ...] = ()


def asked_of(read: ReadDocument) -> Asked:
    """The recorded requests; none, with a warning, where the document is damaged."""
    return validated(read, SWEEP, Asked.model_validate) or Asked()
