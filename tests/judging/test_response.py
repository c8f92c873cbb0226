"""What a response is found to be, when all of it is known and when it is not."""

from __future__ import annotations

from typing import Any

import pytest

from validator.judging.response import Response, grpc_found, header_found, json_found, shown, text_found
from validator.words.finding import Finding, State


def response(text: str = "", headers: Any = (), **more: Any) -> Response:
    return Response.read({"status": 200, "headers": headers, "text": text, "latency": 0.1, **more})


HOLDS, VIOLATED, UNKNOWN = State.HOLDS, State.VIOLATED, State.UNKNOWN


@pytest.mark.parametrize(
    ("name", "values", "pattern", "state"),
    [
        ("x-state", ["up"], "^up$", HOLDS),
        ("x-state", [], "up", VIOLATED),
        ("x-state", ["down", "up"], "^up$", VIOLATED),
        ("x-state", ["up", "down"], "up", VIOLATED),
        ("x-state", ["up since 3", "up since 4"], "^up", HOLDS),
        ("content-type", ["text/html", "application/json"], "json", VIOLATED),
        ("location", ["/a", "/b"], "^/b$", VIOLATED),
        ("strict-transport-security", ["max-age=0", "max-age=31536000"], "31536000", VIOLATED),
        ("access-control-allow-origin", ["*", "https://a.example"], "a.example", VIOLATED),
        ("set-cookie", ["sid=1; HttpOnly", "theme=dark"], "sid=.*HttpOnly", HOLDS),
        ("set-cookie", ["theme=dark", "sid=1; HttpOnly"], "^sid=.*HttpOnly", HOLDS),
        ("set-cookie", ["sid=1", "theme=dark; HttpOnly"], "sid=.*HttpOnly", VIOLATED),
        ("vary", ["Accept", "Origin"], "^Origin$", HOLDS),
        ("cache-control", ["no-store", "max-age=0"], "^no-store, max-age=0$", HOLDS),
        ("cache-control", ["private", "max-age=0"], "no-store", VIOLATED),
    ],
)
def test_every_value_of_a_header_counts(name: str, values: list[str], pattern: str, state: State) -> None:
    found = header_found(name, pattern, response(headers=[[name, value] for value in values]))
    assert found.state is state
    assert all(shown(name, value) in found.reason for value in values)


def test_a_header_that_contradicts_itself_says_so() -> None:
    found = header_found("x-state", "up", response(headers=[["x-state", "down"], ["x-state", "up"]]))
    assert found.reason == "header x-state is 'down' and 'up': it was sent 2 times, and each value has to match"


def test_cel_sees_the_values_of_a_header_joined() -> None:
    assert response(headers=[["a", "1"], ["b", "2"], ["a", "3"]]).headers == {"a": "1, 3", "b": "2"}


LACKING: list[dict[str, Any]] = [{"cut": True}, {"undecoded": "its bytes are compressed"}, {"unread": True}]


@pytest.mark.parametrize("lacking", LACKING)
def test_of_a_body_that_is_not_whole_neither_json_nor_text_is_known(lacking: dict[str, Any]) -> None:
    part = response('{"status": "healthy"}', **lacking)
    for found in (json_found({"status": "healthy"}, part), part.json, part.whole_text):
        assert isinstance(found, Finding)
        assert found.state is UNKNOWN
        assert found.remedy


@pytest.mark.parametrize(
    ("pattern", "state"),
    [
        ("ready", HOLDS),
        ("^status", HOLDS),
        ("(?m)ready$", HOLDS),  # the line's end is known
        ("absent", UNKNOWN),
        ("tail", UNKNOWN),  # it may go on: "tailor"
        ("tail$", UNKNOWN),
        (r"(?s)^[^!]*$", UNKNOWN),  # nothing but: an absence
        ("", HOLDS),
    ],
)
def test_a_match_within_the_part_that_is_kept_holds_for_the_whole(pattern: str, state: State) -> None:
    assert text_found(pattern, response("status: ready\nthe tail", cut=True)).state is state


def test_what_follows_an_undecoded_byte_is_not_known() -> None:
    part = response("version 7 \ufffd all is well, end", undecoded="byte 10 is no UTF-8")
    assert text_found("version 7", part).state is HOLDS
    assert text_found("all is well", part).state is UNKNOWN
    assert text_found("version 7", part).reason == "the body matches version 7"
    assert "byte 10 is no UTF-8" in text_found("all is well", part).reason


@pytest.mark.parametrize(
    ("text", "state", "reason"),
    [
        ('{"a": 1}', HOLDS, 'JSON with {"a": 1}'),
        ('{"a": NaN}', VIOLATED, "the body is not JSON: NaN is no number of JSON at line 1 column 7"),
        (
            '{"a": 2, "a": 1}',
            VIOLATED,
            'the body is not JSON: the key "a" stands twice in one object at line 1 column 10',
        ),
        ('{"a": 1} garbage', VIOLATED, "the body is not JSON: something follows its end at line 1 column 10"),
        ("", VIOLATED, "the body is not JSON: it is empty"),
        ("[" * 3000 + "]" * 3000, UNKNOWN, "the JSON cannot be read: its objects and arrays are more than 200 deep"),
    ],
)
def test_json_is_judged_by_what_it_is(text: str, state: State, reason: str) -> None:
    found = json_found({"a": 1}, response(text))
    assert (found.state, found.reason) == (state, reason)


@pytest.mark.parametrize(
    ("path", "headers", "trailers", "state"),
    [
        ("/shop.v1.Cart/Get", {"grpc-status": "0"}, [], HOLDS),
        ("/shop.v1.Cart/Get", {}, [["grpc-status", "0"]], HOLDS),
        ("/shop.v1.Cart/Get", {}, [["grpc-status", "14"]], VIOLATED),
        ("/shop.v1.Cart/Get", {"grpc-status": "0"}, [["grpc-status", "14"]], VIOLATED),
        ("/shop.v1.Cart/Get", {}, [], UNKNOWN),
        ("/grpc.health.v1.Health/Check", {"grpc-status": "0"}, [], UNKNOWN),
    ],
)
def test_a_grpc_answer_is_judged_by_its_own_status(path: str, headers: Any, trailers: Any, state: State) -> None:
    fields = [("content-type", "application/grpc+proto"), *headers.items()]
    found = grpc_found(path, fields, trailers)
    assert found is not None
    assert found.state is state


def test_any_other_answer_is_no_grpc_answer() -> None:
    assert grpc_found("/", [("content-type", "text/plain"), ("grpc-status", "2")], []) is None
