"""Tokens and headers of a target in a whole run: which requests carry them, and that no artifact does."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.recorded import record
from tests.simulated import Finished, simulate
from validator.emulator.world.tokens import LIFETIME, minted
from validator.evidence.record_json import written
from validator.report.summary import summarize
from validator.sources.id_tokens import Attached, IdTokens, Minted
from validator.words.call import Call, Exchange, Result

CASES = Path(__file__).parent.parent / "cases"
ACCOUNT = "gate@acme.iam.gserviceaccount.com"
HOST = "cart-q1w2e3-ez.a.run.app"
PLANTED = {
    "OF_TARGET": "planted-at-the-target-0001",
    "OF_CHECK": "planted-at-the-check-0002",
    "API_KEY": "planted-as-header-0003",
}
SPEC = """
version: 1
timeout: 1m
target: {project: acme, region: europe-west4, service: cart, auth: "${OF_TARGET}", headers: {X-Api-Key: "${API_KEY}"}}
targets:
  tagged: {service: cart, tag: next, auth: id_token, headers: {X-Api-Key: "${API_KEY}"}}
  shop: {service: cart, domain: "https://shop.acme.example", auth: id_token, headers: {X-Api-Key: "${API_KEY}"}}
checks:
  - {name: Own, http: {path: /}}
  - {name: Check, http: {path: /a, auth: "${OF_CHECK}"}}
  - {name: Tag, target: tagged, http: {path: /b}}
  - {name: Domain, target: shop, http: {path: /g}}
  - {name: Elsewhere, http: {url: "https://elsewhere.example/c"}}
  - {name: In plain, http: {url: "http://cart-q1w2e3-ez.a.run.app/d"}}
  - {name: Token elsewhere, http: {url: "https://elsewhere.example/e", auth: "${OF_CHECK}"}}
  - {name: ID token elsewhere, http: {url: "https://elsewhere.example/f", auth: id_token}}
  - {name: Chain, custody: {}}
"""


@pytest.fixture(scope="module")
def run() -> tuple[Finished, list[Exchange]]:
    sent: list[Exchange] = []

    def look(world: Callable[[Call, float], tuple[float, Result]], call: Call, at: float) -> tuple[float, Result]:
        if isinstance(call, Exchange):
            sent.append(call)
        return world(call, at)

    return simulate(SPEC, CASES / "private-service" / "scenario.yaml", variables=PLANTED, wrap=look), sent


def test_only_the_targets_own_hosts_over_https_get_what_is_planted(run: tuple[Finished, list[Exchange]]) -> None:
    _, sent = run
    own, hosts = {HOST, f"next---{HOST}", "shop.acme.example"}, set()
    for call in sent:
        url, carries = urlsplit(call.url), call.token or any(each in repr(call.headers) for each in PLANTED.values())
        hosts.add((url.scheme, url.hostname))
        assert bool(carries) == (url.scheme == "https" and url.hostname in own), call
    assert hosts == {*(("https", host) for host in (*own, "elsewhere.example")), ("http", HOST)}


def test_each_check_sends_its_own(run: tuple[Finished, list[Exchange]]) -> None:
    _, sent = run
    by_path = {urlsplit(call.url).path: call for call in sent}
    assert ("Authorization", f"Bearer {PLANTED['OF_TARGET']}") in by_path["/"].headers
    assert ("Authorization", f"Bearer {PLANTED['OF_CHECK']}") in by_path["/a"].headers
    assert by_path["/b"].token is not None
    assert by_path["/b"].token.audience == f"https://{HOST}", "even at the tag's URL"
    assert by_path["/g"].token == by_path["/b"].token, "and at its domain"
    assert all(("X-Api-Key", PLANTED["API_KEY"]) in by_path[path].headers for path in ("/", "/a", "/b"))
    assert {"/e", "/f"}.isdisjoint(by_path)


def test_a_check_that_wants_a_token_sent_elsewhere_is_told(run: tuple[Finished, list[Exchange]]) -> None:
    finished, _ = run
    for name in ("Token elsewhere", "ID token elsewhere"):
        verdict = finished.verdict(name)
        assert verdict.outcome == "inconclusive"
        assert verdict.reason == "no token is sent to elsewhere.example: it is no https URL of cart"
        assert "a target of its own" in verdict.remedy


def test_no_token_is_in_the_summary_and_no_minted_one_in_the_journal(run: tuple[Finished, list[Exchange]]) -> None:
    finished, _ = run
    summary = json.dumps(summarize(finished.run))
    assert not [each for each in PLANTED.values() if each in summary]
    assert finished.verdict("Tag").outcome == "passed"
    journal = json.dumps([written(record) for record in finished.engine.journal])
    assert '"audience": "https://cart' in journal
    assert "eyJ" not in journal


def test_a_recording_has_none_and_is_judged_as_the_run_was(
    run: tuple[Finished, list[Exchange]], tmp_path: Path
) -> None:
    finished, _ = run
    recorded = record(tmp_path / "run.gz", finished.engine.spec, SPEC, PLANTED, finished.engine.journal)
    text = gzip.decompress(recorded.path.read_bytes()).decode()
    assert not [each for each in PLANTED.values() if each in text]
    assert ACCOUNT in text
    assert recorded.replayed == recorded.live


LONG = """
version: 1
timeout: 14m
target: {project: acme, region: europe-west4, service: cart, auth: id_token}
checks:
  - {name: Longer than a token, for: 12m, http: {path: /}}
"""


def test_a_token_that_runs_out_during_the_run_is_renewed_before(tmp_path: Path) -> None:
    now, made = [0.0], []

    def mint(audience: str) -> Minted:
        """As a metadata server that keeps tokens for a while: ten minutes of it are left."""
        made.append(now[0])
        token = minted(ACCOUNT, audience, now[0] + 600 - LIFETIME, 0)
        return Minted(token, ACCOUNT, now[0] + 600)

    tokens = IdTokens(mint, lambda: now[0])

    def by_source(world: Callable[[Call, float], tuple[float, Result]], call: Call, at: float) -> tuple[float, Result]:
        if isinstance(call, Exchange) and call.token:
            now[0] = at
            attached = tokens.attach(call, 10.0)
            assert isinstance(attached, Attached)
            call = replace(call, headers=(*call.headers, *attached.headers), token=None)
        return world(call, at)

    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(f"extends: {CASES / 'base.yaml'}\ninvokers: {{cart: [{ACCOUNT}]}}\n", encoding="utf-8")
    finished = simulate(LONG, scenario, wrap=by_source)
    verdict = finished.verdict("Longer than a token")
    assert verdict.outcome == "passed", verdict
    assert [at - made[0] for at in made] == pytest.approx([0, 300, 600], abs=12), "five minutes before each one's end"


def test_a_probe_that_nobody_lets_in_is_no_echo_of_the_targets() -> None:
    alone = LONG.partition("checks:")[0] + (
        "checks:\n  - {name: Nobody, blocking: false, within: 20s, http: {path: /, auth: none}}\n  - {name: Chain, custody: {}}\n"
    )
    finished = simulate(alone, CASES / "private-service" / "scenario.yaml")
    assert finished.verdict("Nobody").outcome == "inconclusive"
    assert finished.verdict("Chain").outcome == "passed", "an echo probe with a token was sent besides"
