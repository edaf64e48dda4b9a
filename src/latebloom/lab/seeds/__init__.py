"""One experiment with many seeds: what all runs share, and how early key frequencies can be predicted."""

from latebloom.lab.seeds.facts import SeedFacts
from latebloom.lab.seeds.frame import draw_study, seed_frame
from latebloom.lab.seeds.pooled import PooledSeeds, pool
from latebloom.lab.seeds.stored import read_study, write_study
from latebloom.lab.seeds.study import SeedStudy, study_seeds

__all__ = [
    "PooledSeeds",
    "SeedFacts",
    "SeedStudy",
    "draw_study",
    "pool",
    "read_study",
    "seed_frame",
    "study_seeds",
    "write_study",
]
