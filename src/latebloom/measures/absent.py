"""Sets of examples that are not known."""

from typing import TYPE_CHECKING, NoReturn

from latebloom._errors import UsageError

if TYPE_CHECKING:
    from latebloom.models import Examples


class AbsentSets(dict[str, "Examples"]):
    """No sets of examples; looking one up by name is a UsageError with the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason

    def __missing__(self, name: str) -> NoReturn:
        raise UsageError(self.reason)
