import pytest

from . import made_runs


@pytest.fixture(scope="session")
def grokked(tmp_path_factory):
    return made_runs.grokked(tmp_path_factory.mktemp("grokked") / "bloom")


@pytest.fixture(scope="session")
def memorised(tmp_path_factory):
    return made_runs.memorised(tmp_path_factory.mktemp("memorised") / "never")
