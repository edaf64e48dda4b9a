"""Published numbers: each once, printed as precisely as its source gives it."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from latebloom._errors import UsageError
from latebloom.published import (
    Published,
    all_published,
    filled,
    published,
    published_by,
    published_source,
    published_text,
)

PACKAGE = Path(__file__).parents[1] / "src" / "latebloom"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"value": 2.4e-7, "unit": "nats"}, "2.4 × 10⁻⁷"),
        ({"value": 24.3, "unit": "nats"}, "24.3"),
        ({"value": 0.9, "unit": "share", "form": "above"}, "> 90 %"),
        ({"value": 0.0055, "unit": "share", "form": "below"}, "< 0.55 %"),
        ({"value": (0.979, 0.991), "unit": "share", "form": "range"}, "97.9 – 99.1 %"),
        ({"value": (955, 942), "unit": "none", "form": "change"}, "955 → 942"),
        ({"value": (14, 35), "unit": "none", "form": "list"}, "14, 35"),
        ({"value": ((2, 9), (40,)), "unit": "none", "form": "list"}, "2, 9; 40"),
        ({"value": 43000, "unit": "step"}, "43\u202f000"),
        ({"value": "near-perfect", "unit": "none", "form": "text"}, "near-perfect"),
    ],
)
def test_text(given: dict[str, object], text: str) -> None:
    assert Published.model_validate({"id": "it", "source": "W"} | given).text() == text


def test_sources_that_differ_are_named() -> None:
    assert published_text("mainline.loss") == "2 × 10⁻⁷ (W), 2.4 × 10⁻⁷ (P)"
    assert published_source("mainline.loss") == "W, P"
    assert published("mainline.loss").number == 2e-7
    assert published("mainline.loss", "P").number == 2.4e-7
    assert filled("{mainline.loss:P}") == "2.4 × 10⁻⁷"
    assert (
        filled("from {mainline.loss} to {mainline.loss_cos_fit}") == "from 2 × 10⁻⁷ (W), 2.4 × 10⁻⁷ (P) to 4.7 × 10⁻⁸"
    )


def test_a_number_and_source_stand_once() -> None:
    for id, numbers in all_published().items():
        sources = [number.source for number in numbers]
        assert len(set(sources)) == len(sources), id


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: published_by("nothing"), "got id 'nothing', expected one of mainline.loss"),
        (lambda: published("mainline.loss", "R"), "got source 'R', expected one of W, P"),
        (lambda: published("mainline.head_fve").number, "expected a single number"),
        (lambda: published("mainline.loss").numbers, "expected a list of numbers"),
    ],
)
def test_wrong_use_is_one_line(call, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        call()


def test_the_form_fits_the_value() -> None:
    with pytest.raises(ValidationError, match="got form 'range' with value 1"):
        Published.model_validate({"id": "it", "value": 1, "unit": "none", "source": "W", "form": "range"})


def test_published_numbers_are_not_typed_elsewhere() -> None:
    """Numbers so peculiar that they can only be the published ones."""
    peculiar = re.compile(
        r"5\.5e-0?8|4\.7e-0?8|2\.[45]e-0?7|43[ _]?000|199 ?000|7\.2e-0?8|9\.1e-0?7|245 ?952|198 ?896|18 ?053|11 ?400"
    )
    assert [path.name for path in PACKAGE.rglob("*.py") if peculiar.search(path.read_text())] == []
