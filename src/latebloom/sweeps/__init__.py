"""Many runs: a grid of experiments, planned, trained on this machine or a cluster, and read back as one table."""
