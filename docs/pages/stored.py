"""The base of what the pages read from committed results."""

from pydantic import BaseModel, ConfigDict


class Stored(BaseModel):
    """A frozen view of a JSON file: the fields that a page shows; others are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Machine(Stored):
    """What a benchmark ran on."""

    date: str
    processor: str
    threads: int
    vector_instructions: str
    versions: dict[str, str]
