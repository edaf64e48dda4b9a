"""The fixed numbers and the factors of the analysis of digit addition, which texts name too."""

FACTORS = ("pair", "sum", "carry", "both", "answer")
"""Factors that may explain variance, in the order of the figures."""

RELABELLINGS = 999
"""Random relabellings of the digits, so that the smallest p-value is 1 in 1 000."""

HIGHER = 2
"""The lowest frequency that is tested in the embedding. Digits in order along any smooth line have much of frequency 1,
and such a line is no algorithm of waves."""

FEW = 2
"""Frequencies that a few waves may have. Of a lookup, which tells right digits from wrong ones and knows no order, the
two strongest of the five have 4/9 of the energy."""
