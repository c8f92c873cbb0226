"""What is said of the mistakes that people make: exact texts, each with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from validator.checks import kinds
from validator.cli import main
from validator.language.load import examine

HEAD = "version: 1\ntarget: {project: acme, region: europe-west4, service: cart}\nchecks:\n"
SECRET = "hunter2-hunter2"
NAMES = {"TOKEN": SECRET, "FEW": "150", "LOW": "5m"}
TOLD = [
    # Values.
    ("{http: {path: /, timeout: 600}}", "31: found the number 600, but this takes text; write 600s"),
    ("{http: {path: /, timeout: '600'}}", "31: '600' is not a duration; write 600s"),
    ("{within: 0s, http: {path: /}}", "14: '0s' is no length of time; write 10s or so"),
    ("{requests: {error_rate: 1}}", "29: found the number 1, but this takes text or a mapping; write 1%"),
    ("{build: {duration: {min: 5m, max: 1m}}}", "24: min 5m is more than max 1m"),
    ("{logs: {expect: [{match: a, count: {min: 0}}]}}", "40: min 0 demands nothing: no value is less than that; write a larger one, or `max`"),
    ("{logs: {expect: ['a(b']}}", "22: RE2 refuses the pattern 'a(b': missing ): a(b"),
    ("{http: {path: /, method: FETCH}}", "30: found 'FETCH' (did you mean PATCH?); known: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    # Keys.
    ("{logs: {expect: [a], within: 30s}}", "26: unknown key 'within' here; write `within` beside `logs`, on the check"),
    ("{path: /, http: {path: /}}", "6: unknown key 'path' here; write `path` inside `http`"),
    ("{http: {path: /, expect: {timeout: 5s}}}", "31: unknown key 'timeout' here; write `timeout` beside `expect`"),
    ("{http: {path: /}, status: 200}", "23: unknown key 'status' here; write `status` inside `http.expect`"),
    ("{http: {path: /}, project: acme}", "23: unknown key 'project' here; write `project` inside `target`"),
    ("{http: {path: /}, match: ready}", "23: unknown key 'match' here; write `match` inside an item of `logs.expect`"),
    ("{htp: {path: /}}", "6: unknown key 'htp' (did you mean http?); known here: "),
    # Kinds.
    ("{name: A}", "5: the check has no kind; write one of "),
    ("{name: A, build: {}, custody: {}}", "5: the check has 2 kinds (build, custody); make one check of each"),
    ("{any: [{http: {path: /}}]}", "11: write two alternatives or more"),
    ("{name: A, assert: vars.X == '1'}", "23: this looks at nothing of the deployment; use revision, service, build, env ... or a captured value"),
    # What cannot work.
    ("{for: 500ms, http: {path: /}}", "11: `for` is shorter than the 2 s between two attempts; write 2s or more"),
    ("{http: {path: /, method: HEAD, body: a}}", "42: a HEAD request has no body; write another `method`"),
    ("{http: {path: /, method: HEAD, expect: {text: ok}}}", "51: an answer to HEAD has no body; write `method: GET`"),
    ("{http: {path: /, expect: {status: 204, json: {}}}}", "50: an answer of status 204 has no body"),
    ("{http: {url: 'https://cart-x-ez.a.run.app/healthz'}}", "18: /healthz never reaches the service: Google's front end keeps it; serve another path, such as /health"),
    ("{http: {path: /, timeout: 20m}}", "31: one attempt may take 20 min, more than the run's `timeout` of 10 min"),
    ("{within: 5s, http: {path: /, timeout: 30s}}", "43: warning: one attempt may take 30 s, more than `within` of 5 s"),
    # CEL.
    ("{http: {path: /}, assert: status = 200}", "38: CEL: Syntax error: token recognition error at: '= '; CEL writes `==` for `=`"),
    ("{http: {path: /}, assert: status == 200 and json.ok}", "45: CEL: Syntax error: unexpected 'and' expecting <EOF>; CEL writes `&&` for `and`"),
    ("{http: {path: /}, assert: status == 200 or json.ok}", "45: CEL: Syntax error: unexpected 'or' expecting <EOF>; CEL writes `||` for `or`"),
    ("{http: {path: /}, assert: not json.ok}", "35: CEL: Syntax error: unexpected 'json' expecting <EOF>; CEL writes `!` for `not`"),
    ("{http: {path: /}, assert: len(json.a) > 0}", "34: CEL: undeclared reference to 'len'; CEL writes `size(...)` for `len`"),
    # References.
    ("{http: {path: /, timeout: '${TOKEN}'}}", "31: the value of ${TOKEN} is not a duration; write 500ms, 30s, 5m, 1h30m or 7d"),
    ("{traffic: {percent: '${FEW}'}}", "25: the value of ${FEW} is more than 100"),
    ("{traffic: {percent: '${TOKEN}'}}", "25: found the value of ${TOKEN}, which is text, but this takes a whole number or a mapping"),
    ("{build: {duration: {min: '${LOW}', max: 1m}}}", "24: min the value of ${LOW} is more than max 1m"),
    ("{http: {path: '/x?t=${TOKEN}', method: '${TOKEN}'}}", "44: found the value of ${TOKEN}, which is text; known: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    ("{target: '${TOKEN}', build: {}}", "14: there is no target '${TOKEN}'"),
    ("{group: 'a-${TOKEN}', build: {}}", "13: there is no group 'a-${TOKEN}' under `groups`"),
    ("{http: '${NOPE}'}", "12: ${NOPE} is not set; give it with --set NOPE=... or write ${NOPE:-default}"),
    ("{http: $}", "12: found '$', but this takes a mapping"),
    ("{http: {path: /, headers: {A: '${a b}'}}}", "35: ${a b} is not a reference; write ${NAME} or ${NAME:-default}, and $$ for a dollar"),
    ("{http: '${capture.x}', capture: {x: json.x}}", "12: ${capture.x} is not known here; it can stand inside `http`, not in place of all of it"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "told"), TOLD, ids=[check for check, _ in TOLD])
def test_a_mistake_is_told_with_its_remedy(check: str, told: str) -> None:
    found = examine(f"{HEAD}  - {check}\n", "checks.yaml", kinds(), NAMES).found
    assert any(str(each).startswith(f"checks.yaml:4:{told}") for each in found), [str(each) for each in found]
    assert SECRET not in " ".join(map(str, found))


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("{project: Acme Shop, region: europe-west4, service: cart}", "19: 'Acme Shop' is not a project id, which has lower-case letters, digits and - only"),
        ("{project: acme, region: europe-west4-a, service: cart}", "33: 'europe-west4-a' is not a region; write one such as us-central1 (us-central1-a is a zone)"),
        ("{project: acme, region: europe-west4, service: Cart_Service}", "56: 'Cart_Service' is not a service name, which has lower-case letters, digits and - only, without project and region"),
        ("{project: acme, region: europe-west4, service: cart, revision: a/b}", "72: 'a/b' is not a revision's short name, which has lower-case letters, digits and - only"),
        ("{project: acme, region: europe-west4, service: cart, created_within: 0s}", "78: '0s' is no length of time; write 10s or so"),
    ],
)  # fmt: skip
def test_the_names_of_a_target_are_checked_for_their_form(target: str, told: str) -> None:
    found = examine(f"version: 1\ntarget: {target}\nchecks: [{{build: {{}}}}]\n", "checks.yaml", kinds(), {}).found
    assert [str(each) for each in found] == [f"checks.yaml:2:{told}"]


GOOD = HEAD + "  - {http: {path: '/${WHERE:-}', expect: {status: 200}}, assert: vars.WHAT != ''}\n"


def test_a_name_given_with_set_has_to_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "checks.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert main(["lint", str(path), "--set", "WHERE=x", "--set", "WHAT=y"]) == 0
    capsys.readouterr()
    for command in (["lint"], ["plan"], ["run", "--dry-run"]):
        assert main([*command, str(path), "--set", "WHER=x"]) == 2
        told = capsys.readouterr().err.splitlines()
        assert told[0] == (
            f"{path}:1:1: --set WHER: the spec uses neither ${{WHER}} nor vars.WHER (did you mean WHERE?)"
        )


@pytest.mark.parametrize("command", ["lint", "plan", "run"])
def test_a_missing_file_advises_the_command_that_was_called(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "nowhere.yaml"]) == 2
    told = f"validator: there is no nowhere.yaml; name the spec: validator {command} path/to/checks.yaml\n"
    assert capsys.readouterr().err == told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("lnt", "there is no command 'lnt' (did you mean lint?); see `validator --help`"),
        ("explane http", "there is no command 'explane' (did you mean explain?); see `validator --help`"),
        ("deploy-everything", "there is no command 'deploy-everything'; see `validator --help`"),
        ("run --warn-onli", "`validator run` does not take '--warn-onli' (did you mean --warn-only?); see `validator run --help`"),
        ("lint --frmat=json", "`validator lint` does not take '--frmat=json' (did you mean --format?); see `validator lint --help`"),
        ("--versoin", "`validator` does not take '--versoin' (did you mean --version?); see `validator --help`"),
        ("lint --format humann", "argument --format: 'humann' is none of human, json, github, sarif (did you mean human?)"),
        ("run FILE --format junit,serif", "--format 'serif': known are json, markdown, html, junit, sarif, in-toto (did you mean sarif?)"),
        ("schema sumary", "argument checks|summary: 'sumary' is none of checks, summary (did you mean summary?)"),
        ("explain htpp", "there is no kind 'htpp' (did you mean http?); known: any, build, "),
        ("plan FILE --only Helthy", "--only/--skip 'Helthy': there is no such check or group (did you mean Healthy?)"),
        ("plan FILE --skip clickhose", "--only/--skip 'clickhose': there is no such check or group (did you mean clickhouse?)"),
        ("run FILE --set X", "--set 'X': write NAME=VALUE"),
    ],
)  # fmt: skip
def test_a_misspelt_word_of_the_command_line_is_told_what_was_meant(
    words: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "checks.yaml"
    spec = "  - {name: Healthy, http: {path: /}}\n  - {name: Connects, group: clickhouse, logs: {expect: [a]}}\n"
    path.write_text(HEAD + spec + "groups: {clickhouse: {title: ClickHouse}}\n", encoding="utf-8")
    assert main([str(path) if word == "FILE" else word for word in words.split()]) == 2
    ended = capsys.readouterr()
    assert ended.out == ""
    assert ended.err.splitlines()[0].startswith(f"validator: {told}")
