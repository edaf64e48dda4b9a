"""One layout of weights that another library opens, and the registry of all."""

from collections.abc import Callable
from dataclasses import dataclass

from latebloom._errors import UsageError
from latebloom._registry import Registry
from latebloom.exports.exported import Exported


@dataclass(frozen=True)
class Format:
    """A folder of files made from one checkpoint.

    words: what opens it, in a few words. refuses: why this model has no counterpart there, in one line that names the
    setting, or None. files: the content of every file by name.
    """

    name: str
    words: str
    refuses: Callable[[Exported], str | None]
    files: Callable[[Exported], dict[str, bytes]]

    def made(self, exported: Exported) -> dict[str, bytes]:
        """The files. Errors: UsageError for a model without a counterpart."""
        reason = self.refuses(exported)
        if reason is not None:
            raise UsageError(f"--to {self.name}: {reason}; --to state-dict takes every model")
        return self.files(exported)


FORMATS: Registry[Format] = Registry("format")
"""Every format by name."""
