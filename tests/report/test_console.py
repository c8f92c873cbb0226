"""The console: a line a change in a build log, a live table on a terminal, and a final report that leads with the cause."""

from __future__ import annotations

import contextlib
import io
import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report import runs
from tests.report.test_safety import COMMANDS, NASTY, runner_sees_a_command
from validator.report.console import Console
from validator.report.door import Door
from validator.report.phrases import clip, remedy
from validator.report.summary import summarize
from validator.words.run import Run
from validator.words.verdict import Excerpt, Outcome, Verdict, failed, inconclusive, passed


def waiting(reason: str) -> Verdict:
    return Verdict(Outcome.INCONCLUSIVE, reason, final=False)


def plain(width: int = 100) -> tuple[Console, io.StringIO]:
    stream = io.StringIO()
    return Console(Door(stream, str), live=False, color=False, width=width), stream


def finished(name: str, width: int = 100) -> str:
    console, stream = plain(width)
    console.finish(summarize(runs.RUNS[name]()), ["out/summary.json"])
    return stream.getvalue()


def test_a_build_log_has_a_line_for_each_final_verdict_with_elapsed_time_symbol_and_reason() -> None:
    console, stream = plain()
    console.begin("Title", ["main  p/r/s"], ["a", "b"])
    console.progress("a", waiting("503"), 1.0)
    console.progress("a", passed("200"), 2.5)
    console.progress("a", passed("200"), 3.0)
    console.progress("b", failed("500"), 61.25)
    assert stream.getvalue().splitlines() == [
        "Title: 2 checks",
        "  main  p/r/s",
        "    2.5s ✓ passed       a: 200",
        "   61.2s ✗ failed       b: 500",
    ]


def test_waiting_is_said_at_most_every_ten_seconds_and_once_for_each_reason() -> None:
    console, stream = plain()
    console.begin("T", [], ["a", "b"])
    for elapsed in range(45):
        console.progress("a", waiting("503" if elapsed < 25 else "504"), float(elapsed))
    assert stream.getvalue().splitlines()[1:] == [
        "   10.0s … waiting      a: 503",
        "   26.0s … waiting      a: 504",
    ]


def test_a_reason_that_changes_all_the_time_is_said_every_ten_seconds() -> None:
    console, stream = plain()
    console.begin("T", [], ["a"])
    for elapsed in range(35):
        console.progress("a", waiting(f"attempt {elapsed}"), float(elapsed))
    assert [line.split()[0] for line in stream.getvalue().splitlines()[1:]] == ["10.0s", "20.0s", "30.0s"]


def test_checks_that_wait_for_the_same_share_a_line() -> None:
    console, stream = plain()
    console.begin("T", [], list("abcde"))
    for name in "abcde":
        console.progress(name, waiting("not read yet" if name != "c" else "503"), 1.0)
    console.tick(12.0)
    assert stream.getvalue().splitlines()[1:] == [
        "   12.0s … waiting      a, b and 2 more: not read yet",
        "   12.0s … waiting      c: 503",
    ]


def test_checks_that_fail_for_the_same_reason_share_a_line() -> None:
    checks = [runs.check(f"check {n}", "logs", inconclusive("denied")) for n in range(6)]
    console, stream = plain()
    console.finish(summarize(runs.run(checks, Outcome.INCONCLUSIVE)))
    assert "  also      ? check 1, check 2 and 3 more: denied\n" in stream.getvalue()


def test_checks_that_are_skipped_for_one_reason_share_a_line_and_one_cause_says_everything() -> None:
    console, stream = plain()
    console.begin("T", [], list("abcde"))
    console.progress("a", inconclusive("no credentials"), 1.0)
    for name in "bcde":
        console.progress(name, Verdict(Outcome.SKIPPED, "needs 'a', which is inconclusive"), 1.0)
    console.tick(1.0)
    judged = [runs.check("a", "http", inconclusive("no credentials"))]
    judged += [runs.check(n, "http", Verdict(Outcome.SKIPPED, "needs 'a'"), skipped_for="a") for n in "bcde"]
    console.finish(summarize(runs.run(judged, Outcome.INCONCLUSIVE)))
    text = stream.getvalue()
    assert text.splitlines()[1:3] == [
        "    1.0s ? inconclusive a: no credentials",
        "    1.0s \N{EN DASH} skipped      b, c and 2 more: needs 'a', which is inconclusive",
    ]
    assert "\N{EN DASH} 4 checks skipped for it" in text
    assert text.count("needs 'a'") == 1


def test_a_reason_held_back_is_said_when_time_goes_by() -> None:
    console, stream = plain()
    console.begin("T", [], ["a"])
    console.progress("a", waiting("503"), 1.0)
    console.tick(9.0)
    assert "503" not in stream.getvalue()
    console.tick(11.0)
    assert "503" in stream.getvalue()


@pytest.mark.parametrize("name", ["traffic-pinned", "logging-denied", "never-ready"])
def test_the_first_screen_leads_with_verdict_cause_evidence_and_remedy(name: str) -> None:
    summary = summarize(runs.RUNS[name]())
    screen = "\n".join(finished(name, 80).splitlines()[:24])
    flat = " ".join(screen.split())
    evidence = next(check for check in summary["checks"] if check["name"] == summary["headline"]["check"])["evidence"]
    marks = [
        summary["verdict"].upper(),
        summary["headline"]["text"][:60],
        evidence[0]["text"][:20],
        remedy(summary["headline"]["remedy"]).prose,
    ]
    assert sorted(marks, key=flat.index) == marks


def test_the_last_lines_say_the_verdict_once_more() -> None:
    last = finished("traffic-pinned", 300).splitlines()[-3:]
    assert last[0].startswith("✗ FAILED (exit 1): All traffic")
    assert last[2].strip().startswith("$ gcloud run services update-traffic")


def test_a_command_is_never_folded() -> None:
    command = remedy(summarize(runs.traffic_pinned())["headline"]["remedy"]).command
    assert f"$ {command}\n" in finished("traffic-pinned", 60)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", [name for name in runs.RUNS if name != "hostile"])
def test_all_but_commands_links_and_artifacts_fits_the_width(name: str, width: int) -> None:
    for line in finished(name, width).splitlines():
        assert len(line) <= width or "$ gcloud" in line or "https://" in line


def test_without_color_no_escape_is_written_and_with_color_there_is() -> None:
    assert "\x1b" not in finished("traffic-pinned")
    stream = io.StringIO()
    Console(Door(stream, str), live=False, color=True, width=80).finish(summarize(runs.traffic_pinned()))
    assert "\x1b[1;31m✗ FAILED" in stream.getvalue()


def test_a_stream_that_cannot_take_the_symbols_gets_plain_ones() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    with Console(Door(stream, str), live=False, color=False, width=80) as console:
        console.begin("Prüfung", [], ["a"])
        console.progress("a", passed("✅ done"), 1.0)
        console.finish(summarize(runs.hostile()))
    stream.flush()
    text = raw.getvalue().decode("ascii")
    assert "    1.0s +   passed       a: \\u2705 done" in text
    assert "x FAILED" in text


@given(st.one_of(NASTY, COMMANDS.map("".join)), st.integers(40, 120))
def test_no_evidence_steers_the_terminal_or_starts_a_workflow_command(evil: str, width: int) -> None:
    bad = failed(evil, expected=evil, actual=evil, remedy=evil, evidence=(Excerpt(evil, None, evil),))
    judged = [replace(runs.check(evil or "x", "http", bad, group=evil), implicit=False)]
    run = runs.run(judged, Outcome.FAILED, warnings=(evil,), not_selected=(evil,))
    run = replace(run, spec=replace(run.spec, title=evil))
    console, stream = plain(width)
    console.begin(evil, [evil], [evil])
    console.progress(evil, bad, 1.0)
    console.finish(summarize(run), [evil])
    output = stream.getvalue()
    assert "\x1b" not in output
    for line in output.split("\n"):
        assert not set(line) & set("\r\x07\x08\u202e\u2066\x85\u2028")
        assert not runner_sees_a_command(line)


@pytest.mark.parametrize(
    ("text", "prose", "command"),
    [
        ("gcloud x y", "", "gcloud x y"),
        ("do it: gcloud x --y", "do it", "gcloud x --y"),
        ("run `gcloud x --y`, then deploy", "run … then deploy", "gcloud x --y"),
        ("grant roles/logging.viewer", "grant roles/logging.viewer", ""),
        ("look: gcloud x --y; if meant, write `z`", "look … if meant, write `z`", "gcloud x --y"),
        ("run gcloud by hand", "run gcloud by hand", ""),
        ("", "", ""),
    ],
)
def test_the_command_of_a_remedy_is_found(text: str, prose: str, command: str) -> None:
    assert remedy(text) == (prose, command)


def test_a_long_traceback_keeps_its_head_and_more_of_its_end() -> None:
    shown = clip([str(n) for n in range(100)], 12)
    assert shown == ["0", "1", "2", "3", "… (88 more lines)", *map(str, range(92, 100))]


class Tty(io.StringIO):
    """A stream that says it is a terminal but has no descriptor."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("color", [True, False])
def test_the_live_table_goes_and_the_report_stays(color: bool) -> None:
    stream = Tty()
    names = [f"check {n}" for n in range(60)]
    with Console(Door(stream, str), live=True, color=color, width=90) as console:
        console.begin("Title", [], names)
        for name, elapsed in zip(names, itertools.count()):
            console.progress(name, waiting("no answer from " + "x" * 200), float(elapsed))
        console.progress("check 1", failed("::error::x"), 70.0)
        console.finish(summarize(runs.green()))
    output = stream.getvalue()
    assert "PASSED" in output.rsplit("\x1b[2K", 1)[-1]
    assert output.rindex("\x1b[?25h") > output.rindex("\x1b[?25l")
    assert "waiting      " not in output


def test_leaving_after_an_error_gives_the_terminal_back() -> None:
    stream = Tty()
    console = Console(Door(stream, str), live=True, color=True, width=90)
    with contextlib.suppress(RuntimeError), console:
        console.begin("Title", [], ["a"])
        raise RuntimeError
    assert stream.getvalue().count("\x1b[?25h") == 1


def on_github(run: Run) -> list[str]:
    stream = io.StringIO()
    Console(Door(stream, str), live=False, color=False, folds=True, width=100).finish(
        summarize(run), ["out/summary.json"]
    )
    return stream.getvalue().splitlines()


def test_on_github_green_sections_are_folded_and_all_else_is_shown() -> None:
    shown = on_github(runs.traffic_pinned())
    assert [line for line in shown if line.startswith("::")] == [
        "::group::Phase 3: WebSocket manager: passed", "::endgroup::",
        "::group::Golden path: passed", "::endgroup::",
        "::group::Deployment", "::endgroup::",
        "::group::Logs", "::endgroup::",
        "::group::Watch", "::endgroup::",
    ]  # fmt: skip
    open_, folded = [], False
    for line in shown:
        folded = line.startswith("::group::") or (folded and line != "::endgroup::")
        open_ += [] if folded else [line]
    text = "\n".join(open_)
    for kept in (
        "cause     All traffic",
        "── General: failed",
        "✗ Auth reachable",
        "✗ traffic   broken",
        "── Artifacts",
    ):
        assert kept in text
    assert "Ping answered" not in text
    assert [line for line in finished("traffic-pinned").splitlines() if line.startswith("::")] == []


@pytest.mark.parametrize(
    "payload",
    [
        "::group::x",
        "::endgroup::",
        "##[group]x",
        "##[endgroup]",
        "\n::endgroup::\n",
        "\u200b::group::",
        "a%0A::endgroup::",
    ],
)
def test_evidence_starts_and_ends_no_group(payload: str) -> None:
    said = passed(payload, expected=payload, actual=payload, evidence=(Excerpt(payload, None, payload),))
    judged = [runs.check(payload, "http", said, group=payload, description=payload)]
    run = runs.run(judged, Outcome.PASSED, warnings=(payload,), not_selected=(payload,))
    shown = on_github(replace(run, spec=replace(run.spec, title=payload)))
    commands = [line for line in shown if runner_sees_a_command(line)]
    assert len(commands) == 10  # its chapter, Deployment, the chain of custody, Logs, Watch
    assert all(line.startswith("::group::") for line in commands[::2])
    assert set(commands[1::2]) == {"::endgroup::"}
    assert not any("##[" in line or "%0A" in line for line in commands)


def test_one_check_is_one_check() -> None:
    console, stream = plain()
    console.begin("Title", [], ["a"])
    assert stream.getvalue() == "Title: 1 check\n"
