"""An operation mod p that latebloom does not have."""

from latebloom.tasks import ModularTask


class TwiceThenAdd(ModularTask):
    """z = (2x + y) mod p."""

    summary = "2x + y mod p"

    def answer(self, x, y):
        return (2 * x + y) % self.p
