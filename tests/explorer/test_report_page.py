"""Escaping, ids and numbers of the page. Complete reports are tested in tests/figures and tests/lab."""

import subprocess
import sys

import pytest

from latebloom.explorer import render_report
from latebloom.explorer.inline import inline_svg
from latebloom.explorer.numbers import show

SVG = """<?xml version="1.0"?>
<svg width="10pt" height="5pt" viewBox="0 0 10 5" xmlns="http://www.w3.org/2000/svg">
<metadata><date>today</date></metadata>
<defs><clipPath id="c1"/></defs><g clip-path="url(#c1)" id="axes"><use xlink:href="#c1"/></g></svg>"""


WORDS = {
    "grokking": "Late generalisation.", "right": "right on pairs it never saw", "train_loss": "train",
    "test_loss": "test", "no_phases": "Not all phases were found{so_far}. {reason}", "phases": {}, "terms": {},
    "captions": {},
    "fresh": False,
    "chapters": {name: (name.title(), name, "") for name in ("training", "circuit", "growth")},
    "asks": "Two numbers are added.", "parts": "", "weights": "Read the table.",
}  # fmt: skip


def summary(**run):
    losses = {"all": 1.0, "train": None, "test": None}
    facts = {
        "name": "a run", "recipe": "none", "task_summary": "x + y mod p", "p": 13, "phase_sign": 1, "order": 13,
        "positions": None, "train_examples": 60, "test_examples": 109,
        "model": {"kind": "mlp", "d_mlp": 8}, "weight_decay": 1.0, "seed": 0, "status": "finished", "step": 10,
        "checkpoint": 10, "stopped_because": None,
        "outcome": {"outcome": "memorised", "reason": "Memorised: by hand."},
        "created": "now", "seconds": 1.0, "versions": {}, "device": {},
        "git_commit": None, "command": None, **run,
    }  # fmt: skip
    return {
        "run": facts,
        "final": {},
        "phases": {"complete": False, "reason": "No phases: nothing happened.", "phases": [], "boundaries": []},
        "explanation": {"key_frequencies": [], "loss": losses},
        "colours": {},
        "comparison": [
            {"quantity": "loss", "kind": "loss", "ours": None, "write_up": None, "source": None, "note": None}
        ],
        "heads": None,
        "ablations": [],
        "layout": "pairs",
        "words": WORDS,
        "tables": [],
        "figures": [{"name": "one", "chapter": "training", "title": "One <b>", "caption": "It.", "says": "Yes."}],
    }


def test_text_of_a_run_is_escaped():
    page = render_report(summary(name="<script>alert(1)</script>"), {"one": SVG})
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "One &lt;b&gt;" in page


def test_an_empty_run_gives_the_reason():
    page = render_report(summary(), {})
    assert "Not all phases were found. No phases: nothing happened." in page
    assert "Memorised: by hand." in page
    assert "Not drawn: there is no picture of it" in page
    assert "not defined" in page
    assert "on 60 of the 169 pairs" in " ".join(page.split())


def test_fresh_batches_need_no_test_set():
    fresh = {**WORDS, "fresh": True, "right": "right on fresh pairs"}
    page = render_report({**summary(train_examples=None), "words": fresh, "final": {"train_accuracy": 0.5}}, {})
    assert "<b>50 %</b><span>right on fresh pairs" in page
    assert "on fresh random pairs" in page


def test_a_page_in_the_layout_of_examples_needs_nothing_of_pairs():
    own = {"layout": "examples", "changes": None, "weights": {"rows": [("heads", "two")], "reason": None}}
    table = {"title": "Orbits", "reading": "One row each.", "header": ["orbit"], "rows": [["<first>"]]}
    facts = summary(settings={"order": 6}, batch_size=None)
    page = render_report({**facts, **own, "tables": [table]}, {})
    assert "order = 6" in page
    assert "Two numbers are added." in page
    assert "<td>two</td>" in page
    assert "<td>&lt;first&gt;</td>" in page
    assert "Key frequencies" not in page


def test_logarithms_are_explained():
    facts = summary(order=12, positions="x, y and z stand for discrete logarithms")
    explanation = {
        "key_frequencies": [5], "accuracy": 1.0, "loss": {"all": 0.1},
        "neurons": {"clustered_fraction": 0.8},
        "logits": {"fve_cos_fit": 0.9, "loss_cos_fit": 0.1, "cos_coefficients": {"5": 3.0}},
    }  # fmt: skip
    page = render_report({**facts, "explanation": explanation, "colours": {"5": "#000"}}, {})
    assert "Here x, y and z stand for discrete logarithms" in page
    assert "x + y mod 12" in page


def test_inline_svg_keeps_the_drawing_and_nothing_else():
    text = inline_svg(SVG, "p-", 'A "curve"')
    assert text.startswith('<svg viewBox="0 0 10 5"')
    assert 'aria-label="A &quot;curve&quot;"' in text
    assert 'id="p-c1"' in text
    assert "url(#p-c1)" in text
    assert 'href="#p-c1"' in text
    assert "metadata" not in text
    assert "http" not in text


def test_two_drawings_share_no_id():
    first, second = (inline_svg(SVG, prefix, "") for prefix in ("a-", "b-"))
    assert 'id="a-axes"' in first
    assert "a-axes" not in second


def test_inline_svg_refuses_other_text():
    with pytest.raises(ValueError, match="no <svg> element"):
        inline_svg("<html>", "p-", "")


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "loss", "not defined"),
        (2.44e-7, "loss", "2.4 × 10⁻⁷"),
        (24.31, "loss", "24.3"),
        (0.99999, "share", "> 99.9 %"),
        (1, "share", "100 %"),
        (0.846, "share", "84.6 %"),
        ([0.979, 0.991], "share range", "97.9 – 99.1 %"),
        (12769, "step", "12\u202f769"),
        ([], "list", "none"),
        ([6, 23], "list", "6, 23"),
    ],
)
def test_numbers(value, kind, text):
    assert show(value, kind) == text


def test_the_explorer_loads_no_torch():
    code = "import sys, latebloom.explorer; sys.exit('torch' in sys.modules or 'matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
