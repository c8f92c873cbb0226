"""The examples of kinds that need servers, by the command a user types: they pass, and in the broken world they fail."""

from __future__ import annotations

import sys
from importlib import import_module

import pytest

from tests.integration.conftest import Run
from validator.checks import kinds

pytestmark = pytest.mark.slow
SERVED = ["http", *(name for name in kinds() if hasattr(import_module(f"tests.checks.test_{name}"), "SERVED"))]


@pytest.mark.parametrize(("world", "verdict"), [("", "passed"), ("-broken", "failed")])
@pytest.mark.parametrize("name", SERVED)
def test_each_comes_to_its_verdict(name: str, world: str, verdict: str, validator: Run) -> None:
    gate = [sys.executable, "-m", "validator", "run", f"examples/kinds/{name}.yaml", "--out", "{out}"]
    ended = validator("emulate", f"examples/kinds/worlds/{name}{world}.yaml", "--", *gate)
    checks = [check for check in ended.summary["checks"] if not check["name"].endswith(" is resolved and ready")]
    told = {check["name"]: (check["verdict"], check["reason"]) for check in checks}
    assert {verdict} <= {each for each, _ in told.values()} <= {verdict, "skipped"}, told
    assert len(told) >= 3
