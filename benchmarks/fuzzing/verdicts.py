"""What may become of a try."""

from latebloom._errors import LatebloomError

BAD = (
    "traceback",
    "executed",
    "written outside",
    "left over",
    "hang",
    "crash",
    "out of memory",
    "silently wrong",
    "not one line",
)
"""Each of these is a fault."""


class FaultError(Exception):
    """A try ended in one of `BAD`."""

    def __init__(self, verdict: str, detail: str = "") -> None:
        super().__init__(f"{verdict}: {detail}")
        self.verdict, self.detail = verdict, detail


def refused(error: LatebloomError) -> str:
    """The verdict on an error raised on purpose: its message must be one line. Errors: FaultError."""
    if "\n" in str(error) or not str(error):
        raise FaultError("not one line", str(error))
    return "refused"
