"""Sweeps: plan a grid of experiments, train it on this machine or a cluster, and read the runs as one table."""
