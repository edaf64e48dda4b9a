"""From which score on a head counts as one of the circuit."""

SCORE = 0.25
"""A head counts as a previous-token or induction head if its score exceeds its control (for induction) or that of
even attention (for previous-token) by this much attention. Arbitrary; random weights stay below a tenth of it."""
