"""The optimisers that torch does not have, as classes of torch's kind: one file each."""
