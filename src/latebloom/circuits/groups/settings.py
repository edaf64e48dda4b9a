"""The fixed numbers of the analysis of groups, which texts name too."""

KEPT = 0.95
"""An explanation keeps the model's answers if accuracy stays over this share of its own. Arbitrary."""

LISTED = 0.05
"""A representation is listed if the similarity of its character with the logits of unseen pairs exceeds this. Source:
the script of Chughtai et al. 2023 that lists key representations in the order in which they form."""

BEYOND_CHANCE = 0.75
"""Subgroups count as more than those of random functions from this probability of being larger on. Arbitrary."""
