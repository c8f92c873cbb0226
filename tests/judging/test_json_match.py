"""What JSON contains: partially in objects, wholly in all else, by type and by code points."""

from __future__ import annotations

import pytest

from validator.judging.json_match import difference


@pytest.mark.parametrize(
    ("wanted", "body", "where"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, ""),
        ({"a": None}, {}, "json.a: missing"),
        ({"a": {}}, {"a": []}, "json.a: not an object"),
        ({"a": {}}, {"a": {"b": 1}}, ""),
        ([], {}, "json: {} and not []"),
        ([1, {"a": 1}], [1, {"a": 1, "b": 2}], 'json[1]: {"a": 1, "b": 2} and not {"a": 1}'),
        ([1, 2], [1, 2, 3], "json: [1, 2, 3] and not [1, 2]"),
        ({"x y": 1}, {"x y": 2}, 'json["x y"]: 2 and not 1'),
    ],
)
def test_objects_match_partially_and_all_else_whole(wanted: object, body: object, where: str) -> None:
    assert difference(wanted, body) == where


@pytest.mark.parametrize(
    ("wanted", "body", "where"),
    [
        (1, 1.0, ""),
        (0, -0.0, ""),
        (10**30, 10**30, ""),
        (10**16 + 1, 1e16, "json: 1e+16 and not 10000000000000001"),
        (float("inf"), float("inf"), "json: Infinity and not Infinity"),  # 1e400, twice: nothing is known of them
        (True, 1, "json: 1 and not true"),
        (0, False, "json: false and not 0"),
        (None, False, "json: false and not null"),
        ("1", 1, 'json: 1 and not "1"'),
        ([True, False], [1, 0], "json[0]: 1 and not true"),
        ({"probes": [{"up": [True]}]}, {"probes": [{"up": [1.0]}]}, "json.probes[0].up[0]: 1.0 and not true"),
        ([{"a": {"b": 0}}], [{"a": {"b": False}}], "json[0].a.b: false and not 0"),
        ([None], [{}], "json[0]: {} and not null"),
    ],
)
def test_one_type_is_never_anothers_value_however_deep(wanted: object, body: object, where: str) -> None:
    assert difference(wanted, body) == where


@pytest.mark.parametrize(
    ("wanted", "actual", "told"),
    [
        ("Málaga", "Ma\u0301laga", r'"Ma\u0301laga" and not "M\u00e1laga"'),
        ("1 000 €", "1\u202f000 €", r'"1\u202f000 \u20ac" and not "1 000 \u20ac"'),
        ("scope", "sсope", r'"s\u0441ope" and not "scope"'),  # noqa: RUF001
        ("ready", "ready\u200b", r'"ready\u200b" and not "ready"'),
        ("it's", "it\u2019s", r'"it\u2019s" and not "it\'s"'.replace("\\'", "'")),
        ("ok", "ok\t", r'"ok\t" and not "ok"'),
        ("ﬁn", "fin", r'"fin" and not "\ufb01n"'),
        ("京都", "東京", '"東京" and not "京都"'),
        ("ready", "steady", '"steady" and not "ready"'),
    ],
)
def test_texts_that_look_alike_are_told_apart_by_code_points(wanted: str, actual: str, told: str) -> None:
    assert difference({"a": [wanted]}, {"a": [actual]}) == f"json.a[0]: {told}"
    assert difference(wanted, wanted) == ""


def test_a_key_that_looks_like_the_wanted_one_is_named() -> None:
    assert difference({"größe": 1}, {"gro\u0308ße": 1}) == r'json.größe: missing (there is "gro\u0308\u00dfe")'


def test_long_texts_are_shown_where_they_differ() -> None:
    found = difference("x" * 3000 + "a", "x" * 3000 + "b")
    assert found == f'json: ..."{"x" * 20}b" and not ..."{"x" * 20}a"'
    assert len(difference("y" * 3000, "x" * 3000)) < 300
