"""Why a container could not start: what leads, what belongs to it, and what never does."""

from __future__ import annotations

from tests.logs.test_event import entry
from validator.logs.last_words import last_words

MS = 10**6
SYSTEM = [entry("Container called exit(1).", 900 * MS, stream="varlog%2Fsystem")]


def test_the_last_error_leads_and_what_stands_below_it_is_named() -> None:
    lines = [
        entry({"severity": "INFO", "message": "starting"}, 0, 0),
        entry({"level": "error", "msg": "retry 1 of the migration"}, 5 * MS, 1),
        entry("ERROR config: these are not set:", 5000 * MS, 2),
        entry("DB_HOST", 5001 * MS, 3),
        entry("  the host of the database", 5002 * MS, 4),
        entry("DB_USER", 5003 * MS, 5),
        entry("INFO config: see the handbook", 5004 * MS, 6),
    ]
    words = last_words(lines, SYSTEM)
    assert words.cause == "'ERROR config: these are not set:' (DB_HOST, DB_USER)"
    first = words.own[0].text
    assert first == "ERROR config: these are not set:\nDB_HOST\n  the host of the database\nDB_USER"
    assert "retry 1" in words.own[1].text
    assert [each.source for each in words.of_platform] == ["system"]


def test_a_stack_trace_just_before_the_last_error_is_what_that_is_about() -> None:
    lines = [
        entry("Traceback (most recent call last):", 0, 0),
        entry('  File "/srv/app.py", line 3, in <module>', 1 * MS, 1),
        entry("    import shop", 2 * MS, 2),
        entry("ModuleNotFoundError: No module named 'shop'", 3 * MS, 3),
        entry("[2026-03-04 05:06:07 +0000] [7] [ERROR] Worker (pid:8) exited with code 3", 300 * MS, 4),
        entry("[2026-03-04 05:06:07 +0000] [1] [ERROR] Reason: Worker failed to boot.", 500 * MS, 5),
    ]
    assert last_words(lines, []).cause == "\"ModuleNotFoundError: No module named 'shop'\""
    late = [*lines[:4], entry("[2026-03-04 05:07:07 +0000] [1] [ERROR] queue is gone", 60_000 * MS, 6)]
    assert "queue is gone" in last_words(late, []).cause


def test_lines_of_another_instance_or_of_later_do_not_belong_to_an_error() -> None:
    lines = [
        entry("FATAL: no such role", 0, 0, instance="a"),
        entry("listening", 1 * MS, 1, instance="b"),
        entry("bye", 3000 * MS, 2, instance="a"),
    ]
    assert last_words(lines, []).cause == "'FATAL: no such role'"


def test_an_entry_of_several_lines_names_what_is_below_its_first() -> None:
    words = last_words([entry("ERROR: invalid settings\n - PORT must be a number\n - HOST is empty")], [])
    assert words.cause == "'ERROR: invalid settings' (- PORT must be a number, - HOST is empty)"


def test_without_an_error_the_last_lines_are_shown_and_no_line_of_the_platform_leads() -> None:
    words = last_words([entry("reading", 0, 0), entry("leaving", 1 * MS, 1)], SYSTEM)
    assert (words.cause, words.last) == ("", "leaving")
    assert [each.text for each in (*words.own, *words.of_platform)] == [
        "reading",
        "leaving",
        "Container called exit(1).",
    ]
    silent = last_words([], SYSTEM)
    assert (silent.cause, silent.last) == ("", "")
