"""Finite groups as tables: read off answers, named, and made."""

from latebloom.tasks.groups.disguise import Disguise, cyclic_order, read_disguise, read_disguise_without_zero
from latebloom.tasks.groups.name import group_name, isomorphic
from latebloom.tasks.groups.named import GROUPS, GroupFamily, group_table
from latebloom.tasks.groups.table import Group, exact_group, read_group

__all__ = [
    "GROUPS",
    "Disguise",
    "Group",
    "GroupFamily",
    "cyclic_order",
    "exact_group",
    "group_name",
    "group_table",
    "isomorphic",
    "read_disguise",
    "read_disguise_without_zero",
    "read_group",
]
