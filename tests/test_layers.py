"""The picture of the layers in docs/design.md is import-linter's contract."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_picture_of_the_layers_is_the_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(c for c in project["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    picture = page.partition("## Layers")[2].partition("```text\n")[2].partition("```")[0]
    assert [re.split(r" {2,}", line)[0] for line in picture.splitlines()] == contract["layers"]
    assert contract["exhaustive"]
