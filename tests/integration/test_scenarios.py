"""Each scenario of the example, by the command a user types: exit code, cause, remedy, a valid summary."""

from __future__ import annotations

import json
import sys
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from tests.engine.test_scenarios import EXPECTED
from tests.integration.conftest import Run

SCHEMA = json.loads(files("validator.report").joinpath("summary.schema.json").read_text(encoding="utf-8"))
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", EXPECTED)
def test_the_scenario_ends_with_its_code_and_tells_why(name: str, validator: Run) -> None:
    code, check, words = EXPECTED[name]
    gate = [sys.executable, "-m", "validator", "run", "checks.yaml", "--out", "{out}"]
    ended = validator("emulate", f"examples/netra/{name}.yaml", "--", *gate)
    assert ended.code == code, ended.stdout + ended.stderr
    summary = ended.summary
    Draft202012Validator(SCHEMA).validate(summary)
    assert summary["exit_code"] == code
    told = ended.stdout + json.dumps(ended.check(check), ensure_ascii=False)
    for word in words:
        assert word.split("2026-09-21T")[0] in told
    assert (ended.out / "report.md").read_text(encoding="utf-8").startswith("# ")
    if code:
        first_screen = ended.stdout[ended.stdout.rindex("exit " + str(code)) - 400 :]
        assert any(word.split("2026-09-21T")[0] in first_screen for word in words)


def test_the_demo_passes_offline_and_proves_every_link(validator: Run) -> None:
    ended = validator("demo", "--out", "{out}")
    assert ended.code == 0, ended.stdout + ended.stderr
    Draft202012Validator(SCHEMA).validate(ended.summary)
    backend = ended.summary["targets"][0]
    assert {link["proof"] for link in backend["chain"]} == {"proven"}
    assert all(link["evidence"] for link in backend["chain"])
    known = {mark["stream"].rsplit("/", 1)[-1]: mark["how"] for mark in backend["logs"]["watermarks"]}
    assert known == {"requests": "echoed", "stdout": "inferred", "stderr": "inferred"}
