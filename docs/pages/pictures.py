"""docs/pictures.md: the write-up's pictures beside each other, drawn from our runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from latebloom.lab.reproduce.result import SheetPicture
from latebloom.lab.reproduce.write_up_pictures import WriteUpPicture, write_up_pictures

from .reproduction import read_results
from .templating import render

COLUMNS = 3


@dataclass(frozen=True)
class Thumbnail:
    """A picture of the write-up and our drawing for it."""

    there: WriteUpPicture
    here: SheetPicture


def pictures_page() -> str:
    """docs/pictures.md, from the result of the largest budget."""
    result = read_results()[0]
    return render("pictures", result=result, pictures=write_up_pictures(), sheet=contact_sheet(result.sheet))


def contact_sheet(sheet: Sequence[SheetPicture]) -> str:
    """A table of thumbnails, as HTML; a picture that was not drawn is replaced by the reason."""
    thumbnails = [Thumbnail(there, here) for there, here in zip(write_up_pictures(), sheet, strict=True)]
    rows = [thumbnails[i : i + COLUMNS] for i in range(0, len(thumbnails), COLUMNS)]
    return render("contact_sheet", rows=rows, width=100 // COLUMNS)
