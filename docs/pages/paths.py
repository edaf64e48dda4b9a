"""Where the committed results are, and where the pages go."""

from pathlib import Path

DOCS = Path(__file__).parents[1]
ROOT = DOCS.parent
IMAGES = DOCS / "images"
DRAWINGS = IMAGES / "reproduction"
MAINLINE = ROOT / "results" / "mainline"
REPRODUCTION = ROOT / "results" / "reproduction"
QUANTITIES = ROOT / "results" / "quantities"
RULES = ROOT / "results" / "rules.json"
CROSSOVER = ROOT / "results" / "crossover"
SEEDS = ROOT / "results" / "seeds"
STUDY_RESULTS = ROOT / "results" / "studies"
COMPARE = ROOT / "results" / "compare"
CERTIFICATES = ROOT / "results" / "certificates"
TRIED = ROOT / "results" / "tried"
GROUPS = ROOT / "results" / "groups"
SETTINGS = ROOT / "results" / "settings"
BENCHMARKS = ROOT / "benchmarks" / "results"
BUDGETS = ("full", "quick")
