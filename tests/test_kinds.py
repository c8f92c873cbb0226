"""What every kind owes: a schema, valid and invalid examples, a test, and documentation."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from validator.checks import kinds
from validator.language.load import load
from validator.language.mistake import BadSpec

ROOT = Path(__file__).parent.parent
KINDS = kinds()
HEAD = "version: 1\ntarget: {project: p, region: r, service: s}\nchecks:\n"

every_kind = pytest.mark.parametrize("name", KINDS)


def properties(schema: Any, path: str = "") -> list[tuple[str, Any]]:
    """All properties of a schema, at any depth."""
    found = []
    if isinstance(schema, dict):
        for key, value in schema.get("properties", {}).items():
            found.append((f"{path}.{key}", value))
        for key, value in schema.items():
            if key not in ("examples", "default", "enum", "const"):
                found.extend(properties(value, f"{path}.{key}"))
    if isinstance(schema, list):
        found.extend(item for value in schema for item in properties(value, path))
    return found


@every_kind
def test_its_module_says_what_it_is_for(name: str) -> None:
    first = (KINDS[name].__doc__ or "").strip().splitlines()[0]
    assert first.endswith(".")
    assert len(first) > 40


@every_kind
def test_its_schema_is_one_and_describes_every_key(name: str) -> None:
    Draft202012Validator.check_schema(KINDS[name].schema)
    shape = KINDS[name].schema.get("items", KINDS[name].schema)
    assert shape["type"] == "object"
    assert shape["additionalProperties"] is False
    undescribed = [
        path
        for path, value in properties(KINDS[name].schema)
        if "description" not in value and not path.endswith((".min", ".max"))
    ]
    assert undescribed == []


@every_kind
def test_the_examples_in_its_schema_are_valid(name: str) -> None:
    examples = KINDS[name].schema["examples"]
    assert examples
    for example in examples:
        Draft202012Validator(KINDS[name].schema).validate(example)
        KINDS[name].options(example)


@every_kind
def test_its_example_file_is_valid_and_uses_it(name: str) -> None:
    path = ROOT / "examples" / "kinds" / f"{name}.yaml"
    spec = load(path.read_text(encoding="utf-8"), path.name, KINDS, {})
    used = [check for check in spec.checks if check.kind == name]
    assert used
    for check in used:
        assert KINDS[name].queries(check)


@every_kind
def test_its_invalid_examples_are_refused_with_their_messages(name: str) -> None:
    invalid = import_module(f"tests.checks.test_{name}").INVALID
    assert invalid
    for value, message in invalid:
        with pytest.raises(BadSpec) as caught:
            load(f"{HEAD}  - {{name: Example, {name}: {value}}}\n", "checks.yaml", KINDS, {})
        assert message in str(caught.value)
