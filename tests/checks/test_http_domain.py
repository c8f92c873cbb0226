"""Targets with a `domain`: probes go there, and who answered is still told by the service's request log."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import BACKEND, PREVIOUS, Finished, overlaid, simulate
from validator.checks import kinds
from validator.evidence.invoker import Sending, sending
from validator.evidence.journal import Sent
from validator.language.load import load
from validator.language.mistake import BadSpec
from validator.resources.service import Service
from validator.words.call import MarkedCall
from validator.words.check import Target
from validator.words.verdict import Outcome

SHOP = "https://shop.example.com"
SPEC = f"""\
version: 1
timeout: 3m
target: {{project: netra-staging, region: us-central1, service: netra-backend-staging, domain: "{SHOP}"MORE}}
checks:
  - {{name: Healthy, within: 20s, http: {{path: /health}}}}
  - {{name: Quiet, for: 20s, logs: {{forbid: [FATAL]}}}}
"""
URLS = f"services: {{netra-backend-staging: {{urls: ['{SHOP}']}}}}\n"
"""What leads the domain to the service in the emulator's world."""


def judged(folder: Path, changes: str = "", more: str = "") -> Finished:
    return simulate(SPEC.replace("MORE", more), overlaid(folder, URLS + changes))


def urls(run: Finished) -> set[str]:
    calls = [record.call for record in run.engine.journal if isinstance(record, Sent)]
    return {call.url for call in calls if isinstance(call, MarkedCall)}


def test_all_probes_go_there_and_are_found_in_the_request_log(tmp_path: Path) -> None:
    run = judged(tmp_path)
    assert run.verdict("Healthy").outcome is Outcome.PASSED
    assert run.verdict("Healthy").evidence[0].text.startswith(f"{BACKEND} answered GET {SHOP}/health")
    assert run.verdict("Quiet").outcome is Outcome.PASSED
    assert urls(run) == {f"{SHOP}/health", f"{SHOP}/"}


def test_another_revisions_answer_there_is_held_against_the_target(tmp_path: Path) -> None:
    routing = f"routing:\n  - {{service: netra-backend-staging, split: {{{PREVIOUS}: 100}}}}\n"
    verdict = judged(tmp_path, routing).verdict("Healthy")
    assert (verdict.outcome, f"{PREVIOUS} answered, not {BACKEND}" in verdict.reason) == (Outcome.FAILED, True)


def test_what_is_no_service_of_the_target_is_inconclusive(tmp_path: Path) -> None:
    run = simulate(SPEC.replace("MORE", ""), overlaid(tmp_path, ""))  # the domain leads nowhere
    assert run.verdict("Healthy").outcome is Outcome.INCONCLUSIVE


def test_a_tags_url_is_not_used_then(tmp_path: Path) -> None:
    tagged = f"""\
    traffic: &tagged
      - {{type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: {PREVIOUS}, percent: 100}}
      - {{type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: {BACKEND}, tag: next, uri: "https://next---x.a.run.app"}}
    trafficStatuses: *tagged
"""
    changes = f"services:\n  netra-backend-staging:\n    urls: ['{SHOP}']\n{tagged}"
    run = simulate(SPEC.replace("MORE", ", tag: next"), overlaid(tmp_path, changes))
    verdict = run.verdict("Healthy")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert f"{BACKEND} cannot be reached at {SHOP}: it has no traffic" in verdict.reason
    assert "leave the target's `domain` out" in verdict.remedy


def test_under_a_split_as_many_probes_are_made_as_find_the_target(tmp_path: Path) -> None:
    split = f"""\
services:
  netra-backend-staging:
    urls: ['{SHOP}']
    traffic: &half
      - {{type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: {BACKEND}, percent: 50, tag: next, uri: "https://next---x.a.run.app"}}
      - {{type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: {PREVIOUS}, percent: 50}}
    trafficStatuses: *half
"""
    run = simulate(SPEC.replace("MORE", ""), overlaid(tmp_path, split))
    assert run.verdict("Healthy").outcome is Outcome.PASSED
    assert urls(run) == {f"{SHOP}/health", f"{SHOP}/"}


@pytest.mark.parametrize(
    ("domain", "token"), [(SHOP, True), ("http://shop.example.com", False), ("https://other.example.com", False)]
)
def test_a_token_goes_to_the_domain_over_https_and_is_for_the_service(domain: str, token: bool) -> None:
    service = Service.read({"name": "projects/p/locations/r/services/s", "uri": "https://s-x.a.run.app"})
    target = Target("main", "p", "r", "s", domain=domain, auth="id_token")
    sent = sending(f"{SHOP}/health", (), "", target, service)
    assert isinstance(sent, Sending)
    assert (sent.token is not None) == token
    assert sent.token is None or sent.token.audience == "https://s-x.a.run.app"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("domain: shop.example.com", "is not a domain; write https://shop.example.com"),
        ("domain: 'https://shop.example.com/en'", "is not a domain; write https://shop.example.com"),
        ("domain: 'http://169.254.169.254'", "is a link-local address; no probe goes there"),
    ],
)
def test_what_is_no_domain_is_refused(more: str, told: str) -> None:
    spec = f"version: 1\ntarget: {{project: p-1, region: us-central1, service: s, {more}}}\nchecks:\n  - {{http: {{path: /}}}}\n"
    with pytest.raises(BadSpec) as caught:
        load(spec, "checks.yaml", kinds(), {})
    assert told in str(caught.value)
