"""The family of sparse parity, which has only text."""

from latebloom.circuits.sparse_parity.family import SPARSE_PARITY

__all__ = ["SPARSE_PARITY"]
