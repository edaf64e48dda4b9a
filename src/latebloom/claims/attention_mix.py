"""Claims about what the mix of constant and softmax attention makes of a circuit; and the quantities of their sweep."""

from collections.abc import Sequence

from latebloom.analysis import Analysis
from latebloom.claims.claim import SweepClaim, register, statistic
from latebloom.claims.clock_or_pizza import initial_symmetricity, irrelevance, symmetricity
from latebloom.claims.learning import outcome
from latebloom.claims.quantity import Undefined, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AllOf
from latebloom.claims.views import explanation, grid
from latebloom.phases.outcome import GENERALISED
from latebloom.statistics import Estimate, ratio_of_medians

_LOW, _HIGH = 0.25, 0.75
"""The mix up to which attention counts as constant, and from which on as softmax. Arbitrary: the outer quarters."""


@quantity("", "the circularity of the embedding (1: its first components are waves)", name="embedding_circularity")
def circularity(analysis: Analysis) -> float:
    from latebloom.circuits.modular.clock_or_pizza import circular_components

    value = circular_components(grid(analysis).embedding)
    if value is None:
        raise Undefined("the embedding does not vary")
    return value


@quantity("frequencies", "the number of key frequencies")
def key_frequency_count(analysis: Analysis) -> float:
    return float(len(explanation(analysis).key_frequencies))


@quantity("times", "the gradient symmetricity of the model over that of its initial weights")
def symmetricity_growth(analysis: Analysis) -> float:
    end, start = symmetricity.measure(analysis), initial_symmetricity.measure(analysis)
    assert isinstance(end, float)
    assert isinstance(start, float)
    if start <= 0:
        raise Undefined(f"the gradient symmetricity of the initial weights is {start:.2g}, which is no scale")
    return end / start


def mix_of(record: Record) -> float:
    """The mix of a run's attention; the settings of a record leave out the usual one, 1."""
    mix = record.setting("model.attention_mix")
    return 1.0 if mix is None else float(mix)


def _low_over_high(records: Sequence[Record], name: str, deep: bool) -> Estimate:
    """Models that generalised, with one layer or ``deep``: the ratio of the medians at a low mix and at a high one."""
    known = [
        (mix_of(one), one.value(name))
        for one in records
        if (one.setting("model.n_layers") > 1) == deep and one.value(outcome.name) in GENERALISED
    ]
    constant = [value for mix, value in known if mix <= _LOW]
    softmax = [value for mix, value in known if mix >= _HIGH]
    if not constant or not softmax:
        counts = f"{len(constant)} models with a mix of at most {_LOW:g}, {len(softmax)} with one of at least {_HIGH:g}"
        raise Undefined(counts)
    return ratio_of_medians(constant, softmax)


def _mix_claim(
    id: str, prefix: str, whose: str, layers: str, deep: bool = False, system: str = "clock-or-pizza"
) -> SweepClaim:
    """The claim about models of a system with one layer, or ``deep``. prefix: of the names of its statistics; layers:
    the models in their formulas."""

    @statistic(
        "times",
        f"the median gradient symmetricity of {layers} models with a mix of at most {_LOW:g} that generalised "
        f"over that of those with one of at least {_HIGH:g}",
        symmetricity,
        irrelevance,
        circularity,
        key_frequency_count,
        outcome,
        name=f"{prefix}pizza_over_clock",
    )
    def ratio(records: Sequence[Record]) -> Estimate:
        return _low_over_high(records, symmetricity.name, deep)

    @statistic(
        "times",
        "the same ratio where each model's symmetricity is divided by that of its initial weights",
        symmetricity_growth,
        outcome,
        name=f"trained_{prefix}pizza_over_clock",
    )
    def trained(records: Sequence[Record]) -> Estimate:
        return _low_over_high(records, symmetricity_growth.name, deep)

    shown = f"{{{ratio.name}:.2f}} times ({{{ratio.name}.low:.2f}} to {{{ratio.name}.high:.2f}})"
    grown = f"{{{trained.name}:.2f}} times ({{{trained.name}.low:.2f}} to {{{trained.name}.high:.2f}})"
    return SweepClaim(
        id=id,
        sentence=f"{whose} are more symmetric in their operands, as pizzas, than those with softmax.",
        place="Zhong et al., 2023, “The Clock and the Pizza”",
        published="pizzas at low attention rates, clocks at high ones, and both between",
        region=AllOf(
            Above(ratio, 1.0, "no difference"),
            Above(trained, 1.0, "untrained models differ too, and give 1 here"),
        ),
        finding=f"{shown}, and {grown} relative to the initial weights",
        statistics=(ratio, trained),
        system=system,
    )


register(_mix_claim("mix-makes-clocks", "", "Models with constant attention", "one-layer"))
register(
    _mix_claim(
        "mix-makes-clocks-deep", "deep_", "Models of two to four layers with constant attention", "deeper", deep=True
    )
)
register(
    _mix_claim(
        "mix-makes-clocks-later",
        "later_",
        "Models with constant attention that have trained ten times as long",
        "one-layer",
        system="clock-or-pizza-later",
    )
)
