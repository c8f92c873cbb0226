"""Each folder beside this file is a situation in which a gate is easily wrong: see README.md."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.simulated import case
from validator.report.headline import headline

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/expected.yaml"))


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_the_case_ends_as_it_says(folder: Path) -> None:
    expected = yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
    finished = case(folder, expected.get("environment", {}))
    run = finished.run
    told = {judged.check.name: (judged.verdict.outcome.value, judged.verdict.reason) for judged in run.judged}
    assert run.exit_code == expected["exit"], told
    assert expected["says"] in headline(run)["text"]
    for name, (outcome, words) in expected.get("checks", {}).items():
        assert told[name][0] == outcome, told
        assert words in told[name][1]
