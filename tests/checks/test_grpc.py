"""Kind grpc: what a call has to be answered with, and who has to answer it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import BACKEND, HEAD, PREVIOUS, Finished, overlaid, simulate
from tests.sources.grpc_servers import described
from validator.checks import kinds
from validator.files import below
from validator.language.load import load
from validator.language.mistake import BadSpec
from validator.words.grpc_call import Invoke
from validator.words.verdict import Outcome

INVALID = (
    ("{expect: {}}", "this may not be empty"),
    ("{method: Get}", "is not a method; write package.Service/Method"),
    ("{url: 'ftp://x'}", "is not the URL of a gRPC server; write https://host"),
    ("{url: 'https://x/path'}", "is not the URL of a gRPC server"),
    ("{url: 'http://169.254.169.254'}", "is a link-local address; no probe goes there"),
    ("{url: 'grpc://x', auth: id_token}", "no token is sent over plain http"),
    ("{method: a.B/C, service: x}", "`service` is the health check's"),
    ("{method: a.B/C, expect: {health: SERVING}}", "`health` is the health check's"),
    ("{json: {service: x}}", "the health check has no `json`; write `method`, or `service`"),
    ("{expect: {code: NO}}", "known: OK, CANCELLED"),
    ("{expect: {code: []}}", "known: OK, CANCELLED"),
    ("{expect: {code: NOT_FOUND, health: SERVING}}", "an answer with another code than OK has no health"),
    ("{method: a.B/C, expect: {code: NOT_FOUND, json: {}}}", "an answer with another code than OK has no json"),
    ("{metadata: {token-bin: AA==}}", "only metadata of text can be sent"),
    ("{expect: {text: '(?<!a)b'}}", "RE2 refuses the pattern"),
    ("{expect: {helth: SERVING}}", "did you mean health?"),
)
BEHAVIOUR = f"""\
behaviour:
  {BACKEND}:
    /grpc.health.v1.Health/Check:
      - {{when: {{json: {{service: acme.Orders}}}}, health: NOT_SERVING}}
      - {{when: {{json: {{service: nobody}}}}, grpc: {{code: NOT_FOUND, message: unknown service}}}}
      - {{health: SERVING}}
    /acme.Orders/Get:
      - {{when: {{json: {{id: nobody}}}}, grpc: {{code: NOT_FOUND, message: there is no such order}}}}
      - {{grpc: {{json: {{id: "7", itemCount: 2}}}}, latency: 2s}}
    /acme.Orders/Slow: {{grpc: {{json: {{}}}}, latency: 20s}}
    /plain.Http/Only: {{status: 404}}
"""
GET = "method: acme.Orders/Get, json: {id: '7'}"


def call(folder: Path, options: str, more: str = "", world: str = BEHAVIOUR) -> Finished:
    return simulate(f"{HEAD}  - {{name: Call, {more}grpc: {options}}}\n", overlaid(folder, world))


def sent(run: Finished) -> list[Invoke]:
    calls = {id(record.call): record.call for record in run.engine.journal if hasattr(record, "call")}
    return [each for each in dict.fromkeys(calls.values()) if isinstance(each, Invoke)]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("{}", "code OK; health SERVING"),
        ("{service: acme.Orders, expect: {health: NOT_SERVING}}", "code OK; health NOT_SERVING"),
        ("{service: nobody, expect: {code: NOT_FOUND, text: '^unknown'}}", "code NOT_FOUND (unknown service)"),
        (f"{{{GET}, expect: {{json: {{itemCount: 2}}}}}}", 'code OK; JSON with {"itemCount": 2}'),
        (f"{{{GET}, expect: {{code: [OK, NOT_FOUND]}}}}", "code OK"),
        (f"{{{GET}, expect: {{latency: {{min: 1s, max: 3s}}}}}}", "code OK; it took 2 s"),
        ("{method: acme.Orders/Fetch, expect: {code: UNIMPLEMENTED}}", "code UNIMPLEMENTED (Method not found!)"),
        ("{method: acme.Orders/Get}", "code OK"),
    ],
)
def test_it_holds(tmp_path: Path, options: str, reason: str) -> None:
    verdict = call(tmp_path, options).verdict("Call")
    assert verdict.outcome is Outcome.PASSED, verdict
    assert verdict.reason.startswith(reason)
    assert verdict.evidence[0].text.startswith(f"{BACKEND} answered gRPC https://netra-backend-staging-")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("{service: acme.Orders}", "health NOT_SERVING"),
        ("{service: nobody}", "code NOT_FOUND (unknown service)"),
        (f"{{{GET}, expect: {{json: {{itemCount: 3}}}}}}", "the JSON differs at json.itemCount: 2 and not 3"),
        (f"{{{GET}, expect: {{code: NOT_FOUND}}}}", "code OK"),
        (f"{{{GET}, expect: {{latency: {{max: 1s}}}}}}", "it took 2 s"),
        (f"{{{GET}, expect: {{metadata: {{x-version: '^7'}}}}}}", "there is no header x-version"),
        (
            "{service: nobody, expect: {code: NOT_FOUND, text: gone}}",
            "the message beside the status does not match gone",
        ),
        ("{method: acme.Orders/Slow, timeout: 3s}", "no answer: "),
    ],
)
def test_it_is_violated(tmp_path: Path, options: str, reason: str) -> None:
    verdict = call(tmp_path, options, "within: 8s, ").verdict("Call")
    assert verdict.outcome is Outcome.FAILED
    assert reason in verdict.reason
    assert verdict.evidence[0].source == "grpc"


def test_a_service_that_speaks_no_grpc_says_so(tmp_path: Path) -> None:
    world = f"behaviour: {{{BACKEND}: {{'*': {{status: 404}}}}}}\n"
    verdict = call(tmp_path, "{}", "within: 4s, ", world).verdict("Call")
    assert verdict.outcome is Outcome.FAILED
    assert verdict.reason.startswith("HTTP status 404, and no gRPC")
    assert "--use-http2" in verdict.remedy


def test_a_method_is_called_once_unless_within_is_written(tmp_path: Path) -> None:
    options = "{method: acme.Orders/Fetch}"
    assert len(sent(call(tmp_path, options))) == 1
    assert len(sent(call(tmp_path, options, "within: 10s, "))) >= 4
    assert len(sent(call(tmp_path, "{service: nobody}", "within: 10s, "))) >= 4


@pytest.mark.parametrize(
    ("expression", "outcome"),
    [
        ("json.itemCount == 2.0 && code == 'OK'", Outcome.PASSED),
        ("latency < duration('3s') && status == 200 && text == ''", Outcome.PASSED),
        ("json.itemCount > 2", Outcome.FAILED),
    ],
)
def test_asserts_see_the_answer(tmp_path: Path, expression: str, outcome: Outcome) -> None:
    text = f'{HEAD}  - {{name: Call, grpc: {{{GET}}}, assert: "{expression}"}}\n'
    assert simulate(text, overlaid(tmp_path, BEHAVIOUR)).verdict("Call").outcome is outcome


def test_types_are_asked_for_only_where_json_goes_in_or_comes_out(tmp_path: Path) -> None:
    assert [each.typed for each in sent(call(tmp_path, "{method: acme.Orders/Get}"))] == [False]
    assert [each.typed for each in sent(call(tmp_path, "{method: acme.Orders/Get, expect: {json: {id: '7'}}}"))] == [
        True
    ]
    assert [each.typed for each in sent(call(tmp_path, "{method: acme.Orders/Get}", "assert: json.id == '7', "))] == [
        True
    ]


def test_another_revision_that_answers_is_a_violation(tmp_path: Path) -> None:
    world = BEHAVIOUR.replace(BACKEND, "netra-backend-staging") + (
        f"routing: [{{service: netra-backend-staging, split: {{{PREVIOUS}: 100}}}}]\n"
    )
    verdict = call(tmp_path, f"{{{GET}}}", world=world).verdict("Call")
    assert (verdict.outcome, verdict.reason) == (Outcome.FAILED, f"{PREVIOUS} answered, not {BACKEND}")


def test_without_its_entry_in_the_request_log_nobody_knows_who_answered(tmp_path: Path) -> None:
    world = BEHAVIOUR + "logs: {mishaps: [{effect: lost, stream: requests}]}\n"
    verdict = call(tmp_path, "{}", world=world).verdict("Call")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason.startswith("which revision answered is not known yet")


def test_a_front_end_that_refuses_the_caller_is_not_the_service(tmp_path: Path) -> None:
    world = BEHAVIOUR + "invokers: {netra-backend-staging: [somebody@else.iam.gserviceaccount.com]}\n"
    verdict = call(tmp_path, "{}", world=world).verdict("Call")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason.startswith(
        "Google's front end answered 403, not the service: the gate's account may not call it"
    )


def test_a_private_service_is_sent_the_gates_id_token(tmp_path: Path) -> None:
    gate = "gate@netra-staging.iam.gserviceaccount.com"
    world = f"{BEHAVIOUR}metadata: {{account: {gate}}}\ninvokers: {{netra-backend-staging: [{gate}]}}\n"
    assert call(tmp_path, "{auth: id_token}", world=world).verdict("Call").outcome is Outcome.PASSED
    assert call(tmp_path, "{auth: none}", world=world).verdict("Call").outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(("code", "outcome"), [("INTERNAL", Outcome.FAILED), ("NOT_FOUND", Outcome.PASSED)])
def test_a_broken_server_proves_no_response_though_its_status_is_200(
    tmp_path: Path, code: str, outcome: Outcome
) -> None:
    world = f"behaviour: {{{BACKEND}: {{'*': {{grpc: {{code: {code}}}}}}}}}\n"
    checks = "  - {name: Call, blocking: false, within: 30s, grpc: {expect: {code: ABORTED}}}\n  - {name: Chain, within: 30s, custody: {}}\n"
    head = HEAD.replace("staging}\nchecks", "staging, echo: off}\nchecks")
    verdict = simulate(head + checks, overlaid(tmp_path, world)).verdict("Chain")
    assert verdict.outcome is outcome, verdict.reason
    assert outcome is Outcome.PASSED or f"answered 200 {code}" in verdict.reason


def lint(folder: Path, options: str) -> str:
    """What is wrong with a check beside a file of descriptors; empty for nothing."""
    try:
        load(
            f"{HEAD}  - {{name: Call, grpc: {options}}}\n", str(folder / "checks.yaml"), kinds(), {}, read=below(folder)
        )
    except BadSpec as error:
        return str(error).replace(f"{folder}/", "")
    return ""


def test_descriptors_are_read_and_the_request_held_against_them_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "api.binpb").write_bytes(described())
    (tmp_path / "bare.binpb").write_bytes(described(whole=False))
    (tmp_path / "text.binpb").write_text("syntax = 'proto3';", encoding="utf-8")
    assert lint(tmp_path, f"{{{GET}, descriptors: api.binpb}}") == ""
    assert lint(tmp_path, f"{{{GET}, descriptors: bare.binpb}}") == ""  # what it imports is the library's own
    wrong = "method: acme.Orders/Get, json: {number: 7}, descriptors: api.binpb"
    assert "the JSON is no acme.GetRequest: " in lint(tmp_path, f"{{{wrong}}}")
    wrong = "method: acme.Orders/Fetch, descriptors: api.binpb"
    assert "api.binpb: acme.Orders has no method 'Fetch'; known: Get, Watch" in lint(tmp_path, f"{{{wrong}}}")
    wrong = "method: acme.Order/Get, descriptors: api.binpb"
    assert "api.binpb: there is no service 'acme.Order'; known: acme.Orders" in lint(tmp_path, f"{{{wrong}}}")
    assert "is a stream" in lint(tmp_path, "{method: acme.Orders/Watch, descriptors: api.binpb}")
    assert "text.binpb: it is no descriptor set: protoc" in lint(tmp_path, f"{{{GET}, descriptors: text.binpb}}")
    assert "gone.binpb cannot be read" in lint(tmp_path, f"{{{GET}, descriptors: gone.binpb}}")
    assert "outside of the spec's folder" in lint(tmp_path, f"{{{GET}, descriptors: ../api.binpb}}")


def test_only_what_the_method_needs_goes_into_the_journal(tmp_path: Path) -> None:
    (tmp_path / "api.binpb").write_bytes(described())
    text = f"{HEAD}  - {{name: Call, grpc: {{{GET}, descriptors: api.binpb}}}}\n"
    spec = load(text, str(tmp_path / "checks.yaml"), kinds(), {}, read=below(tmp_path))
    assert 100 < len(spec.checks[0].options.descriptors) < 900
    assert b"for people" not in spec.checks[0].options.descriptors
