"""Names of classes and functions in a pickle: which are refused, and which are classes by their name."""

from __future__ import annotations

import _compat_pickle

from latebloom._errors import DamagedFileError
from latebloom.analysis.weight_files.stand_ins import Name


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


_SYSTEM = words(
    "asyncio bdb builtins code codeop commands concurrent ctypes ensurepip faulthandler fcntl ftplib gc http imaplib "
    "importlib imp inspect io linecache marshal mmap multiprocessing nt operator os pdb pip pkgutil platform poplib "
    "posix profile pty pydoc resource runpy shelve shutil signal site smtplib socket sqlite3 ssl subprocess sys "
    "telnetlib tempfile threading timeit trace tracemalloc types urllib venv webbrowser xmlrpc zipimport zipapp "
    "_posixsubprocess _thread pickle _pickle cPickle dill cloudpickle joblib"
)
"""Modules that act on the system, on the network or on Python itself: nothing of them belongs in a file of weights."""

_TYPES = words(
    "set frozenset bytearray bytes complex range slice object dict list tuple int float str bool type NoneType "
    "ellipsis NotImplementedType getattr"
)
"""Built-in types, which only make values; and getattr, by which protocol 2 refers to a name inside a class."""

_HONEST = ("types.SimpleNamespace", "types.MappingProxyType", "types.NoneType", "multiprocessing.TimeoutError")
_SHOWN = 120
_SAME = {"posix": "os", "nt": "os"}
"""Modules that Python itself pickles under another name."""


def present_name(module: str, name: str) -> Name:
    """The name as Python 3 has it: pickles of protocol 2, such as torch's, carry those of Python 2."""
    module, name = _compat_pickle.NAME_MAPPING.get((module, name), (module, name))
    module = _compat_pickle.IMPORT_MAPPING.get(module, module)
    return Name(_SAME.get(module, module), name)


def refuse_if_forbidden(name: Name) -> None:
    """Errors: DamagedFileError for a name in a module that acts on the system or on Python itself."""
    top = name.module.partition(".")[0]
    if (name.module == "builtins" and name.name in _TYPES) or str(name) in _HONEST:
        return
    if top in _SYSTEM or not _printable(name):
        raise refused(name)


def refused(name: Name) -> DamagedFileError:
    """The error for a function that a file would call."""
    shown = "".join(c if c.isprintable() else "?" for c in str(name)[:_SHOWN])
    return DamagedFileError(
        f"refused: it holds a function {shown}, and loading it elsewhere would run code; "
        "save it again with torch.save(model.state_dict(), FILE)"
    )


def is_class(name: Name) -> bool:
    """Whether the name is that of a class by the usual spelling: ``Namespace``, ``_Private``."""
    last = name.name.rpartition(".")[2].lstrip("_")
    return last[:1].isupper()


def _printable(name: Name) -> bool:
    return str(name).isprintable() and all(part.isidentifier() for part in str(name).split("."))
