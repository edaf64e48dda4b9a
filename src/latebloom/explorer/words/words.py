"""What a page's fixed words are."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Words:
    """The words of a report page.

    grokking: what grokking is. right, train_loss, test_loss: what the numbers of the same names are. no_phases: where
    no phases were found; may hold ``{so_far}`` and ``{reason}``. chapters: of each chapter of figures the title, short
    title and introduction. phases: what happens in each. terms: words used on the page. captions: of figures whose own
    caption is about other data, by name. fresh: whether no example trains twice, so that nothing can be memorised.
    """

    grokking: str
    right: str
    train_loss: str
    test_loss: str
    no_phases: str
    chapters: Mapping[str, tuple[str, str, str]]
    phases: Mapping[str, str]
    terms: Mapping[str, str]
    captions: Mapping[str, str] = field(default_factory=dict)
    fresh: bool = False
