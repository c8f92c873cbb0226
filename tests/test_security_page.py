"""docs/security.md names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_attack_names_a_test_that_is_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = [line for line in page.split("\n## ")[-1].splitlines() if line.startswith("|") and "---" not in line]
    attacks = [row for row in rows if not row.startswith("| attack ")]
    assert len(attacks) > 40
    for row in attacks:
        named = re.search(r"`(tests/[\w/]+\.py)::(test_\w+)` \|$", row)
        assert named, row
        assert f"\ndef {named[2]}(" in (ROOT / named[1]).read_text(encoding="utf-8"), row
