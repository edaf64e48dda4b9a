"""The pictures of the write-up, and which figure of ours answers each."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import Field

from latebloom._config import Config


class WriteUpPicture(Config):
    """One picture of the write-up. caption: what it shows, in our words. place: where it stands, as claims name it.

    system, figure: the figure by name that is ours for it, of the first run of that system, or of the first that has
    the settings ``where``. drawn_there: whether the write-up has a picture, or describes it in words only.
    """

    caption: str
    place: str
    system: str
    figure: str
    where: dict[str, str | int | float] = Field(default_factory=dict)
    drawn_there: bool = True

    @property
    def id(self) -> str:
        """Its name among the figures of the system."""
        return "-".join([self.figure, *map(str, self.where.values())])


@cache
def write_up_pictures() -> tuple[WriteUpPicture, ...]:
    """All of them, in the order of the write-up: ``pictures.toml``."""
    stored = tomllib.loads((files(__package__) / "pictures.toml").read_text("utf-8"))
    return tuple(WriteUpPicture.model_validate(picture) for picture in stored["picture"])
