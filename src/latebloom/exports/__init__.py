"""Our weights in the layouts of other libraries: a registry of formats, one file each."""

from latebloom.exports.exported import Exported
from latebloom.exports.folder import write_folder
from latebloom.exports.format import FORMATS, Format

from latebloom.exports.state_dict import STATE_DICT  # isort: skip (registration order is the order of listing)
from latebloom.exports.transformerlens import TRANSFORMERLENS  # isort: skip
from latebloom.exports.huggingface import HUGGINGFACE  # isort: skip

__all__ = ["FORMATS", "HUGGINGFACE", "STATE_DICT", "TRANSFORMERLENS", "Exported", "Format", "write_folder"]
