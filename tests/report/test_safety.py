"""Safety: text that is shown on one line, cannot steer a terminal, and is no workflow command."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.report.safety import cut, inert, lines, visible

NASTY = st.text(
    st.one_of(st.characters(), st.sampled_from("\x1b\n\r\t\u202e\u2066\u200b\ud800:#[] \ufe0f\u034f\x85\xa0"))
)
COMMANDS = st.lists(
    st.sampled_from([":", "::", "#", "##[", "[", "error", "]", " ", "\t", "\u3000", "\ufe0f", "\u034f", "x"])
)


def runner_sees_a_command(line: str) -> bool:
    """As the runner reads it: trimmed, and looking past what a culture-sensitive comparison ignores."""
    bare = "".join(c for c in line if unicodedata.category(c) not in {"Mn", "Me", "Cf", "Cc"})
    return bare.strip().startswith("::") or "##[" in bare


@given(NASTY)
def test_visible_text_is_one_line_of_graphic_characters(text: str) -> None:
    shown = visible(text)
    assert shown.splitlines() in ([shown], [])
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(NASTY)
def test_lines_are_each_visible_and_lose_nothing_but_line_ends(text: str) -> None:
    for line in lines(text):
        assert visible(line) == line


@given(NASTY)
def test_visible_is_done_once(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(st.one_of(COMMANDS.map("".join), NASTY))
def test_no_line_is_a_workflow_command(text: str) -> None:
    for line in lines(text):
        assert not runner_sees_a_command(inert(line))


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("::error::x", "\\::error::x"),
        ("  ::add-mask::x", "  \\::add-mask::x"),
        ("a ##[error]x", "a ##\\[error]x"),
        ("std::vector", "std::vector"),
        ("✅ Step 26: ClickHouse", "✅ Step 26: ClickHouse"),
        ("⚠️ warning", "⚠️ warning"),
    ],
)
def test_a_backslash_makes_it_inert_and_other_lines_stay(line: str, shown: str) -> None:
    assert inert(line) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a\\e[31mb"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("a\nb", "a\\nb"),
        ("\U000e0041", "\\U000e0041"),
        ("\x9b2J", "\\x9b2J"),
        ("🔗 ✅ naïve 日本", "🔗 ✅ naïve 日本"),
    ],
)
def test_what_shows_nothing_or_steers_a_terminal_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(), st.integers(0, 50))
def test_a_cut_text_says_how_much_is_missing(text: str, longest: int) -> None:
    short = cut(text, longest)
    if len(text) <= longest:
        assert short == text
    else:
        more = len(text) - longest
        assert short == text[:longest] + ("… (1 more character)" if more == 1 else f"… ({more} more characters)")
