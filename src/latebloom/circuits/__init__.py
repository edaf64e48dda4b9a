"""Interventions and mechanism fits."""
