"""Under test, calls are checked against their annotations: shapes by jaxtyping, everything else by beartype."""

import pytest
import torch
from beartype.roar import BeartypeCallHintViolation
from jaxtyping import TypeCheckError

from latebloom.fourier.basis import frequencies
from latebloom.fourier.spectrum import gini


def test_a_wrong_shape_is_refused() -> None:
    assert gini(torch.ones(3)) is not None
    with pytest.raises(TypeCheckError):
        gini(torch.ones(3, 2))


def test_a_wrong_type_is_refused_where_no_shape_is_named() -> None:
    with pytest.raises(BeartypeCallHintViolation):
        frequencies("7")
