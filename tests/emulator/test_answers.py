"""Answers that depend on the request: the same in the simulation and under servers."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from validator.emulator.scenario.files import ScenarioError
from validator.emulator.scenario.loading import load
from validator.emulator.servers.emulator import Emulator
from validator.emulator.world.simulation import Simulation
from validator.sources.connection import parse
from validator.sources.probing import open_source
from validator.words.call import Answer, Exchange

EPOCH = 1_790_000_000.0
HOST = "shop-x.a.run.app"
ORDERS = """
behaviour:
  shop:
    /orders:
      - {when: {method: POST, json: {sku: ""}}, status: 422, text: no sku}
      - {when: {method: POST, json: {lines: [{n: 1}]}}, status: 201, text: one line}
      - {when: {method: [PUT, DELETE]}, status: 405}
      - {when: {headers: {Authorization: {match: "^Bearer ."}}, query: {page: 2}}, text: second page}
      - {when: {headers: {authorization: {match: "^Bearer ."}}}, text: orders}
      - {status: 401, text: who are you}
    /page:
      - {when: {headers: {user-agent: {match: "(?i)googlebot|bingbot"}}}, text: "<h1>rendered</h1>"}
      - {text: "<div id=app></div>"}
    /upload: [{when: {body: "^%PDF-"}, status: 202}, {when: {method: POST}, status: 415}]
    /flaps:
      - {when: {method: GET}, status: 200}
      - {when: {method: GET}, status: 503}
      - {text: other}
    "*": [{when: {query: {debug: "true"}}, status: 403}]
"""
ASKED = [
    (("POST", "/orders", {}, '{"sku": "", "more": 1}'), (422, "no sku")),
    (("POST", "/orders", {}, '{"lines": [{"n": 1}]}'), (201, "one line")),
    (("POST", "/orders", {}, '{"lines": [{"n": 1}, {"n": 1}]}'), (401, "who are you")),
    (("POST", "/orders", {}, '{"lines": [{"n": true}]}'), (401, "who are you")),
    (("POST", "/orders", {}, "no JSON"), (401, "who are you")),
    (("DELETE", "/orders", {}, None), (405, "")),
    (("GET", "/orders", {}, None), (401, "who are you")),
    (("GET", "/orders", {"Authorization": "Bearer x"}, None), (200, "orders")),
    (("GET", "/orders?page=2", {"authorization": "Bearer x"}, None), (200, "second page")),
    (("GET", "/orders?page=22", {"authorization": "Bearer x"}, None), (200, "orders")),
    (("GET", "/orders?page=1&page=2", {"authorization": "Bearer x"}, None), (200, "second page")),
    (("GET", "/orders", {"authorization": "Basic x"}, None), (401, "who are you")),
    (("GET", "/page", {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}, None), (200, "<h1>rendered</h1>")),
    (("GET", "/page", {"User-Agent": "Mozilla/5.0"}, None), (200, "<div id=app></div>")),
    (("POST", "/upload", {}, "%PDF-1.7"), (202, "")),
    (("POST", "/upload", {}, "GIF89a"), (415, "")),
    (("GET", "/upload", {}, None), (404, "Not Found")),
    (("GET", "/upload?debug=true", {}, None), (403, "")),
    (("GET", "/flaps", {}, None), (200, "")),
    (("HEAD", "/flaps", {}, None), (503, "")),
    (("POST", "/flaps", {}, None), (200, "other")),
    (("GET", "/flaps", {}, None), (200, "")),
]


def test_in_the_simulation(simulate: Callable[..., Simulation]) -> None:
    world = simulate(ORDERS)
    for (method, path, headers, body), expected in ASKED:
        call = Exchange(method, f"https://{HOST}{path}", tuple(headers.items()), body.encode() if body else None)
        _, result = world(call, EPOCH)
        assert isinstance(result, Answer)
        assert (result.content["status"], result.content["text"]) == expected, call


def test_under_servers(simulate: Callable[..., Simulation]) -> None:
    with Emulator(simulate(ORDERS).world.scenario.path) as emulator:
        for (method, path, headers, body), expected in ASKED:
            connection = http.client.HTTPConnection("127.0.0.1", emulator.http_port)
            connection.request(method, path, body, {"Host": HOST, **headers})
            response = connection.getresponse()
            assert (response.status, response.read().decode()) == expected, (method, path)
            connection.close()


def test_a_certificate_is_told_of_over_https(simulate: Callable[..., Simulation]) -> None:
    away = f"{{status: 302, headers: {{location: 'http://{HOST}/'}}}}"
    world = simulate(f"behaviour: {{shop: {{/: {{certificate: '2027-01-01T00:00:00Z'}}, /away: {away}}}}}")
    with Emulator(world.world.scenario.path) as emulator:
        probing = open_source(parse(emulator.environment()["VALIDATOR_EMULATOR"]))
        for ask in (lambda call: world(call, EPOCH)[1], lambda call: probing(call, 10)):
            found = [
                ask(Exchange("GET", url, redirects=True))
                for url in (f"https://{HOST}/", f"http://{HOST}/", f"https://{HOST}/away")
            ]
            contents = [result.content for result in found if isinstance(result, Answer)]
            told = [content.get("certificate", {}).get("not_after", "none")[:10] for content in contents]
            assert told == ["2027-01-01", "none", "none"]
            assert not any("emulator" in name for name, _ in contents[0]["headers"])


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("{metod: GET}", "18: unknown key 'metod'; did you mean method?"),
        ("{body: '['}", "9: behaviour.shop./x: not a pattern (RE2): '[': "),
        ("{headers: {a: {match: '(?<!b)'}}}", "9: behaviour.shop./x: not a pattern (RE2): '(?<!b)': "),
        ("{headers: {a: {match: x, like: b}}}", "42: unknown key 'like'"),
        ("{headers: {a: {}}}", "31: 'match' is missing"),
        ("{}", "9: behaviour.shop./x: when what? one or more of method, query, headers, body, json"),
    ],
)
def test_a_condition_that_is_none_is_told_with_its_place(when: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(f"behaviour:\n  shop:\n    /x: [{{when: {when}}}]\n")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert caught.value.errors[0].startswith(f"{path}:3:{told}")


def test_a_socket_rule_whose_pattern_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(json.dumps({"behaviour": {"s": {"/ws": {"websocket": {"rules": [{"on": {"text": "("}}]}}}}}))
    with pytest.raises(ScenarioError, match=r"behaviour\.s\./ws: not a pattern"):
        load(path)
