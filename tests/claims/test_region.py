"""Regions: what they contain, what they leave undecided, and the words that they generate."""

from math import inf

import pytest

from latebloom.claims import Claim, Measurement, Undefined
from latebloom.claims.claim import beside_edges
from latebloom.claims.quantity import Term
from latebloom.claims.region import (
    Above,
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Below,
    Between,
    Is,
    Otherwise,
    Ratio,
    Reached,
    Region,
    extent,
)

A, B = Term("a", "share", "the share"), Term("b", "share", "the other share")
STEP, START = Term("step", "steps", "the step"), Term("start", "steps", "the start")
VALUES = {
    "a": Measurement(value=0.5),
    "b": Measurement(reason="unknown"),
    "step": Measurement(never=True),
    "start": Measurement(value=0.0),
    "word": Measurement(value="grokked"),
    "effect": Measurement(value=2.0, low=1.0, high=3.0, n=5),
    "half open": Measurement(value=2.0, low=1.0, n=5, reason="too few fall"),
    "four": Measurement(value=2.0, low=1.0, high=3.0, n=4),
}
EFFECT, HALF_OPEN, FOUR = (Term(name, "", f"the {name}") for name in ("effect", "half open", "four"))
IN, OUT, UNDECIDED = Above(A, 0.25), Above(A, 0.75), Above(B, 0.0)


def contains(region: Region) -> bool | None:
    try:
        return region.contains(VALUES)
    except Undefined:
        return None


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        (AtLeast(A, 0.5), True),
        (Above(A, 0.5), False),
        (AtMost(A, 0.5), True),
        (Below(A, 0.5), False),
        (Between(A, 0.5, 1.0), True),
        (Below(A, B), None),
        (Is(Term("word", "", "the word"), ("grokked",)), True),
        (Reached(STEP), False),
        (Reached(START), True),
        (AllOf(IN, OUT), False),
        (AllOf(IN, UNDECIDED), None),
        (AllOf(OUT, UNDECIDED), False),
        (AnyOf(OUT, UNDECIDED), None),
        (AnyOf(IN, UNDECIDED), True),
        (Above(EFFECT, 0.9), True),
        (AtMost(EFFECT, 0.9), False),
        (Above(EFFECT, 1.5), None),
        (Below(EFFECT, 3.5), True),
        (AtLeast(EFFECT, 3.5), False),
        (Between(EFFECT, 1.0, 3.0), True),
        (Between(EFFECT, 2.0, 9.0), None),
        (Between(EFFECT, 1.5, 2.5), None),
        (Between(EFFECT, 4.0, 9.0), False),
        (Above(HALF_OPEN, 0.5), True),
        (Below(HALF_OPEN, 9.0), None),
        (Above(FOUR, 0.0), None),
        (Above(EFFECT, HALF_OPEN), None),
        (Above(Ratio(EFFECT, FOUR), 0.0), None),
        (Above(Ratio(EFFECT, EFFECT), 0.3), True),
        (AllOf(Above(EFFECT, 0.9), Above(EFFECT, 1.5)), None),
        (AnyOf(Above(EFFECT, 0.9), Above(EFFECT, 1.5)), True),
    ],
)
def test_a_region_contains_excludes_or_leaves_undecided(region: Region, expected: bool | None) -> None:
    assert contains(region) is expected


def test_a_step_that_is_never_reached_is_infinite_and_step_0_counts_as_1() -> None:
    assert Ratio(STEP, START).of(VALUES) == inf
    assert Ratio(START, START).of(VALUES) == 0.0
    with pytest.raises(Undefined):
        Ratio(STEP, STEP).of(VALUES)


@pytest.mark.parametrize(
    ("region", "text"),
    [
        (AtLeast(A, 0.9, "arbitrary"), "the share is at least 90 % (arbitrary)"),
        (AtLeast(A, 1.0), "the share is 100 %"),
        (Below(START, STEP), "the start is before the step"),
        (AllOf(Above(A, 0.25), Below(A, 0.5)), "the share is greater than 25 %, and less than 50 %"),
        (Otherwise(IN, OUT), "it holds, or the share is greater than 75 %"),
    ],
)
def test_rules_are_generated(region: Region, text: str) -> None:
    assert region.text() == text


def claim(**given) -> Claim:
    facts = {"id": "it", "sentence": "It is so.", "place": "W", "published": "yes", "region": IN, "finding": "{a:.0%}"}
    return Claim(**facts | given)


def test_a_claim_is_judged_by_its_region_alone() -> None:
    assert claim(provided=OUT).quantities == ("a",)
    assert (claim().judge(VALUES).state, claim().judge(VALUES).finding) == ("holds", "50%")
    assert claim(region=OUT).judge(VALUES).state == "fails"
    assert claim(provided=OUT).judge(VALUES).state == "undecided"
    found = claim(region=UNDECIDED, finding="{b}").judge(VALUES)
    assert (found.state, found.value, found.finding) == ("undecided", None, "unknown")
    assert (
        claim(provided=OUT).rule == "The share is greater than 25 %. Undecided unless the share is greater than 75 %."
    )


@pytest.mark.parametrize(
    ("value", "spec", "edge", "text"),
    [
        (0.4951, ".0%", 0.5, "49.5%"),
        (-0.004, ".0%", 0.0, "-0.4%"),
        (0.9968, ".2f", 1.0, "0.997"),
        (0.99996, ".2f", 1.0, "0.99996"),
        (0.5, ".0%", 0.5, "50%"),
        (0.62, ".0%", 0.5, "62%"),
        (-0.5, ".0%", 0.5, "-50%"),
    ],
)
def test_a_number_is_not_rounded_to_an_edge_that_it_does_not_equal(value, spec, edge, text):
    assert beside_edges(value, spec, [edge]) == text


def test_the_finding_of_a_claim_shows_on_which_side_of_each_edge_its_numbers_are():
    region = AllOf(Below(A, 0.5), Above(B, 0.5))
    claim = Claim(id="c", sentence="s", place="p", published="w", region=region, finding="{a:.0%} and {b:.0%}")
    values = {"a": Measurement(value=0.497), "b": Measurement(value=0.62)}
    assert claim.judge(values).finding == "49.7% and 62%"
    assert [edge for _, edge in region.edges()] == [0.5, 0.5]
    assert [edge for _, edge in Between(A, 0.1, 0.9).edges()] == [0.1, 0.9]
    assert not list(Above(A, B).edges())


@pytest.mark.parametrize(
    ("regions", "unmet"),
    [
        (
            (Above(A, 0.25), AllOf(Below(A, 0.4, "the control"), Above(EFFECT, 0.0))),
            "the share is less than 40 % (the control)",
        ),
        (
            (Above(A, 0.25), Below(A, 0.4), Above(B, 0.0), Below(A, 0.3)),
            "the share is less than 40 %, and that the share is less than 30 %",
        ),
        ((Above(A, 0.75), Below(A, 0.4)), None),
        ((Above(A, 0.75),), None),
    ],
)
def test_a_claim_that_fails_beside_a_number_that_meets_the_rule_says_why(regions, unmet):
    claim = Claim(id="c", sentence="s", place="p", published="w", region=AllOf(*regions), finding="{a:.0%}")
    verdict = claim.judge(VALUES)
    assert verdict.state == "fails"
    assert verdict.finding == (f"50%; the rule also asks that {unmet}, which is not so" if unmet else "50%")


@pytest.mark.parametrize(
    ("region", "finding", "found"),
    [
        (Above(EFFECT, 2.5), "{effect:.1f}", "2.0; the 95 % interval, 1 to 3, crosses 2.5"),
        (
            Above(EFFECT, 2.5),
            "{effect:.1f} ({effect.low:.1f} to {effect.high:.1f})",
            "2.0 (1.0 to 3.0); the 95 % interval crosses 2.5",
        ),
        (Between(EFFECT, 0.0, 2.5), "{effect:.1f}", "2.0; the 95 % interval, 1 to 3, crosses 2.5"),
        (Between(EFFECT, 1.5, 4.0), "{effect:.1f}", "2.0; the 95 % interval, 1 to 3, crosses 1.5"),
        (AllOf(IN, Above(EFFECT, 2.5)), "{a:.0%}", "50%; the 95 % interval of the effect, 1 to 3, crosses 2.5"),
        (Below(EFFECT, A), "{effect:.1f}", "2.0"),
        (
            Above(HALF_OPEN, EFFECT),
            "{half open:.1f}",
            "2.0; the 95 % interval, at least 1, crosses that of the effect, 1 to 3",
        ),
    ],
)
def test_an_interval_that_crosses_an_edge_is_shown_beside_the_finding(region, finding, found):
    claim = Claim(id="c", sentence="s", place="p", published="w", region=region, finding=finding)
    assert claim.judge(VALUES).finding == found


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (0.2, 0.5, "share", "20 % to 50 %"),
        (1.5, inf, "times", "at least 1.5"),
        (0.0, inf, "times", "open on both sides"),
        (0.0, inf, "steps", "at least 0 steps"),
        (-inf, 3.0, "", "at most 3"),
        (-inf, inf, "", "open on both sides"),
    ],
)
def test_an_open_interval_is_shown_in_words(low, high, unit, text):
    assert extent(low, high, unit) == text
