"""Mechanisms of models that compute a modular operation of two operands."""
