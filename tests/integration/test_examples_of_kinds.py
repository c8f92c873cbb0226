"""The examples of kinds that need servers, by the command a user types: they pass, and in the broken world they fail."""

from __future__ import annotations

import sys
from importlib import import_module

import pytest

from tests.integration.conftest import Run
from validator.checks import kinds

pytestmark = pytest.mark.slow
TIMED = {"http": ["Quick", "Bears a few users"]}
"""What would measure the machine that the tests run on, ten times faster than it is."""
SERVED = ["http", *(name for name in kinds() if hasattr(import_module(f"tests.checks.test_{name}"), "SERVED"))]


@pytest.mark.parametrize(("world", "verdict"), [("", "passed"), ("-broken", "failed")])
@pytest.mark.parametrize("name", SERVED)
def test_each_comes_to_its_verdict(name: str, world: str, verdict: str, validator: Run) -> None:
    gate = [sys.executable, "-m", "validator", "run", f"examples/kinds/{name}.yaml", "--out", "{out}"]
    gate += [word for check in TIMED.get(name, []) for word in ("--skip", check)]
    ended = validator("emulate", f"examples/kinds/worlds/{name}{world}.yaml", "--", *gate)
    chosen = [check for check in ended.summary["checks"] if check["name"] not in TIMED.get(name, [])]
    checks = [check for check in chosen if not check["name"].endswith(" is resolved and ready")]
    told = {check["name"]: (check["verdict"], check["reason"]) for check in checks}
    assert {verdict} <= {each for each, _ in told.values()} <= {verdict, "skipped"}, told
    assert len(told) >= 3
