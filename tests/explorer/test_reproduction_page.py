"""The page of a reproduction: counts, escaping, and the text for systems that were not trained."""

import pytest

from latebloom.claims import Verdict
from latebloom.explorer import render_reproduction
from latebloom.explorer.reproduction import basis, measured, ours, published, spread
from latebloom.lab.reproduce.result import (
    ClaimResult,
    MilestoneResult,
    Picture,
    PublishedFile,
    PublishedVerdict,
    Reproduction,
    SystemResult,
)
from latebloom.statistics import share

SVG = '<svg viewBox="0 0 10 5"><g id="axes"/></svg>'


def claim(**given) -> ClaimResult:
    facts = {
        "id": "it", "sentence": "It <holds>.", "place": "W", "write_up": "yes", "rule": "It holds.", "system": "small",
        "figure": "curve", "outcome": "holds", "value": 0.5, "low": 0.25, "high": 1.0, "found": "half", "runs": 2,
        "holds": 1, "fails": 0, "undecided": 1, "by_run": {"a": Verdict(outcome="holds", value=0.5, found="half")},
    }  # fmt: skip
    return ClaimResult.model_validate(facts | given)


def milestone(**given) -> MilestoneResult:
    facts = {
        "says": "it falls", "unit": "step", "published": {"W": 1000.0, "P": 1400.0}, "median": 1200.0, "low": 1100.0,
        "high": 1300.0, "reached": 2, "runs": 2, "note": None,
    }  # fmt: skip
    return MilestoneResult.model_validate(facts | given)


@pytest.fixture
def result() -> Reproduction:
    picture = Picture(
        id="curve",
        name="curve",
        title="A <b>",
        of="a",
        command="draw",
        file="figures/quick-small-curve.svg",
        says="Yes.",
    )
    system = SystemResult(
        name="small", title="Small", commands=("train",), finished=2, runs=2, seconds=1.0, milestones=(milestone(),),
        pictures=(picture,),
    )  # fmt: skip
    untrained = claim(id="other", system="large", outcome="undecided", value=None, by_run={}, runs=0)
    return Reproduction(
        budget="quick", command="latebloom reproduce", date="today", versions={"torch": "2"}, git_commit=None,
        device={"name": "cpu", "system": "any"}, training_seconds=60.0, sheet=(), systems=(system,),
        claims=(claim(), untrained),
    )  # fmt: skip


def test_the_page_counts_escapes_and_draws(result: Reproduction) -> None:
    page = render_reproduction(result, {"figures/quick-small-curve.svg": SVG})
    assert "1 claims hold, 0 fail, 1 are undecided." in page
    assert "It &lt;holds&gt;." in page
    assert 'aria-label="A &lt;b&gt;. Yes."' in page
    assert '<svg id="quick-small-curve"' in page
    assert "Not trained in this budget" in page


def test_published_files_have_a_column_of_their_own(result: Reproduction) -> None:
    drawings = {"figures/quick-small-curve.svg": SVG}
    assert "published files" not in render_reproduction(result, drawings)
    files = tuple(
        PublishedFile(file=f"{x}.pth", systems=s, note=f"note {x}") for x, s in (("a", ("small",)), ("b", ()))
    )
    judged = PublishedVerdict(file="a.pth", state="fails", value=1.0, finding="one <model>")
    both = result.model_copy(update={"published": files, "claims": (claim(published=(judged,)), claim(id="other"))})
    page = render_reproduction(both, drawings)
    assert "<strong>fails</strong> <small>a.pth: one &lt;model&gt;</small>" in page
    assert "<td>b.pth</td><td>skipped</td><td>note b</td>" in page
    assert "a.pth" not in both.without_published().model_dump_json()


def test_a_claim_in_words() -> None:
    assert measured(claim()) == "0.5 (0.25 to 1)"
    assert measured(claim(low=None, high=None)) == "0.5"
    assert measured(claim(high=None)) == "0.5 (0.25 to –)"
    assert measured(claim(value=None)) == "–"
    assert spread(claim()) == "1 of 1, 1 undecided"
    assert spread(claim(share=share(1, 1))) == "1 of 1 (21 to 100 %), 1 undecided"
    assert spread(claim(by_run={})) == "2 runs together"
    assert spread(claim(by_run={}, n=1)) == "2 runs together, 1 in the smallest arm"
    assert basis(claim()) == "2 runs; not made for the frozen rule"
    assert basis(claim(runs=1, smaller_p=(31,), rule_hash="ab12", made_for_rule=True)) == "1 run, p = 31; rule ab12"
    assert spread(claim(by_run={}, runs=0)) == "–"


def test_a_milestone_in_words() -> None:
    assert published(milestone()) == "1\u202f000 (W); 1\u202f400 (P)"
    assert ours(milestone()) == "1\u202f200 (1\u202f100 to 1\u202f300)"
    assert ours(milestone(median=None, low=None, high=None, note="not by step 9")) == "not by step 9"
    assert ours(milestone(unit="nats", median=0.5, low=0.5, high=0.5)) == "0.5 nats"
