"""The write-up's sentences, made checkable: quantities measured on runs, and claims judged by their values.

Claims read runs and never train. One file per family registers its quantities and claims when it is imported.
"""

# ruff: noqa: I001 - claims register when their file is imported, and keep the order of the write-up.
from latebloom.claims.quantity import QUANTITIES, Measurement, Never, Quantity, Undefined, quantity
from latebloom.claims.record import Record, merge, record_run
from latebloom.claims.region import (
    Above,
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Below,
    Between,
    Holds,
    Is,
    Ratio,
    Reached,
    Region,
)
from latebloom.claims.results import Results
from latebloom.claims.systems import SYSTEMS, System
from latebloom.claims.verdict import JUDGING, NULL, STATES, Pooled, State, Verdict, pool
from latebloom.claims.claim import CLAIMS, Claim, Statistic, SweepClaim, register, statistic
from latebloom.claims import embedding, logits, neurons, attention, ablations, clock_or_pizza  # noqa: F401
from latebloom.claims import training, stages, random_walk, weights, lottery  # noqa: F401
from latebloom.claims import much_data, digits, induction, trigrams, few_examples  # noqa: F401
from latebloom.claims import precision, weight_decay, optimisers, linear, variants, operations  # noqa: F401
from latebloom.claims import random_answers, groups, late  # noqa: F401
from latebloom.claims import resampling, certificates, attention_mix, llc, llc_course  # noqa: F401
from latebloom.claims import causes_slingshots, causes_induction, causes_trigrams, causes_analytic  # noqa: F401
from latebloom.claims.judge import complete_claims, judge, measure_claims, stored_claims, stored_record, write_record

__all__ = [
    "CLAIMS",
    "JUDGING",
    "NULL",
    "QUANTITIES",
    "STATES",
    "SYSTEMS",
    "Above",
    "AllOf",
    "AnyOf",
    "AtLeast",
    "AtMost",
    "Below",
    "Between",
    "Claim",
    "Holds",
    "Is",
    "Measurement",
    "Never",
    "Pooled",
    "Quantity",
    "Ratio",
    "Reached",
    "Record",
    "Region",
    "Results",
    "State",
    "Statistic",
    "SweepClaim",
    "System",
    "Undefined",
    "Verdict",
    "complete_claims",
    "judge",
    "measure_claims",
    "merge",
    "pool",
    "quantity",
    "record_run",
    "register",
    "statistic",
    "stored_claims",
    "stored_record",
    "write_record",
]
