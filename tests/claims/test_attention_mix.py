"""The claim about the mix of attention, on planted records."""

from latebloom.claims import CLAIMS, Measurement, Record, SweepClaim
from latebloom.recipes.settings import experiment_of

CLAIM = CLAIMS["mix-makes-clocks"]


def record(seed: int, mix: float, end: float, start: float, outcome: str = "grokked") -> Record:
    values = {"gradient_symmetricity": end, "symmetricity_growth": end / start, "outcome": outcome}
    named = {name: Measurement(value=value) for name, value in values.items()}
    return Record.model_validate(
        {
            "identity": f"{mix}-{seed}-{outcome}",
            "run": f"{mix}-{seed}-{outcome}",
            "seed": seed,
            "status": "finished",
            "experiment": experiment_of("small", seed, ("--model.attention_mix", str(mix))).model_dump(mode="json"),
            "date": "2030-01-01T00:00:00Z",
            "quantities": named,
        }
    )


def models(low: tuple[float, float], high: tuple[float, float], outcome: str = "grokked") -> list[Record]:
    """Twelve models; symmetricity at the end and at the start, at a low mix and at a high one."""
    sides = [(mix, *side) for mix, side in ((0.0, low), (1.0, high))]
    return [record(seed, mix, end + seed / 1000, start, outcome) for mix, end, start in sides for seed in range(6)]


def judged(records: list[Record]) -> str:
    assert isinstance(CLAIM, SweepClaim)
    return CLAIM.judge(records).state


def test_pizzas_and_clocks_that_training_made() -> None:
    assert judged(models(low=(0.95, 0.7), high=(0.3, 0.5))) == "holds"
    assert judged(models(low=(0.3, 0.7), high=(0.95, 0.5))) == "fails"


def test_models_that_differ_as_much_before_training_are_no_evidence() -> None:
    assert judged(models(low=(0.7, 0.7), high=(0.5, 0.5))) != "holds"


def test_models_that_did_not_generalise_do_not_count() -> None:
    others = models(low=(0.3, 0.7), high=(0.95, 0.5), outcome="memorised")
    assert judged(others) == "undecided"
    assert judged(others + models(low=(0.95, 0.7), high=(0.3, 0.5))) == "holds"
