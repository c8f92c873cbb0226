"""docs/checks.md is made from the schema, and says of each kind what there is to say."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest

from tests.language.listed import listed
from validator.checks import kinds
from validator.language.reference import reference

PAGE = (Path(__file__).parent.parent.parent / "docs" / "checks.md").read_text(encoding="utf-8")
LISTED = listed([name for name in kinds() if f"\n## {name}\n" in PAGE])
"""Of a kind that was just added the page says nothing yet: `scripts/reference.py --check` asks for that."""


def test_the_page_is_what_the_kinds_make_it() -> None:
    assert len(LISTED) >= 6
    assert reference(LISTED) == PAGE


@pytest.mark.parametrize("name", LISTED)
def test_each_kind_has_its_keys_examples_failures_and_commands(name: str) -> None:
    part = PAGE.split(f"\n## {name}\n")[1].split("\n## ")[0]
    for key in LISTED[name].schema.get("properties", {}):
        assert f"| `{key}` |" in part
    assert f"{name}: {{" in part or f"{name}: [" in part
    assert "What it says when it fails" in part
    assert "By hand" in part


@pytest.mark.parametrize("name", LISTED)
def test_the_failures_on_the_page_are_those_of_the_code(name: str) -> None:
    module = cast(ModuleType, kinds()[name])
    source = re.sub(r"\{[^{}]*\}", "...", inspect.getsource(module) + _shared(module))
    for failure in LISTED[name].schema["x-failures"]:
        for words in filter(lambda words: len(words) > 5, failure.split("...")):
            assert words in source.replace('"x-failures"', ""), words


def _shared(module: ModuleType) -> str:
    """What a kind's judge says through other modules of the package."""
    others = {value.__module__ for value in vars(module).values() if hasattr(value, "__module__")}
    named = sorted(each for each in others if str(each).startswith("validator.") and each != module.__name__)
    return "".join(inspect.getsource(importlib.import_module(each)) for each in named)
