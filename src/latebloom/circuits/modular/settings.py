"""The fixed numbers of the analysis of modular tasks, which texts name too."""

from latebloom.published import published

FVE_THRESHOLD = published("mainline.cluster_threshold").number
"""A neuron belongs to a cluster if its frequency explains more than this share of its variance. Source: Nanda et al.,
2023, second-hand."""
