"""What all tests share: no test is decided by how fast the machine is, and none reaches anybody whom it does not name."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests import bystanders

settings.register_profile("steady", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=15)  # `make check`; `make test` tries all
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Thousands of simulated runs take no branch that others do not, and three times as long where it is counted."""
    for item in items:
        if "benchmarks" in item.path.parts:
            item.add_marker("no_cover")


@pytest.fixture(scope="session", autouse=True)
def _bystanders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The container's tests fetch what they need through the machine's own proxy: they alone go without."""
    if "CONTAINER_IMAGE" in os.environ:
        yield
        return
    with bystanders.standing_by(tmp_path_factory.mktemp("bystanders")):
        yield
    assert not bystanders.heard


@pytest.fixture(autouse=True)
def _nobody_hears_of_it(_bystanders: None) -> Iterator[None]:
    yield
    heard, bystanders.heard[:] = list(bystanders.heard), []
    assert not heard, "came to somebody whom the test does not name"
