"""The fixed numbers of the analysis of groups, which texts name too."""

KEPT = 0.95
"""An explanation keeps the model's answers if accuracy stays over this share of its own. Arbitrary."""

BEYOND_CHANCE = 0.75
"""Subgroups count as more than those of random functions from this probability of being larger on. Arbitrary."""
