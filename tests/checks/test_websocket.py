"""Kind websocket: what has to come of a conversation, and who has to hold it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import BACKEND, HEAD, PREVIOUS, Finished, overlaid, simulate
from validator.words.conversation import Converse
from validator.words.verdict import Outcome

INVALID = (
    ("{}", "write either `path` or `url`"),
    ("{path: ws}", "'ws' must begin with /"),
    ("{url: 'https://x/ws'}", "is not a WebSocket's URL; write wss://host/path"),
    ("{url: 'ws://169.254.169.254/'}", "is a link-local address; no probe goes there"),
    ("{path: /ws, send: []}", "this may not be empty"),
    ("{path: /ws, send: [{text: a, json: {}}]}", "a message is one of text, json; keep one"),
    ("{path: /ws, expect: [{json: {}, hex: '00'}]}", "a message is one of json, hex; keep one"),
    ("{path: /ws, send: [{}]}", "this may not be empty"),
    ("{path: /ws, send: [{hex: '0'}]}", "is not bytes in hexadecimal digits"),
    ("{path: /ws, send: [{base64: '=a'}]}", "this is not base64"),
    ("{path: /ws, expect: ['(?<!a)b']}", "RE2 refuses the pattern"),
    ("{path: /ws, expect: [{match: a}]}", "unknown key 'match'"),
    ("{path: /ws, script: [{send: a}], expect: [b]}", "write either `script` or `expect`"),
    ("{path: /ws, script: [{send: a, expect: b}]}", "a step is either `send` or `expect`; make two of it"),
    ("{path: /ws, headers: {Sec-WebSocket-Protocol: a}}", "is the handshake's own; write `subprotocol`"),
    ("{path: /ws, headers: {Upgrade: a}}", "is the handshake's own; write nothing"),
    ("{path: /ws, status: 403, expect: [a]}", "nothing is said when the handshake is not answered with 101"),
    ("{path: /ws, close: 99}", "99 is less than 1000"),
)
BEHAVIOUR = f"""\
behaviour:
  {BACKEND}:
    /ws:
      websocket:
        subprotocols: [v2.chat]
        greeting: [{{json: {{type: hello}}}}]
        rules:
          - {{on: {{json: {{type: ping}}}}, send: [{{json: {{type: busy}}}}, {{json: {{type: pong, n: 1}}, after: 2s}}]}}
          - {{on: {{text: "^login (.*)"}}, send: [welcome]}}
          - {{on: {{hex: "0001"}}, send: [{{hex: "FFFE"}}]}}
          - {{on: {{text: "^bye"}}, send: [farewell], close: 4001}}
          - {{on: {{text: "^crash"}}, close: 1011}}
    /plain: {{status: 200, text: no sockets here}}
    /guarded: {{status: 403, text: who are you}}
"""
PING = "send: [{json: {type: ping}}], expect: [{json: {type: pong}}]"


def check(options: str, more: str = "") -> str:
    return f"{HEAD}  - {{name: Talk, {more}websocket: {options}}}\n"


def talk(folder: Path, options: str, more: str = "", world: str = BEHAVIOUR) -> Finished:
    return simulate(check(options, more), overlaid(folder, world))


def sent(run: Finished) -> list[Converse]:
    calls = {id(record.call): record.call for record in run.engine.journal if hasattr(record, "call")}
    return [call for call in dict.fromkeys(calls.values()) if isinstance(call, Converse)]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (f"{{path: /ws, {PING}}}", 'status 101; a message with JSON {"type": "pong"} came'),
        ("{path: /ws, expect: ['hello']}", "status 101; a message like hello came"),
        ("{path: /ws}", "status 101"),
        (
            "{path: /ws, subprotocol: [v3.chat, v2.chat]}",
            "status 101; it chose the subprotocol v2.chat",
        ),
        (
            "{path: /ws, send: [{hex: '0001'}], expect: [{base64: '//4='}]}",
            "status 101; a message of the bytes fffe came",
        ),
        (
            "{path: /ws, script: [{send: login me}, {expect: ^welcome$}, {send: {json: {type: ping}}}, {expect: pong}]}",
            "status 101; 2 messages came",
        ),
        (
            "{path: /ws, send: [bye], expect: [farewell], close: {min: 4000, max: 4999}}",
            "the server closed it with 4001",
        ),
        (f"{{path: /ws, {PING}, latency: {{min: 2s, max: 3s}}}}", "it took 2 s"),
        ("{path: /guarded, status: 403}", "status 403"),
        ("{path: /plain, status: {min: 200, max: 499}}", "status 200"),
    ],
)
def test_it_holds(tmp_path: Path, options: str, reason: str) -> None:
    verdict = talk(tmp_path, options).verdict("Talk")
    assert verdict.outcome is Outcome.PASSED, verdict
    assert reason in verdict.reason
    assert verdict.evidence[0].text.startswith(f"{BACKEND} answered WebSocket wss://netra-backend-staging-")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("{path: /plain}", "status 200"),
        ("{path: /guarded}", "status 403"),
        ("{path: /ws, subprotocol: v3.chat}", "it chose the subprotocol none"),
        (
            "{path: /ws, send: [{json: {type: ping}}], expect: [{json: {n: 2}}], timeout: 5s}",
            'no message with JSON {"n": 2} came within 5 s; 3 messages came',
        ),
        ("{path: /ws, send: [ho], expect: [{json: {type: 1}}], timeout: 4s}", "came within 4 s; 1 message came"),
        (
            "{path: /ws, send: [{hex: '0001'}], expect: [{hex: fffe00}], timeout: 4s}",
            "no message of the bytes fffe00 came",
        ),
        ("{path: /ws, send: [{hex: '0001'}], expect: [fffe], timeout: 4s}", "no message like fffe came"),
        (
            f"{{path: /ws, {PING}, timeout: 1s}}",
            'no message with JSON {"type": "pong"} came within 1 s; 2 messages came',
        ),
        (
            "{path: /ws, send: [crash], expect: [pong]}",
            "the server closed it with 1011 before a message like pong came",
        ),
        ("{path: /ws, send: [bye], close: 1000}", "the server closed it with 4001"),
        ("{path: /ws, close: 1000, timeout: 5s}", "no close with 1000 came within 5 s"),
        (f"{{path: /ws, {PING}, latency: {{max: 1s}}}}", "it took 2 s"),
    ],
)
def test_it_is_violated(tmp_path: Path, options: str, reason: str) -> None:
    verdict = talk(tmp_path, options, "within: 8s, ").verdict("Talk")
    assert verdict.outcome is Outcome.FAILED
    assert reason in verdict.reason
    assert verdict.evidence[0].source == "websocket"


def test_messages_in_between_are_passed_over_and_shown(tmp_path: Path) -> None:
    (shown,) = talk(tmp_path, f"{{path: /ws, {PING}}}").verdict("Talk").evidence
    assert shown.text.endswith(
        '-> 101 in 2 s, closed with 1000: {"type": "hello"}; {"type": "busy"}; {"type": "pong", "n": 1}'
    )


def test_what_is_sent_is_not_sent_again_unless_within_is_written(tmp_path: Path) -> None:
    options = "{path: /ws, send: [ping], expect: [nothing], timeout: 2s}"
    assert len(sent(talk(tmp_path, options))) == 1
    assert len(sent(talk(tmp_path, options, "within: 10s, "))) >= 3
    assert len(sent(talk(tmp_path, "{path: /ws, expect: [nothing], timeout: 2s}"))) >= 10  # nothing is said


@pytest.mark.parametrize(
    ("expression", "outcome"),
    [
        ("json.type == 'pong' && json.n == 1", Outcome.PASSED),
        ("text.contains('pong') && code == 1000 && status == 101", Outcome.PASSED),
        ("messages.size() == 3 && messages[0].json.type == 'hello' && messages[2].at > 2.0", Outcome.PASSED),
        ("latency < duration('3s') && headers['upgrade'] == 'websocket'", Outcome.PASSED),
        ("messages.exists(m, m.text.contains('nobody'))", Outcome.FAILED),
        ("json.n == 2", Outcome.FAILED),
    ],
)
def test_asserts_see_the_conversation(tmp_path: Path, expression: str, outcome: Outcome) -> None:
    text = f'{HEAD}  - {{name: Talk, websocket: {{path: /ws, {PING}}}, assert: "{expression}"}}\n'
    assert simulate(text, overlaid(tmp_path, BEHAVIOUR)).verdict("Talk").outcome is outcome


def test_what_no_assert_can_see_is_not_known(tmp_path: Path) -> None:
    run = talk(tmp_path, "{path: /guarded, status: 403}", "assert: code == 1000, ")
    assert (run.verdict("Talk").outcome, run.verdict("Talk").reason) == (
        Outcome.INCONCLUSIVE,
        "the server did not close it",
    )
    run = talk(tmp_path, "{path: /ws}", "assert: json.n == 1, ")
    assert run.verdict("Talk").reason == "no text message came" or "json.n" in run.verdict("Talk").reason


def test_a_captured_value_is_said_in_a_later_conversation(tmp_path: Path) -> None:
    text = HEAD + (
        "  - {name: First, websocket: {path: /ws, expect: [hello]}, capture: {kind: json.type}}\n"
        "  - {name: Second, websocket: {path: /ws, send: ['login ${capture.kind}'], expect: ['^welcome$']}}\n"
    )
    run = simulate(text, overlaid(tmp_path, BEHAVIOUR))
    assert run.verdict("Second").outcome is Outcome.PASSED
    assert [step.text for call in sent(run) for step in call.steps if step.sends] == ["login hello"]


def test_another_revision_that_answers_is_a_violation(tmp_path: Path) -> None:
    world = BEHAVIOUR.replace(BACKEND, "netra-backend-staging") + (
        f"routing: [{{service: netra-backend-staging, split: {{{PREVIOUS}: 100}}}}]\n"
    )
    verdict = talk(tmp_path, f"{{path: /ws, {PING}}}", world=world).verdict("Talk")
    assert (verdict.outcome, verdict.reason) == (Outcome.FAILED, f"{PREVIOUS} answered, not {BACKEND}")


def test_without_its_entry_in_the_request_log_nobody_knows_who_answered(tmp_path: Path) -> None:
    world = BEHAVIOUR + "logs: {mishaps: [{effect: lost, stream: requests}]}\n"
    verdict = talk(tmp_path, f"{{path: /ws, {PING}}}", world=world).verdict("Talk")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason.startswith("which revision answered is not known yet")


def test_a_front_end_that_refuses_the_caller_is_not_the_service(tmp_path: Path) -> None:
    world = BEHAVIOUR + "invokers: {netra-backend-staging: [somebody@else.iam.gserviceaccount.com]}\n"
    verdict = talk(tmp_path, f"{{path: /ws, {PING}}}", world=world).verdict("Talk")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason.startswith(
        "Google's front end answered 403, not the service: the gate's account may not call it"
    )


@pytest.mark.parametrize("where", ["path: /ws", "url: 'wss://netra-backend-staging-pnovr5vsba-uc.a.run.app/ws'"])
def test_a_private_service_is_sent_the_gates_id_token(tmp_path: Path, where: str) -> None:
    gate = "gate@netra-staging.iam.gserviceaccount.com"
    world = f"{BEHAVIOUR}metadata: {{account: {gate}}}\ninvokers: {{netra-backend-staging: [{gate}]}}\n"
    run = talk(tmp_path, f"{{{where}, auth: id_token, {PING}}}", world=world)
    assert run.verdict("Talk").outcome is Outcome.PASSED, run.verdict("Talk")
    assert [call.token.audience for call in sent(run) if call.token] == [
        "https://netra-backend-staging-pnovr5vsba-uc.a.run.app"
    ]
    assert (
        talk(tmp_path, f"{{{where}, auth: none, {PING}}}", world=world).verdict("Talk").outcome is Outcome.INCONCLUSIVE
    )


def test_a_run_that_ends_before_the_conversation_does_says_so(tmp_path: Path) -> None:
    text = HEAD.replace("timeout: 6m", "timeout: 12s") + (
        "  - {name: First, for: 4s, within: 2s, http: {path: /health}}\n"
        "  - {name: Talk, needs: [First], websocket: {path: /ws, send: [a], expect: [nothing], timeout: 8s}}\n"
    )
    verdict = simulate(text, overlaid(tmp_path, BEHAVIOUR)).verdict("Talk")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason.startswith("the run ended before a message like nothing came")
    assert verdict.remedy == "give the run a longer `timeout`"
