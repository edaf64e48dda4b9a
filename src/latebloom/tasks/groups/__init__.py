"""Finite groups as tables: read off answers, named, and made."""

from latebloom.tasks.groups.name import group_name, isomorphic
from latebloom.tasks.groups.table import Group, exact_group, read_group

__all__ = ["Group", "exact_group", "group_name", "isomorphic", "read_group"]
