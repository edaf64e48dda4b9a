"""Claims about the induction circuit by intervention: one half is given, or kept from forming."""

from latebloom.analysis import Analysis
from latebloom.circuits.induction.settings import SCORE
from latebloom.claims.causes import freezes, intervenes, share_with, speed_up
from latebloom.claims.claim import SweepClaim, register
from latebloom.claims.quantity import quantity
from latebloom.claims.region import Above, AllOf, AtLeast, Below
from latebloom.claims.verdict import HALF
from latebloom.claims.views import induction_circuit

_PLACE = 'W, "Speculation: Phase Changes Are Inherent to Composition"; by intervention'
_SYSTEM = "reinforcement-induction"

ATTENDS_AT_FIRST = ("pos_embed.W_pos", "blocks.0.attn.W_Q", "blocks.0.attn.W_K")
"""Where the heads of the first layer attend. The positions belong to it: with them trained, frozen W_Q and W_K could
still come to attend to the token before."""

WRITES_AT_FIRST = ("pos_embed.W_pos", "blocks.0.attn.W_V", "blocks.0.attn.W_O")
"""What the same heads write: as many weights, of which random ones do, so that freezing them is the control."""

ATTENDS_AT_LAST = ("blocks.1.attn.W_Q", "blocks.1.attn.W_K")
WRITES_AT_LAST = ("blocks.1.attn.W_V", "blocks.1.attn.W_O")

OFFSET = 5
"""How many positions back the head of the control attends. Arbitrary; nothing in the task is that far apart."""


@quantity(
    "share",
    "the largest attention of a head of the last layer to the tokens after the same token in earlier copies, less that "
    "on tokens without repeats",
)
def best_induction_lead(analysis: Analysis) -> float:
    circuit = induction_circuit(analysis)
    last = max(head.layer for head in circuit.heads)
    return max(head.induction - head.induction_control for head in circuit.heads if head.layer == last)


@quantity(
    "share",
    "the largest attention of a head of an earlier layer to the previous token, less that of even attention",
)
def best_previous_token_lead(analysis: Analysis) -> float:
    circuit = induction_circuit(analysis)
    last = max(head.layer for head in circuit.heads)
    return max(head.previous_token for head in circuit.heads if head.layer < last) - circuit.previous_token_even


_PLAIN = intervenes(None, kind="transformer")
_IDEAL = speed_up(
    "ideal_head_time",
    intervenes(None, kind="clamped", clamp_offset=1),
    _PLAIN,
    "in which one head of the first layer attends to the token before from the start",
)
_OTHER = speed_up(
    "other_head_time",
    intervenes(None, kind="clamped", clamp_offset=OFFSET),
    _PLAIN,
    f"in which that head attends {OFFSET} tokens back",
)


def _shares(prefix: str, what: str, quantity_of, attends, writes):  # type: ignore[no-untyped-def]
    """The share of runs with a head of one kind: with the other half frozen, in the control, and in plain runs."""
    return (
        share_with(f"{prefix}_with_half_frozen", what, freezes(*attends), _frozen(attends), quantity_of, SCORE),
        share_with(f"{prefix}_with_others_frozen", what, freezes(*writes), _frozen(writes), quantity_of, SCORE),
        share_with(f"{prefix}_plain", what, _PLAIN, "without intervention", quantity_of, SCORE),
    )


def _frozen(weights: tuple[str, ...]) -> str:
    return f"in which {', '.join(weights)} keep their initial values"


_INDUCTION = _shares(
    "induction_heads",
    f"with an induction head in the last layer (a lead of {SCORE:g})",
    best_induction_lead,
    ATTENDS_AT_FIRST,
    WRITES_AT_FIRST,
)
_PREVIOUS = _shares(
    "previous_token_heads",
    f"with a previous-token head in the first layer (a lead of {SCORE:g})",
    best_previous_token_lead,
    ATTENDS_AT_LAST,
    WRITES_AT_LAST,
)

register(
    SweepClaim(
        id="induction-ideal-head-no-plateau",
        sentence="With an ideal previous-token head from the start the plateau of the loss is gone; a head that "
        "attends elsewhere does not shorten it.",
        place=_PLACE,
        published="a speculation",
        region=AllOf(
            Below(_IDEAL, 0.5, "less than half the time, arbitrary"),
            AtLeast(_OTHER, 0.5, "arbitrary"),
        ),
        finding="half of guessing is reached in {ideal_head_time:.2f} times the steps ({ideal_head_time.low:.2f} to "
        "{ideal_head_time.high:.2f}); with a head that attends elsewhere in {other_head_time:.2f} times "
        "({other_head_time.low:.2f} to {other_head_time.high:.2f})",
        statistics=(_IDEAL, _OTHER),
        system=_SYSTEM,
        figure="training-curve",
    ),
    SweepClaim(
        id="induction-needs-the-first-half",
        sentence="Where the heads of the first layer cannot learn where to attend, no induction head forms.",
        place=_PLACE,
        published="a speculation",
        region=AllOf(Below(_INDUCTION[0], HALF, "not in most runs"), Above(_INDUCTION[1], HALF, "the control")),
        finding="induction heads in {induction_heads_with_half_frozen:.0%} of the runs with the first layer's "
        "attention frozen, {induction_heads_with_others_frozen:.0%} with its values frozen, "
        "{induction_heads_plain:.0%} without intervention",
        statistics=_INDUCTION,
        system=_SYSTEM,
        figure="training-curve",
    ),
    SweepClaim(
        id="induction-needs-the-second-half",
        sentence="Where the heads of the last layer cannot learn where to attend, no previous-token head forms.",
        place=_PLACE,
        published="a speculation",
        region=AllOf(Below(_PREVIOUS[0], HALF, "not in most runs"), Above(_PREVIOUS[1], HALF, "the control")),
        finding="previous-token heads in {previous_token_heads_with_half_frozen:.0%} of the runs with the last layer's "
        "attention frozen, {previous_token_heads_with_others_frozen:.0%} with its values frozen, "
        "{previous_token_heads_plain:.0%} without intervention",
        statistics=_PREVIOUS,
        system=_SYSTEM,
        figure="training-curve",
    ),
)
