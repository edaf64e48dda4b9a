"""Sentences about a run under the views of its page, each made from stored quantities and verdicts."""

from latebloom.lab.explorer.captions import (  # noqa: F401 - they register
    components,
    explained,
    induction,
    learning,
    modular,
    representations,
    series,
    shared_feature,
)
from latebloom.lab.explorer.captions.caption import CAPTIONS, Caption, caption, captions_of

__all__ = ["CAPTIONS", "Caption", "caption", "captions_of"]
