"""Statistics over many runs: shares, medians, survival curves and effects, each with its interval; knows no model.

Functions take arrays and return small frozen pydantic models. Axes: ``run``, one entry per run; ``item``, what a run
ranks (its frequencies); ``repeats``, bootstrap draws.
"""

from latebloom.statistics.chosen_frequencies import ChosenFrequencies, Evenness, chosen_frequencies
from latebloom.statistics.count_ratio import ratio_of_mean_counts
from latebloom.statistics.discrimination import Discrimination, auc, discrimination, stratified_auc
from latebloom.statistics.estimate import LEVEL, Estimate
from latebloom.statistics.foresight import ScoredItems, controls, shared_moments
from latebloom.statistics.generalisation_times import GeneralisationTimes
from latebloom.statistics.lead import Lead, Leads, first_below, first_reached, lead, leads
from latebloom.statistics.level_effects import LevelEffect, level_effects
from latebloom.statistics.logrank import SurvivalComparison, compare_survival
from latebloom.statistics.median_estimate import censored_ratio_of_medians, median_estimate, ratio_of_medians
from latebloom.statistics.median_step import median_step
from latebloom.statistics.phase_diagram import Cell, PhaseDiagram, decided, phase_diagram
from latebloom.statistics.power import runs_for_share, runs_for_value
from latebloom.statistics.power_law import CurvePoint, PowerLaw, fit_power_law
from latebloom.statistics.summaries import Quartiles, mean, quartiles, share, share_difference
from latebloom.statistics.survival import SurvivalCurve, survival_curve
from latebloom.statistics.variance_components import VarianceComponents, variance_components

__all__ = [
    "LEVEL",
    "Cell",
    "ChosenFrequencies",
    "CurvePoint",
    "Discrimination",
    "Estimate",
    "Evenness",
    "GeneralisationTimes",
    "Lead",
    "Leads",
    "LevelEffect",
    "PhaseDiagram",
    "PowerLaw",
    "Quartiles",
    "ScoredItems",
    "SurvivalComparison",
    "SurvivalCurve",
    "VarianceComponents",
    "auc",
    "censored_ratio_of_medians",
    "chosen_frequencies",
    "compare_survival",
    "controls",
    "decided",
    "discrimination",
    "first_below",
    "first_reached",
    "fit_power_law",
    "lead",
    "leads",
    "level_effects",
    "mean",
    "median_estimate",
    "median_step",
    "phase_diagram",
    "quartiles",
    "ratio_of_mean_counts",
    "ratio_of_medians",
    "runs_for_share",
    "runs_for_value",
    "share",
    "share_difference",
    "shared_moments",
    "stratified_auc",
    "survival_curve",
    "variance_components",
]
