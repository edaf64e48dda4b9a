"""What many runs say together: shares, medians, survival curves, effects, each with its interval; knows no model."""
