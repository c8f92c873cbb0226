from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from validator.language.cel import CelError, compile  # noqa: A004  the module's own word
from validator.words.finding import Finding, State
from validator.words.strict_json import parse

VARIABLES = {
    "revision": "google.cloud.run.v2.Revision",
    "service": "google.cloud.run.v2.Service",
    "build": "google.devtools.cloudbuild.v1.Build",
    "entries": "list(google.logging.v2.LogEntry)",
    "serving": "list(google.cloud.run.v2.Revision)",
    "env": "map(string, string)",
    "vars": "map(string, string)",
    "headers": "map(string, string)",
    "json": "dyn",
    "text": "string",
    "deployed": "timestamp",
    "age": "duration",
    "latency": "double",
    "status": "int",
}
NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


def judge(text: str, /, **values: Any) -> Finding:
    return compile(text, VARIABLES).evaluate(values)


def mistake(text: str) -> tuple[int, int, str]:
    with pytest.raises(CelError) as refused:
        compile(text, VARIABLES)
    assert str(refused.value) == refused.value.message
    return refused.value.line, refused.value.column, refused.value.message


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("revision.scaling.max_instance_count == 3", {"revision": {"scaling": {"maxInstanceCount": 3}}}),
        ("build.status == Build.Status.SUCCESS", {"build": {"status": "SUCCESS"}}),
        ("entries[0].severity >= LogSeverity.ERROR", {"entries": [{"severity": "CRITICAL"}]}),
        ("entries.exists(e, e.text_payload == 'b')", {"entries": [{"textPayload": "a"}, {"textPayload": "b"}]}),
        ("entries[0].json_payload.level == 'warn'", {"entries": [{"jsonPayload": {"level": "warn"}}]}),
        ("entries[0].http_request.response_size == 12", {"entries": [{"httpRequest": {"responseSize": "12"}}]}),
        (
            "revision.conditions.exists(c, c.type == 'Ready' && c.state == Condition.State.CONDITION_SUCCEEDED)",
            {"revision": {"conditions": [{"type": "Ready", "state": "CONDITION_SUCCEEDED"}]}},
        ),
        ("service.ingress == IngressTraffic.INGRESS_TRAFFIC_ALL", {"service": {"ingress": "INGRESS_TRAFFIC_ALL"}}),
        ("service.update_time < deployed", {"service": {"updateTime": "2026-01-01T11:00:00Z"}, "deployed": NOON}),
        ("deployed == timestamp('2026-01-01T12:00:00Z')", {"deployed": "2026-01-01T12:00:00Z"}),
        ("age < duration('2m')", {"age": dt.timedelta(seconds=90)}),
        ("latency < 2.0", {"latency": 1}),
        ("status in [200, 204]", {"status": 204}),
        ("json.items.size() == 2 && json.n > 2", {"json": {"items": (1, 2), "n": 2.5}}),
        ("json == null", {"json": None}),
        ("parseJson(text).a[1].b == 'c'", {"text": '{"a": [0, {"b": "c"}]}'}),
        ("env.A == '1' && env['B'] == '2'", {"env": {"A": "1", "B": "2"}}),
        (
            "size(serving) == 1 && serving[0].name.endswith('-1')".replace("endswith", "endsWith"),
            {"serving": [{"name": "a-1"}]},
        ),
        ("text.matches('^a.c$')", {"text": "abc"}),
    ],
)
def test_it_holds(text: str, values: dict[str, Any]) -> None:
    found = judge(text, **values)
    assert (found.state, found.expected) == (State.HOLDS, text)
    assert found.reason == found.actual != ""


@pytest.mark.parametrize(
    ("text", "values", "seen"),
    [
        ("status == 200", {"status": 200}, "status is 200"),
        ("build.status == Build.Status.SUCCESS", {"build": {"status": "SUCCESS"}}, "build.status is SUCCESS"),
        (
            "status < 300 && json.version.startsWith('1.')",
            {"status": 201, "json": {"version": "1.4"}},
            'status is 201; json.version is "1.4"',
        ),
        ("status == 404 || status == 200 || status > 100", {"status": 200}, "status is 200"),
        ("!(status == 500 || latency > 2.0)", {"status": 200, "latency": 0.5}, "status is 200; latency is 0.5"),
        ("!has(revision.vpc_access)", {"revision": {}}, "has(revision.vpc_access) is false"),
        (
            "entries.exists(e, e.text_payload.contains('up'))",
            {"entries": [{"textPayload": "a"}, {"textPayload": "up 1"}]},
            'entries[1].text_payload is "up 1"',
        ),
        (
            "!entries.exists(e, e.text_payload.contains('up'))",
            {"entries": [{"textPayload": "a"}]},
            "entries is a list of 1",
        ),
        ("entries.all(e, e.text_payload != '')", {"entries": [{"textPayload": "a"}]}, "entries is a list of 1"),
        ("text.contains('x')", {"text": "x" * 500}, 'text is "' + "x" * 78 + "…"),
        (
            "json.a == 1 && json.b == 2 && json.c == 3 && json.d == 4",
            {"json": {"a": 1, "b": 2, "c": 3, "d": 4}},
            "json.a is 1; json.b is 2; json.c is 3",
        ),
        ("env.A == 'hunter2'", {"env": {"A": "hunter2"}}, "env.A is (not shown)"),
        ("json.access_token != ''", {"json": {"access_token": "hunter2"}}, "json.access_token is (not shown)"),
        ("1 == 1", {}, "1 == 1 holds"),
    ],
)
def test_true_says_what_it_saw(text: str, values: dict[str, Any], seen: str) -> None:
    assert judge(text, **values).reason == seen


@pytest.mark.parametrize(
    ("text", "values", "actual"),
    [
        ("status == 200", {"status": 503}, "status is 503"),
        ("build.status == Build.Status.SUCCESS", {"build": {"status": "FAILURE"}}, "build.status is FAILURE"),
        ("revision.vpc_access.connector != ''", {"revision": {}}, 'revision.vpc_access.connector is ""'),
        ("text.startsWith('1.')", {"text": "2.0"}, 'text is "2.0"'),
        (
            "!has(revision.vpc_access)",
            {"revision": {"vpcAccess": {"connector": "c"}}},
            "has(revision.vpc_access) is true",
        ),
        ("status == 200 && latency < 1.0", {"status": 200, "latency": 2.5}, "latency is 2.5"),
        ("status == 200 || status == 204", {"status": 500}, "status is 500"),
        (
            "deployed < timestamp('2026-01-01T00:00:00Z')",
            {"deployed": NOON},
            "deployed is 2026-01-01T12:00:00Z",
        ),
        ("age < duration('1m')", {"age": dt.timedelta(seconds=90)}, "age is 90s"),
        ("json.tags == ['a']", {"json": {"tags": ["b", 1, None]}}, 'json.tags is ["b", 1, null]'),
        ("json.tags == []", {"json": {"tags": [1] * 9}}, "json.tags is a list of 9"),
        ("json == 1", {"json": {"a": 1}}, "json is a map of 1"),
        (
            "build.steps.all(s, s.status == Build.Status.SUCCESS)",
            {"build": {"steps": [{"status": "SUCCESS"}, {"status": "TIMEOUT"}]}},
            "build.steps[1].status is TIMEOUT",
        ),
        ("entries.exists(e, e.text_payload == 'up')", {"entries": [{"textPayload": "a"}]}, "entries is a list of 1"),
        ("size(entries.filter(e, e.text_payload == 'up')) == 1", {"entries": []}, "size(entries.filter(...)) is 0"),
        ("json.ok", {"json": {"ok": False}}, "json.ok is false"),
        ("text == ''", {"text": "x" * 500}, 'text is "' + "x" * 198 + "…"),
    ],
)
def test_false_is_violated_and_tells_the_values_that_made_it_so(text: str, values: dict[str, Any], actual: str) -> None:
    assert judge(text, **values) == Finding(State.VIOLATED, actual, text, actual)


@pytest.mark.parametrize(
    ("text", "values", "reason"),
    [
        ("json.a.b == 1", {"json": {"a": {}}}, "a key is missing: b"),
        ("env.A == '1'", {"env": {}}, "a key is missing: A"),
        ("json.a == 1", {"json": None}, "a key is missing: what should have it is neither an object nor a map"),
        ("json[2] == 1", {"json": [1]}, "an element is missing: number 2 of a list of 1"),
        ("json.a > 1", {"json": {"a": "x"}}, "a value is of another type: _>_(string, int64)"),
        ("parseJson(text).a == 1", {"text": "<html>"}, "a text is not JSON: expecting value at line 1 column 1"),
        ("parseJson(text) == 1", {"text": "NaN"}, "a text is not JSON: NaN is no number of JSON at line 1 column 1"),
        (
            "parseJson(text).a == 1",
            {"text": '{"a": 1, "a": 1}'},
            'a text is not JSON: the key "a" stands twice in one object at line 1 column 10',
        ),
        ("json.ok", {"json": {"ok": "yes"}}, "the assert is neither true nor false"),
    ],
)
def test_evidence_of_another_shape_is_violated_and_says_what_is_missing(
    text: str, values: dict[str, Any], reason: str
) -> None:
    found = judge(text, **values)
    assert (found.state, found.reason, found.expected) == (State.VIOLATED, reason, text)


def test_json_that_is_too_deep_is_unknown() -> None:
    found = judge("parseJson(text) == 1", text="[" * 200_000)
    assert found.state is State.UNKNOWN
    assert found.reason.endswith("its objects and arrays are more than 200 deep")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("123456789012345678901234567890", "json.n > 1.2e29 && json.n < 1.3e29"),
        ("-123456789012345678901234567890", "json.n < 0"),
        ("9223372036854775807", "json.n == 9223372036854775807"),
        ("-9223372036854775808", "json.n == -9223372036854775808"),
        ("9223372036854775808", "json.n == 9223372036854775808.0"),
        ("1" + "0" * 350, "json.n > 1e308"),
        ("1" + "0" * 5000, "json.n > 1e308"),
        ("1e400", "json.n > 1e308"),
    ],
)
def test_an_integer_past_64_bits_is_a_double_and_spoils_nothing_else(number: str, text: str) -> None:
    body = f'{{"ok": true, "n": {number}}}'
    assert judge(f"json.ok && {text}", json=parse(body)).state is State.HOLDS
    assert judge(f"parseJson(text).ok && {text.replace('json', 'parseJson(text)')}", text=body).state is State.HOLDS


@pytest.mark.parametrize(
    ("text", "values", "reason"),
    [
        ("build.steps.all(s, s.status == Build.Status.SUCCESS)", {"build": {}}, "build.steps is empty"),
        ("!entries.exists(e, e.severity == LogSeverity.ERROR)", {"entries": []}, "entries is empty"),
        ("entries.exists_one(e, e.text_payload == 'a')", {"entries": []}, "entries is empty"),
        ("revision.labels.all(k, k != 'x')", {"revision": {}}, "revision.labels is empty"),
        ("json.list.all(x, x > 1)", {"json": {"list": []}}, "json.list is empty"),
        (
            "entries.filter(e, e.text_payload != '').all(e, e.insert_id != '')",
            {"entries": [{}]},
            "entries.filter(...) is empty",
        ),
        (
            "revision.containers.all(c, c.env.all(e, e.name != 'DEBUG'))",
            {"revision": {"containers": [{"image": "a"}]}},
            "c.env is empty",
        ),
        ("build.finish_time < deployed", {"build": {}, "deployed": NOON}, "build.finish_time is not set"),
        ("deployed > build.finish_time", {"build": {}, "deployed": NOON}, "build.finish_time is not set"),
        (
            "build.finish_time - build.start_time < duration('10m')",
            {"build": {"startTime": "2026-01-01T00:00:00Z"}},
            "build.finish_time is not set",
        ),
        ("build.timeout < duration('10m')", {"build": {}}, "build.timeout is not set"),
        ("build.start_time.getFullYear() < 2030", {"build": {}}, "build.start_time is not set"),
        (
            "revision.vpc_access != service.template.vpc_access",
            {"revision": {}, "service": {}},
            "revision.vpc_access is not set",
        ),
        (
            "service.terminal_condition.last_transition_time < deployed",
            {"service": {}, "deployed": NOON},
            "service.terminal_condition.last_transition_time is not set",
        ),
    ],
)
def test_vacuous_truth_is_not_truth(text: str, values: dict[str, Any], reason: str) -> None:
    found = judge(text, **values)
    assert found.state is State.UNKNOWN
    assert found.reason == f"an assert about nothing proves nothing: {reason}"
    assert found.remedy.startswith("write `")


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("size(build.steps) > 0 && build.steps.all(s, s.status == Build.Status.SUCCESS)", State.VIOLATED),
        ("size(build.steps) == 0 || build.steps.all(s, s.status == Build.Status.SUCCESS)", State.HOLDS),
        ("build.steps.size() == 0 ? true : build.steps.all(s, s.id != '')", State.HOLDS),
        ("build.steps.all(s, s.id != '') || size(build.steps) == 0", State.HOLDS),
        ("has(build.finish_time) && build.finish_time < deployed", State.VIOLATED),
        ("!has(build.finish_time) || build.finish_time < deployed", State.HOLDS),
        ("has(build.finish_time) ? build.finish_time < deployed : true", State.HOLDS),
        ("build.id == '' || build.steps.all(s, s.id != '')", State.HOLDS),
        ("build.id != '' && build.steps.all(s, s.id != '')", State.VIOLATED),
        ("size(build.steps) == 0", State.HOLDS),
        ("build.options.machine_type == Build.Status.STATUS_UNKNOWN", State.HOLDS),
    ],
)
def test_a_guarded_or_indifferent_emptiness_is_known(text: str, state: State) -> None:
    assert judge(text, build={}, deployed=NOON).state is state


def test_a_quantifier_over_something_says_what_it_says() -> None:
    steps = {"steps": [{"id": "a"}]}
    assert judge("build.steps.all(s, s.id == 'a')", build=steps).state is State.HOLDS
    assert judge("build.steps.exists(s, s.id == 'b')", build=steps).state is State.VIOLATED
    assert judge("build.steps.exists_one(s, s.id == 'a')", build=steps).state is State.HOLDS


@pytest.mark.parametrize(
    ("text", "values", "reason"),
    [
        ("1 / status == 1", {"status": 0}, "the assert could not be evaluated: divide by zero"),
        ("json.a == 1", {}, "json is not known yet"),
        ("json.a == 1 && status == 1", {}, "json, status is not known yet"),
        ("revision.name == ''", {"revision": None}, "revision cannot be read as google.cloud.run.v2.Revision"),
        (
            "revision.name == ''",
            {"revision": {"containers": 3}},
            "revision cannot be read as google.cloud.run.v2.Revision",
        ),
        ("deployed < deployed", {"deployed": dt.datetime(2026, 1, 1)}, "deployed cannot be read as timestamp"),  # noqa: DTZ001
        (
            "json.all(x, x > 0)",
            {"json": [1] * 20_000},
            "the assert could not be evaluated: Iteration budget exceeded",
        ),
    ],
)
def test_what_cannot_be_evaluated_is_unknown(text: str, values: dict[str, Any], reason: str) -> None:
    assert judge(text, **values) == Finding(State.UNKNOWN, reason, text)


def test_fields_that_the_descriptors_do_not_know_are_left_out() -> None:
    assert judge("revision.name == 'a'", revision={"name": "a", "future": {"x": 1}}).state is State.HOLDS


def test_the_payload_of_an_audit_entry_is_there_whatever_its_type() -> None:
    entry = {"protoPayload": {"@type": "type.googleapis.com/future.Log", "x": 1}, "insertId": "a"}
    assert judge("has(entries[0].proto_payload) && entries[0].insert_id == 'a'", entries=[entry]).state is State.HOLDS


SECRET = "hunter2"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("env.A == 'x'", {"env": {"A": SECRET}}),
        ("vars.A == 'x' && status == 1", {"vars": {"A": SECRET}, "status": 1}),
        ("vars.A.startsWith('x')", {"vars": {"A": SECRET}}),
        ("size(vars.A + 'x') == 1", {"vars": {"A": SECRET}}),
        ("env.all(k, env[k] == 'x')", {"env": {"A": SECRET}}),
        ("int(env.A) == 3", {"env": {"A": SECRET}}),
        ("json[vars.A] == 1", {"vars": {"A": SECRET}, "json": {}}),
        ("parseJson(vars.A) == 1", {"vars": {"A": SECRET}}),
        ("timestamp(vars.A) < deployed", {"vars": {"A": SECRET}, "deployed": NOON}),
        ("text.matches(vars.A)", {"vars": {"A": f"({SECRET}"}, "text": ""}),
        ("revision.containers[0].env[0].value == 'x'", {"revision": {"containers": [{"env": [{"value": SECRET}]}]}}),
        (
            "revision.containers.all(c, c.env.all(e, e.value == 'x'))",
            {"revision": {"containers": [{"env": [{"value": SECRET}]}]}},
        ),
        ("build.substitutions._KEY == 'x'", {"build": {"substitutions": {"_KEY": SECRET}}}),
        ("build.steps[0].env == ['x']", {"build": {"steps": [{"env": [SECRET]}]}}),
        ("headers['set-cookie'] == 'x'", {"headers": {"set-cookie": SECRET}}),
        ("headers.authorization == 'x'", {"headers": {"authorization": SECRET}}),
    ],
)
def test_no_secret_is_told(text: str, values: dict[str, Any]) -> None:
    found = judge(text, **values)
    assert found.state is not State.HOLDS
    assert SECRET not in f"{found}"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("status == 200 && json.a == env.B", {"status", "json", "env"}),
        ("entries.all(e, e.severity == LogSeverity.ERROR)", {"entries"}),
        ("entries.all(status, status.insert_id == '')", {"entries"}),
        ("entries.all(status, status.insert_id == '') && status == 1", {"entries", "status"}),
        ("entries.all(text, text.insert_id == json.a && [1].exists(json, json == 1))", {"entries", "json"}),
        ("{'status': 1}.status == 1", set()),
        ("'json' == 'text'", set()),
        ("build.status == Build.Status.SUCCESS", {"build"}),
        ("has(revision.name)", {"revision"}),
    ],
)
def test_its_names_are_the_variables_that_it_uses(text: str, names: set[str]) -> None:
    assert compile(text, VARIABLES).names == names


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        (
            "revision.scalling.max_instance_count == 1 && nonsense",
            1,
            9,
            "undefined field 'scalling' not found in struct 'google.cloud.run.v2.Revision'; did you mean scaling?",
        ),
        ("revizion == 1", 1, 1, "undeclared reference to 'revizion'; did you mean revision?"),
        ("status == 200 &&\n  texxt == ''", 2, 3, "undeclared reference to 'texxt'; did you mean text?"),
        ("'é' == texxt", 1, 8, "undeclared reference to 'texxt'; did you mean text?"),
        ("status == 'a'", 1, 8, "found no matching overload for '_==_' applied to '(int, string)'"),
        ("status == ", 1, 11, "Syntax error: unexpected end of the expression"),
        ("", 1, 1, "the expression is empty"),
        ("  \n", 1, 1, "the expression is empty"),
        ("status", 1, 1, "this must be true or false, and is a value of type int"),
        (
            "text.matches('(?<!a)b')",
            1,
            14,
            'matches("(?<!a)b"): invalid regular expression: invalid perl operator: (?<!',
        ),
        ("status == 1 &&\n age < duration('2q')", 2, 17, 'duration("2q"): String to Duration conversion failed'),
        ("deployed < timestamp('noon')", 1, 22, 'timestamp("noon"): String to Timestamp conversion failed'),
    ],
)
def test_a_mistake_is_refused_at_its_place(text: str, line: int, column: int, message: str) -> None:
    assert mistake(text) == (line, column, message)


def test_the_guards_own_functions_cannot_be_called() -> None:
    assert mistake("@empty('x') == 1")[:2] == (1, 1)


@pytest.mark.parametrize("type_", ["nonsense", "list()", "map(string)", "google.cloud.run.v2.Rev", "list(nonsense)"])
def test_a_type_that_is_none_is_refused(type_: str) -> None:
    with pytest.raises(ValueError, match="not a CEL type"):
        compile("true", {"x": type_})


def test_lint_imports_no_google_client() -> None:
    script = """
import sys
from validator.language.cel import compile
compile("revision.name == 'a' && parseJson('{}').b == 1", {"revision": "google.cloud.run.v2.Revision"})
assert not {"google.cloud", "google.api_core", "google.auth", "grpc", "requests"} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_committed_descriptors_are_those_of_the_installed_packages() -> None:
    script = Path(__file__).parents[2] / "scripts" / "descriptors.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "descriptors.binpb is up to date\n"), done.stderr


@pytest.mark.parametrize("body", ['{"n": 1e400}', '{"n": 1' + "0" * 400 + "}", '{"n": [{"m": -1e999}]}'])
def test_a_number_past_all_doubles_is_not_captured(body: str) -> None:
    value, problem = compile("json.n", VARIABLES, truth=False).value({"json": parse(body)})
    assert (value, problem) == (None, "a number past all doubles cannot be captured")
