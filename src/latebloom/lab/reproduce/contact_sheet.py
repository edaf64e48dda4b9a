"""The write-up's pictures in its order, each with our drawing or the reason why there is none."""

from collections.abc import Callable, Mapping

from latebloom.lab.reproduce.result import SheetPicture, SystemResult
from latebloom.lab.reproduce.write_up_pictures import WriteUpPicture, write_up_pictures


def contact_sheet(systems: Mapping[str, SystemResult], why: Callable[[str], str]) -> tuple[SheetPicture, ...]:
    """One entry for each picture of the write-up. ``why``: the reason for a system that is not in ``systems``."""
    return tuple(_entry(picture, systems.get(picture.system), why) for picture in write_up_pictures())


def _entry(wanted: WriteUpPicture, system: SystemResult | None, why: Callable[[str], str]) -> SheetPicture:
    fields = {"caption": wanted.caption, "place": wanted.place, "system": wanted.system, "picture": wanted.id}
    if system is None:
        return SheetPicture(**fields, file=None, command=None, says=why(wanted.system))
    found = next((picture for picture in system.pictures if picture.id == wanted.id), None)
    if found is None:
        reason = f"not drawn here: `latebloom reproduce` draws it where the runs of {system.name} are"
        return SheetPicture(**fields, file=None, command=None, says=reason)
    return SheetPicture(**fields, file=found.file, command=found.command, says=found.says)
