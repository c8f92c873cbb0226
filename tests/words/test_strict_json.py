"""What is no JSON, and where; what is JSON and cannot be read."""

from __future__ import annotations

import pytest

from validator.words.strict_json import DEEPEST, MOST, NotJsonError, TooLargeError, parse


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("<html>", "expecting value at line 1 column 1"),
        ('{"rate": NaN}', "NaN is no number of JSON at line 1 column 10"),
        ('{"NaN": "-Infinity",\n "x": [-Infinity]}', "-Infinity is no number of JSON at line 2 column 8"),
        ('{"up": false, "at": 1, "up": true}', 'the key "up" stands twice in one object at line 1 column 24'),
        ('[{"a": 1}, {"b": {"a": 1,\n"\\u0061": 2}}]', 'the key "a" stands twice in one object at line 2 column 1'),
        ('{"a": {"b": 1}, "a": {"c": 2}}', 'the key "a" stands twice in one object at line 1 column 17'),
        ('{"ok": true}\n<!-- served by cache 7 -->', "something follows its end at line 2 column 1"),
        ('{"ok": true}{"ok": false}', "something follows its end at line 1 column 13"),
        ('{"ok": tru', "expecting value at line 1 column 8"),
        ("{'ok': true}", "expecting property name enclosed in double quotes at line 1 column 2"),
        ('"a\tb"', "invalid control character at line 1 column 3"),
        (r'["\ud83d\ude80", "\ud83d"]', "half of a surrogate pair at line 1 column 19"),
        (r'{"\ude80": 1}', "half of a surrogate pair at line 1 column 3"),
    ],
)
def test_what_is_no_json_says_which_and_where(text: str, reason: str) -> None:
    with pytest.raises(NotJsonError) as refused:
        parse(text)
    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        (' {"a": [1, 1.5, "NaN"]}\r\n', {"a": [1, 1.5, "NaN"]}),
        (r'"\ud83d\ude80 \\ud83d"', "🚀 \\ud83d"),
        ('[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
        (str(10**399), 10**399),
        (str(10**400), float("inf")),
        ("1e400", float("inf")),
    ],
)
def test_what_is_json_is_read(text: str, value: object) -> None:
    assert parse(text) == value


@pytest.mark.parametrize("levels", [DEEPEST + 1, 975, 3000, 500_000])
@pytest.mark.parametrize(("before", "after"), [("[", "]"), ('{"a":', "}")])
def test_json_that_is_too_deep_is_told_as_that(levels: int, before: str, after: str) -> None:
    assert parse(before * DEEPEST + "1" + after * DEEPEST)
    with pytest.raises(TooLargeError, match=f"more than {DEEPEST} deep"):
        parse(before * levels + "1" + after * levels)


@pytest.mark.parametrize("value", ["0", "[]", '{"":0}', "[[[]]]"])
def test_json_of_too_many_values_is_told_as_that_before_it_takes_memory(value: str) -> None:
    with pytest.raises(TooLargeError, match="more than 50,000 values"):
        parse("[" + f"{value}," * MOST + "0]")
    with pytest.raises(NotJsonError):
        parse("[" + f"{value}," * (MOST // 10))


def test_commas_within_a_text_are_no_values() -> None:
    assert parse('["' + '[{,\\"' * MOST + '"]') == ['[{,"' * MOST]


def test_strings_without_an_end_take_no_square_of_their_length() -> None:
    with pytest.raises(NotJsonError):
        parse("," * MOST + '"\\' * 400_000)
