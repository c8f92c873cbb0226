"""The door: no text that came from outside steers, commands or tells a secret, whichever writer it leaves by."""

from __future__ import annotations

import base64
import io
import json
import random
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.report import runs
from tests.report.test_safety import runner_sees_a_command
from validator.cli import main
from validator.report import compare, github
from validator.report.console import Console
from validator.report.document import Summary
from validator.report.door import Door, Outlet
from validator.report.formats import FORMATS
from validator.report.redaction import REDACTED, Redactor
from validator.report.summary import summarize
from validator.words.run import Run
from validator.words.secret import named, shaped
from validator.words.verdict import Excerpt, Outcome, Verdict, failed

ROOT = Path(__file__).parents[2]
SECRET = 'hunter2/Ünï "qu\\oted" & Zk39dKq0PqLm28Xv'
PAYLOADS = [
    "::error::owned", "\n::error::owned", "\r::error file=x::owned", "  \t::warning::x", "\u3000::notice::x",
    "##[error]owned", "x ##[group]owned", "#\u200b#[error]x", "##\ufe0f[command]x", "::set-output name=x::y",
    "::stop-commands::token", "::add-mask::x", "::save-state name=a::b", "::debug::x", "\u200b::error::x",
    "\x1b[2J", "\x1b]0;title\x07", "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", "\x9b31m", "\x1bP q\x1b\\",
    "\x08\x08\x08passed", "\rPASSED", "a\x00b", "\x7f", "\x85", "\u2028line", "\u2029", "\x0b\x0c", "\u202egnp.exe",
    "\u2066evil\u2069", "\u200f", "\u2060", "\ufeff", "\u3164", "\U000e0041", "\ud800", "\udfff x", "\ufffe",
    "validator-0123456789abcdef", "verdict=passed", "verdict<<EOF\npassed\nEOF", "EOF", "```\n# heading", "~~~~",
    "<img src=x onerror=alert(1)>", "</details><script>alert(1)</script>", "<!-- ", "[x](javascript:alert(1))",
    "![x](https://evil.example/p.png)", "| a | b |", "@octocat #1", "$(touch x)", "`touch x`", "'; touch x; '",
    "]]>", "<![CDATA[x", "]]></system-out><testcase name='x'/>", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", "&e;", "&#0;",
    "&lt;b&gt;", "<?xml version='1.0'?>", "<?php x ?>", '"><svg onload=alert(1)>', "' onmouseover='alert(1)", "</script><script>alert(1)",
    "</style><style>*{}", "<iframe srcdoc='<script>alert(1)</script>'>", "javascript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "<a href='//evil.example'>x</a>", "<base href='//evil.example'>", "<meta http-equiv=refresh content=0>", "<form action=//evil.example>",
    "{0}", "{{0}}", "[click](0)", "[click](https://evil.example)", "[x]: https://evil.example", "](", "<https://evil.example>",
    "https://evil.example", "www.evil.example", "a@evil.example", "#1", "GH-1", "octo/repo#1", "$x$", "$$x$$", "~~x~~", "- [x] passed",
    "> quoted", "1. one", "---", "===", "&nbsp;", "\\", "\\`", "``` \n::error::x\n```", "<details open>", "<img src='https://evil.example/p.png'>",
    "##vso[task.setvariable variable=x]y", "##teamcity[message text='x']", "section_start:1:x\r\x1b[0K", "^^^ +++", "--- group",
    "::group::x", "::endgroup::", "::add-path::/x", "::set-env name=X::y", "::add-matcher::x.json", "::echo::on", "::error file=a,line=1\x0a::b",
    "%0A::error::x", "%25", "x%0D%0A::error::x", "\x1b]52;c;eA==\x07", "\x1b[8m", "\x1b[1A\x1b[2K", "\x1b(0", "\x1bc", "\x9d0;x\x9c", "\u061c", "\u2028::error::x",
    "a\u0301" * 50, "\ufdd0", "\uffff", "\U0010ffff", "\ue000", "__proto__", "null", "true", "NaN", "-", "=cmd|' /C calc'!A0", "a" * 30_000,
]  # fmt: skip


def hostile(payload: str) -> tuple[Run, Verdict]:
    bad = failed(payload, expected=payload, actual=payload, remedy=payload, evidence=(Excerpt(payload, None, payload),))
    judged = [runs.check(payload, "http", bad, group=payload, description=payload)]
    run = runs.run(judged, Outcome.FAILED, warnings=(payload,), not_selected=(payload,))
    return replace(run, spec=replace(run.spec, title=payload)), bad


def live(payload: str) -> str:
    stream = io.StringIO()
    run, bad = hostile(payload)
    console = Console(Door(stream, Redactor.of({"TOKEN": SECRET})), live=False, color=False, width=100)
    console.begin(payload, [payload], [payload, "other"])
    console.progress(payload, replace(bad, final=False), 1.0)
    console.tick(20.0)
    console.progress(payload, bad, 21.0)
    console.progress("other", Verdict(Outcome.SKIPPED, payload), 21.0)
    console.finish(summarize(run), [payload])
    return stream.getvalue()


def reports(payload: str) -> str:
    run, _ = hostile(payload)
    summary = summarize(replace(run, secrets=frozenset({SECRET})))
    return "\n".join(made for _, made in written(summary))


def written(summary: Summary) -> Iterator[tuple[str, str]]:
    """A report in each format, and two runs compared in each."""
    for name, each in FORMATS.items():
        yield name, each.write(summary)
    before = summarize(runs.green())
    for form in compare.FORMS:
        yield f"compare-{form}", compare.compared(before, summary, form) + compare.compared(summary, summary, form)


def lines(payload: str) -> str:
    stream = io.StringIO()
    door = Door(stream, Redactor.of({"TOKEN": SECRET}))
    door.line(payload)
    door.lines(f"Traceback\n{payload}")
    door.spans([(payload, "bold"), (payload, "")], color=False)
    door.json({payload: [payload]})
    return stream.getvalue()


WRITERS: list[Callable[[str], str]] = [live, reports, lines]


def sound(output: str) -> None:
    for line in output.split("\n"):
        assert not runner_sees_a_command(line), line[:200]
        assert not {unicodedata.category(c) for c in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}, repr(line[:200])


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(
    "payload", [*PAYLOADS[:-1], pytest.param(PAYLOADS[-1], marks=pytest.mark.slow)], ids=range(len(PAYLOADS))
)
def test_nothing_steers_or_commands_by_any_writer(payload: str, writer: Callable[[str], str]) -> None:
    sound(writer(payload))


OUTPUTS = ["verdict", "summary", "revision", "url", "tag_url", "image", "digest", "commit", "passed", "failed"]


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_programs_read_every_format_whatever_is_in_it(payload: str) -> None:
    run, _ = hostile(payload)
    made = dict(written(summarize(run)))
    for form in ("json", "sarif", "in-toto"):
        json.loads(made[form])
    assert len(ET.fromstring(made["junit"]).findall(".//testcase/failure")) == 1
    assert json.loads(made["in-toto"])["predicate"]["failedTests"] == [json.loads(made["json"])["checks"][0]["name"]]


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_workflow_commands_are_the_gates_own_and_no_payload_ends_an_output(payload: str) -> None:
    run, _ = hostile(payload)
    for command in github.verdicts(summarize(run)):
        assert command.startswith("::error ")
        assert "\n" not in command
        assert "\r" not in command
        assert not {unicodedata.category(c) for c in command} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    told = github.outputs(summarize(run), payload, "t0k3n").split("\n")
    assert told.count("validator-t0k3n") == 10
    assert [line for line in told if "<<" in line and line.endswith("<<validator-t0k3n")] == [
        f"{name}<<validator-t0k3n" for name in OUTPUTS
    ]


def spec_of(payload: str) -> str:
    text = json.dumps(payload)
    return (
        f"version: 1\ntitle: {text}\ntarget: {{project: p-project, region: us-central1, service: shop}}\n"
        f"checks:\n  - {{name: {text}, description: {text}, http: {{path: /health}}}}\n  - {{name: B, needs: [{text}], traffic: {{}}}}\n"
    )


@pytest.mark.parametrize("payload", [each for each in PAYLOADS if len(each) < 200])
@pytest.mark.parametrize("command", [["lint"], ["lint", "--format", "json"], ["plan"], ["plan", "--format", "json"]])
def test_lint_and_plan_neither(
    payload: str, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "checks.yaml"
    path.write_text(spec_of(payload), encoding="utf-8")
    main([command[0], str(path), *command[1:]])
    told = capsys.readouterr()
    sound(told.out + told.err)


def test_wrong_arguments_neither(capsys: pytest.CaptureFixture[str]) -> None:
    for payload in PAYLOADS:
        for words in ([payload], ["run", f"--{payload}"], ["run", payload], ["lint", "--format", payload]):
            assert main(words) in (0, 2)
    told = capsys.readouterr()
    sound(told.out + told.err)


def disguises(secret: str) -> list[str]:
    raw = secret.encode()
    return [
        secret,
        json.dumps(secret),
        json.dumps(secret, ensure_ascii=False),
        json.dumps(json.dumps({"a": secret})),
        repr(secret),
        repr(secret + "\n"),
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode(),
        base64.b64encode(b"user:" + raw).decode(),
        base64.b64encode(b"a" + raw + b"z").decode(),
        f"{secret[:24]}… (9 more characters)",
        f"json.a: {secret[:20]}",
        f"…{secret[-24:]} and more",
    ]


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("number", range(len(disguises(SECRET))))
def test_a_known_value_goes_however_it_is_written(number: int, writer: Callable[[str], str]) -> None:
    output = writer(f"before {disguises(SECRET)[number]} after")
    assert REDACTED in output
    for part in ("Zk39dKq0", "hunter2/", base64.b64encode(b"hunter2/Un").decode()[:10]):
        assert part not in output


def test_a_value_of_several_lines_goes_line_by_line() -> None:
    redact = Redactor(["-----first half\nsecond half of it\n"])
    assert redact("x second half of it") == f"x {REDACTED}"


def test_wherever_a_long_text_is_cut_no_half_of_a_secret_stays() -> None:
    chance = random.Random(7)
    secret = "Qz7vN2mXw9Lk4RtB8sYd3GhP"
    door = Door(io.StringIO(), Redactor([secret]))
    for _ in range(300):
        before = chance.randrange(200)
        shown = door.text("a " * before + secret + " b" * 200, longest=chance.randrange(1, 500))
        assert not any(secret[at : at + 6] in shown for at in range(len(secret) - 6))


@pytest.mark.parametrize(
    "text",
    [
        "550e8400-e29b-41d4-a716-446655440000",
        "550E8400-E29B-41D4-A716-446655440000",
        "sha256:6f1b0d8c" + "5a" * 28,
        "us-central1-docker.pkg.dev/netra-staging/netra/backend@sha256:" + "ab" * 32,
        "9c41e07d5b6a2f1380c4d7e9a1b2c3d4e5f60718",
        "0f3c9d1e22b64a7b90ab4d7d1c2f8e11",
        "projects/p/traces/0f3c9d1e22b64a7b90ab4d7d1c2f8e11",
        "00-0f3c9d1e22b64a7b90ab4d7d1c2f8e11-00f067aa0ba902b7-01",
        "netra-backend-staging-00645-l8x",
        "com.example.checkout.OrderService2Controller",
        "v1.2.3-Beta4.20240101.1",
        "https://shop-abc123def-uc.a.run.app/Path1/Two2",
        "gate@my-project-1234.iam.gserviceaccount.com",
        "2026-01-30T12:00:00.123456Z",
        "C:\\Users\\App2\\Data",
        "ClickHouseManagerV2StreamingClient",
        "AAAAAAAAAAAAAAAAAAAAAAAA",
    ],
)
def test_ids_digests_names_and_times_are_no_secrets(text: str) -> None:
    assert not shaped(text)
    assert Redactor.of({"SOMETHING": text})(f"saw {text} in it") == f"saw {text} in it"


@pytest.mark.parametrize(
    "text",
    [
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
        "ya29.a0AfH6SMBx",
        "AIza" + "Sy" * 16,
        "ghp_" + "a1B2" * 9,
        "glpat-" + "x1Y2" * 5,
        "AKIAIOSFODNN7EXAMPLE",
        "xoxb-1234567890-abcdef",
        "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
        "Zk39dKq0PqLm28XvTz71Ab",
        "q8Rk2+Vt/9xLmZ4cWb7NfY==",
    ],
)
def test_tokens_and_keys_are_secret_by_their_shape(text: str) -> None:
    assert shaped(text)
    assert text not in Redactor.of({"SOMETHING": text})(f"saw {text} in it")


@pytest.mark.parametrize("name", ["ORDER_TOKEN", "DB_PASSWORD", "client_secret", "X-Api-Key", "Cookie", "session_id"])
def test_names_of_secrets(name: str) -> None:
    assert named(name)


@pytest.mark.parametrize("name", ["PWD", "TOKEN_FILE", "TOKEN_URL", "MAX_ITEMS", "KEYBOARD", "SERVICE_NAME"])
def test_names_of_what_is_none(name: str) -> None:
    assert not named(name)


class Broken(io.StringIO):
    """A stream on which everything fails."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def write(self, _: str) -> int:
        raise self.error


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (BrokenPipeError(), ""),
        (OSError(28, "No space left on device"), "No space left on device"),
        (ValueError("closed"), "closed"),
    ],
)
def test_a_stream_that_fails_ends_nothing(error: Exception, lost: str) -> None:
    outlet = Outlet(Broken(error))
    console = Console(Door(Broken(error), str), live=False, color=False, width=80)
    console.finish(summarize(runs.green()))
    outlet.write("x")
    outlet.flush()
    assert (outlet.lost, outlet.open) == (lost, False)
    assert Outlet(None).lost == "it is closed"


def test_colour_is_what_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "checks.yaml"
    path.write_text("version: 2\n", encoding="utf-8")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(["lint", str(path)])
    assert "\x1b[31m" in capsys.readouterr().err
    monkeypatch.setenv("NO_COLOR", "1")
    main(["lint", str(path)])
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["lnt"], "there is no command 'lnt' (did you mean lint?)"),
        (["run", "--onyl", "x"], "`validator run` does not take '--onyl' (did you mean --only?)"),
        (["plan", "--formt=json"], "`validator plan` does not take '--formt=json' (did you mean --format?)"),
        (["--verison"], "`validator` does not take '--verison' (did you mean --version?)"),
        (["lint", str(ROOT / "checks.yaml"), "--set", "PORT"], "--set 'PORT': write NAME=VALUE"),
    ],
)
def test_misspelt_words_are_told_what_was_meant(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert told in capsys.readouterr().err


def test_a_secret_that_a_variable_brings_into_a_mistake_is_not_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "checks.yaml"
    path.write_text(
        'version: 1\ntimeout: "${RUN_TOKEN}"\ntarget: {project: p-project, region: us-central1, service: s}\n'
        'checks:\n  - {name: A, http: {path: /x, headers: {Authorization: "Bearer literal-secret-1"}, nope: 1}}\n',
        encoding="utf-8",
    )
    assert main(["run", str(path), "--set", "RUN_TOKEN=abcdef-hunter2-xyz"]) == 2
    told = capsys.readouterr()
    assert "hunter2" not in told.out + told.err
    assert "literal-secret-1" not in told.out + told.err


def test_print_is_nowhere_in_the_package() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "T201", "--quiet", "validator"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (found.returncode, found.stdout) == (0, ""), found.stdout
