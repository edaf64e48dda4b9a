"""The fixed numbers of the analysis of modular tasks, which texts name too."""

from latebloom.published import published

FVE_THRESHOLD = published("mainline.cluster_threshold").number
"""A neuron belongs to a cluster if its frequency explains more than this share of its variance. Source: Nanda et al.,
2023, second-hand."""

KEY_CLUSTER = 0.01
"""A frequency is key if its cluster has this share of the neurons or more. Arbitrary."""

KEY_NORM = 0.25
"""By the embedding, a frequency is key if its norm there exceeds this share of the largest. Arbitrary."""
