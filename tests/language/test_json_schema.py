"""JSON Schemas of a spec: what is one, what is refused, and that no answer makes judging by one slow."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest

from validator.language.json_schema import json_schema
from validator.language.mistake import Mistake
from validator.words.attachment import Attachment

TREE = {"$defs": {"n": {"type": "object", "properties": {"n": {"$ref": "#/$defs/n"}}}}, "$ref": "#/$defs/n"}


@pytest.mark.parametrize(
    ("schema", "told", "path"),
    [
        ({"type": "objec"}, "'objec' is not valid", ("type",)),
        ({"properties": {"a": {"$ref": "https://example.com/a.json"}}}, "is not fetched", ("properties", "a", "$ref")),
        ({"$ref": "other.json"}, "other.json is not fetched", ("$ref",)),
        ({"$ref": "#/$defs/nowhere"}, "cannot be judged", ()),
        ({"$ref": "#"}, "cannot be judged: maximum recursion", ()),
        ({"$schema": "https://example.com/my-schema"}, "no version of JSON Schema", ()),
        ({"items": {"pattern": "(?=a)"}}, "RE2 refuses the pattern", ("items", "pattern")),
        ({"patternProperties": {"^a": {}}}, "name the keys in `properties`", ("patternProperties",)),
        ({"file": Attachment("a.json", b"{")}, "a.json is not JSON", ("file",)),
        ({"file": Attachment("a.json", b'{"a": 1, "a": 2}')}, "stands twice", ("file",)),
        ({"file": Attachment("a.json", b"[]")}, "a JSON Schema is an object", ("file",)),
        ({"file": Attachment("a.json", b'{"items": {"$ref": "b.json"}}')}, "at schema.items.$ref: b.json is not fetched", ("file",)),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused_with_its_place(schema: Any, told: str, path: tuple[str, ...]) -> None:
    with pytest.raises(Mistake) as caught:
        json_schema(schema)
    assert told in caught.value.message
    assert caught.value.path == path


def test_keys_that_look_like_keywords_are_keys() -> None:
    schema = json_schema({"properties": {"pattern": {"type": "string"}, "patternProperties": {"type": "object"}}})
    assert schema.differences({"pattern": "(?=a)", "patternProperties": {}}) == []
    assert schema.differences({"pattern": 1}) == ["json.pattern: 1 is not of type 'string'"]


def test_a_schema_may_refer_to_itself() -> None:
    schema = json_schema(TREE)
    value: dict[str, Any] = {}
    for _ in range(150):
        value = {"n": value}
    assert schema.differences(value) == []
    assert schema.differences({"n": {"n": 1}}) == ["json.n.n: 1 is not of type 'object'"]


def test_an_old_version_is_judged_by_its_own_rules() -> None:
    old = {"$schema": "http://json-schema.org/draft-04/schema#", "maximum": 5, "exclusiveMaximum": True}
    assert json_schema(old).differences(5)
    assert not json_schema(old).differences(4)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"uniqueItems": True}, [{"a": number} for number in range(16_000)]),
        ({"pattern": "^(a+)+$"}, "a" * 100_000 + "b"),
        ({"items": {"type": "string"}}, [0] * 50_000),
    ],
)
def test_no_answer_makes_it_slow(schema: Any, value: Any) -> None:
    began = time.monotonic()
    json_schema(schema).differences(value)
    assert time.monotonic() - began < 5


def test_what_is_too_deep_for_it_is_not_told() -> None:
    deep = json_schema(
        {"$defs": {"n": {"allOf": [{"anyOf": [{"items": {"$ref": "#/$defs/n"}}]}]}}, "$ref": "#/$defs/n"}
    )
    value: list[Any] = []
    for _ in range(199):
        value = [value]
    with suppress(ValueError):
        assert deep.differences(value) == []
