"""A CORS preflight is allowed or not as a browser sees it (Fetch standard)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import HEAD, overlaid, simulate
from validator.judging.preflight import preflight_found
from validator.judging.response import Response
from validator.language.preflight import Preflight
from validator.words.finding import State
from validator.words.verdict import Outcome

ORIGIN = "https://shop.example.com"
PUT = Preflight(ORIGIN, "PUT", ("content-type",))
ALLOW = "access-control-allow-"


def found(asked: Preflight, status: int = 204, **headers: str) -> tuple[State, str]:
    fields = tuple((ALLOW + name.replace("_", "-"), value) for name, value in headers.items())
    finding = preflight_found(asked, Response(status, fields, "", "", "", 0.1))
    return finding.state, finding.reason


@pytest.mark.parametrize(
    ("asked", "status", "headers", "refusal"),
    [
        (PUT, 204, {"origin": ORIGIN, "methods": "GET, PUT", "headers": "Content-Type, X-A"}, ""),
        (PUT, 200, {"origin": "*", "methods": "*", "headers": "*"}, ""),
        (Preflight(ORIGIN, "POST"), 204, {"origin": ORIGIN}, ""),
        (PUT, 403, {"origin": ORIGIN, "methods": "PUT", "headers": "content-type"}, "status 403"),
        (PUT, 204, {"methods": "PUT", "headers": "content-type"}, "Allow-Origin is missing"),
        (PUT, 204, {"origin": "https://evil.example", "methods": "PUT", "headers": "*"}, "'https://evil.example'"),
        (PUT, 204, {"origin": ORIGIN + "/", "methods": "PUT", "headers": "*"}, "Allow-Origin is"),
        (PUT, 204, {"origin": ORIGIN, "methods": "GET", "headers": "*"}, "Allow-Methods is GET"),
        (PUT, 204, {"origin": ORIGIN, "methods": "put", "headers": "*"}, "Allow-Methods is put"),
        (PUT, 204, {"origin": ORIGIN, "methods": "PUT"}, "Allow-Headers has no content-type"),
        (Preflight(ORIGIN, "GET", ("authorization",)), 204, {"origin": "*", "headers": "*"}, "has no authorization"),
        (Preflight(ORIGIN, "GET", credentials=True), 204, {"origin": "*", "credentials": "true"}, "Allow-Origin is '*'"),
        (Preflight(ORIGIN, "GET", credentials=True), 204, {"origin": ORIGIN}, "Allow-Credentials is not 'true'"),
        (Preflight(ORIGIN, "GET", credentials=True), 204, {"origin": ORIGIN, "credentials": "true"}, ""),
    ],
)  # fmt: skip
def test_a_browser_allows_or_refuses(asked: Preflight, status: int, headers: dict[str, str], refusal: str) -> None:
    state, reason = found(asked, status, **headers)
    assert state is (State.VIOLATED if refusal else State.HOLDS)
    assert refusal in reason


BEHAVIOUR = """\
behaviour:
  netra-backend-staging-00645-l8x:
    /orders:
      - when: {method: OPTIONS, headers: {origin: https://shop.example.com, access-control-request-method: PUT}}
        status: 204
        headers: {access-control-allow-origin: https://shop.example.com, access-control-allow-methods: PUT, access-control-allow-headers: content-type}
      - {status: 403}
"""


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ("{origin: https://shop.example.com, method: PUT, headers: [Content-Type]}", Outcome.PASSED),
        ("{origin: https://shop.example.com, method: DELETE}", Outcome.FAILED),
        ("{origin: https://evil.example, method: PUT, allowed: false}", Outcome.PASSED),
        ("{origin: https://shop.example.com, method: PUT, allowed: false}", Outcome.FAILED),
    ],
)
def test_it_is_asked_as_a_browser_asks(tmp_path: Path, options: str, outcome: Outcome) -> None:
    check = f"{HEAD}  - {{name: CORS, within: 6s, http: {{path: /orders, preflight: {options}}}}}\n"
    verdict = simulate(check, overlaid(tmp_path, BEHAVIOUR)).verdict("CORS")
    assert verdict.outcome is outcome, verdict.reason
    assert "OPTIONS https://" in verdict.evidence[0].text
