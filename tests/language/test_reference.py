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
from validator.words.instant import span

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
EXAMPLES = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "examples" / "kinds").glob("*.yaml")}
LISTED = listed([name for name in kinds() if f"\n## {name}\n" in PAGE])
"""Of a kind that was just added the page says nothing yet: `scripts/reference.py --check` asks for that."""


def test_the_page_is_what_the_kinds_make_it() -> None:
    assert len(LISTED) >= 6
    assert reference(LISTED, EXAMPLES) == PAGE


@pytest.mark.parametrize("name", LISTED)
def test_each_kind_has_its_keys_examples_failures_and_commands(name: str) -> None:
    part = PAGE.split(f"\n## {name}\n")[1].split("\n## ")[0]
    for key in LISTED[name].schema.get("properties", {}):
        assert f"| `{key}` |" in part
    examples = part.split("```yaml\n")[1].split("```")[0]
    assert len(re.findall(r"^# .+\n- ", examples, re.MULTILINE)) >= 3
    assert f"{name}:" in examples
    assert "What it says when it fails" in part
    assert "What it says when it is inconclusive" in part
    assert "By hand" in part
    within = LISTED[name].within
    polled = "until the run's `timeout`; a window" if within is None else f"{span(within)} at most"
    assert f"Without `within` it is polled {polled}" in part


@pytest.mark.parametrize("name", LISTED)
def test_the_failures_on_the_page_are_those_of_the_code(name: str) -> None:
    module = cast(ModuleType, kinds()[name])
    messages = [*LISTED[name].schema["x-failures"], *LISTED[name].schema["x-unknown"]]
    source = _sources(module, set())
    for told in messages:
        source = source.replace(f'"{told}",', "", 1)  # where it is listed, and not where it is said
    source = re.sub(r"\{[^{}]*\}", "...", source)
    for told in messages:
        for words in filter(lambda words: len(words) > 5, told.split("...")):
            assert words in source, words


def _sources(module: ModuleType, seen: set[str]) -> str:
    """A kind's code with that of all modules of the package that its judge speaks through."""
    seen.add(module.__name__)
    used = {_home(value) for value in vars(module).values()}
    others = [importlib.import_module(name) for name in sorted(used) if name.startswith("validator.")]
    return inspect.getsource(module) + "".join(_sources(each, seen) for each in others if each.__name__ not in seen)


def _home(value: object) -> str:
    """The module that something is of, or is."""
    return value.__name__ if isinstance(value, ModuleType) else str(getattr(value, "__module__", ""))
