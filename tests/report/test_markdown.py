"""Markdown: hostile text stays text, the report leads with the cause, and it fits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.report import runs
from tests.report.test_safety import runner_sees_a_command
from validator.report.markdown import markdown
from validator.report.markup import code, fence, link, table, text
from validator.report.safety import lines
from validator.report.summary import summarize
from validator.words.link import Proof
from validator.words.verdict import Outcome, failed

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
PIECES = st.sampled_from(
    ["`", "``", "```", "~~~", "|", "\\", "<b>", "</details>", "<!--", "&lt;", "&#64;", "[x](y)", "![x](y)", "[x]: y", "#", "# x",
     "- ", "* ", "+ ", "1. ", "1)", "> ", "---", "===", "\n", "\n\n", " ", "  ", "\t", "@octocat", "#1", "GH-1", "https://x.example",
     "www.x.example", "a@x.example", "$x$", "**", "__", "_", "~~", "word", "mid_word", ":", ",", "\x1b[1m", "\u202e", "é", "(", ")"]
)  # fmt: skip
HOSTILE = st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=60))


def inline(markup: str) -> list[Token]:
    """The parts of a one-paragraph text."""
    blocks = PARSER.parse(markup)
    assert [block.type for block in blocks] in (["paragraph_open", "inline", "paragraph_close"], []), markup
    return [part for block in blocks for part in block.children or []]


def essence(shown: str) -> str:
    return re.sub(r"[\s`]+", "", shown)


@given(HOSTILE)
def test_text_is_nothing_but_text_and_code_and_all_of_it(raw: str) -> None:
    parts = inline(text(raw))
    assert {part.type for part in parts} <= {"text", "code_inline"}
    assert essence("".join(part.content for part in parts)) == essence("".join(lines(raw)))


@given(HOSTILE)
def test_what_github_would_link_even_when_escaped_stands_in_code(raw: str) -> None:
    for part in inline(text(raw)):
        if part.type == "text":
            assert not re.search(r"://|www\.|@|\$|#\d", part.content, re.IGNORECASE)


@given(HOSTILE)
def test_code_is_one_code_span(raw: str) -> None:
    parts = inline(code(raw))
    assert [part.type for part in parts] in (["code_inline"], [])
    assert essence("".join(part.content for part in parts)) == essence("".join(lines(raw)))


@given(st.lists(HOSTILE, min_size=1, max_size=4))
def test_a_cell_stays_one_cell(raws: list[str]) -> None:
    cells = [text(raw, table=True) for raw in raws] + [code(raw, table=True) for raw in raws]
    tokens = PARSER.parse("\n".join(table(["head"] * len(cells), [cells])))
    types = [token.type for token in tokens]
    assert types.count("td_open") == len(cells)
    assert types[0] == "table_open"
    assert types[-1] == "table_close"
    shown = [token for token in tokens if token.type == "inline"][len(cells) :]
    for token, raw in zip(shown, raws + raws, strict=True):
        parts = token.children or []
        assert {part.type for part in parts} <= {"text", "code_inline"}
        assert essence("".join(part.content for part in parts)) == essence("".join(lines(raw)))


@given(st.lists(HOSTILE, max_size=5))
def test_a_fence_holds_whatever_is_in_it(raws: list[str]) -> None:
    tokens = PARSER.parse("\n".join([*fence(raws), "", "after"]))
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://x.example/)![x](y", "https://x.example/>", "http://a b", "https://x`y`"]
)
def test_a_url_that_would_need_escaping_is_no_link(url: str) -> None:
    assert {part.type for part in inline(link("label", url))} == {"code_inline"}


def test_a_good_url_is_a_link() -> None:
    assert link("logs", "https://x.example/a;b=c?d=%20") == "[logs](<https://x.example/a;b=c?d=%20>)"
    assert link("logs", "") == ""


def test_backticks_in_our_own_words_become_code() -> None:
    assert text("set `needs` and a|b") == "set `needs` and a\\|b"


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])


def test_the_hostile_run_opens_nothing_that_the_report_does_not_open_itself() -> None:
    report = markdown(summarize(runs.hostile()))
    tokens = list(_all(PARSER.parse(report)))
    html = {token.content.strip() for token in tokens if token.type.startswith("html")}
    assert {re.sub(r"\d+", "N", part) for part in html} <= {
        "<details><summary>Evidence of N passed check</summary>", "</details>", "<br>"
    }  # fmt: skip
    assert not [token for token in tokens if token.type == "image"]
    hosts = {str(token.attrs["href"]).split("/")[2] for token in tokens if token.type == "link_open"}
    assert hosts == {"console.cloud.google.com", "tracker.example"}
    for token in tokens:
        if token.type == "text":
            assert "@octocat" not in token.content
            assert "://" not in token.content


def test_no_line_of_a_report_is_a_workflow_command() -> None:
    for line in markdown(summarize(runs.hostile())).split("\n"):
        assert not runner_sees_a_command(line)


def test_a_red_report_leads_with_cause_evidence_and_remedy() -> None:
    report = markdown(summarize(runs.traffic_pinned()))
    order = ["# ❌ Failed", "**Cause**: All traffic", "latestReadyRevision", "gcloud run services", "## Deployment"]
    assert sorted(order, key=report.index) == order


def test_failures_are_never_collapsed() -> None:
    report = markdown(summarize(runs.traffic_pinned()))
    collapsed = "".join(re.findall(r"<details>.*?</details>", report, re.DOTALL))
    assert "ClickHouse initialized" in collapsed
    assert "ImportError" not in collapsed


def test_every_check_has_its_tick_with_what_it_rests_on() -> None:
    summary = summarize(runs.excused())
    report = markdown(summary)
    for check in summary["checks"]:
        tick = "x" if check["verdict"] == "passed" else " "
        assert f"- [{tick}] **{text(check['name'])}**" in report
    assert report.count("- [x]") == summary["counts"]["passed"]


def test_a_chain_nobody_asked_for_is_shown_only_if_it_is_whole() -> None:
    run = runs.green()
    broken = (replace(runs.chain()[0], proof=Proof.UNPROVEN), *runs.chain()[1:])
    for links, shown in ((runs.chain(), True), (broken, False)):
        auth = replace(run.targets[1], chain=links)
        chapter = _chapter(replace(run, targets=(run.targets[0], auth)), "Chain of custody")
        assert ("### netra-auth-staging" in chapter) is shown
        assert "### netra-backend-staging" in chapter


def test_follow_ups_name_what_is_left() -> None:
    assert "its known issue is gone: the entry can go" in _chapter(runs.mended(), "Follow-ups")
    assert "does not block" in _chapter(runs.traffic_pinned(), "Follow-ups")
    assert "`timeout` is written" in _chapter(runs.excused(), "Follow-ups")
    assert "not selected: Order" in _chapter(runs.excused(), "Follow-ups")
    assert "inconclusive: the logs" in _chapter(runs.logging_denied(), "Follow-ups")
    assert _chapter(runs.green(), "Follow-ups").strip() == "- none"


def test_the_summary_says_who_what_how_and_what_follows() -> None:
    chapter = _chapter(runs.green(), "Summary")
    for row in (
        "| **Decision** | keep it |",
        "| **Deployed by** | `deployer@netra-staging.iam.gserviceaccount.com`, who changed the service last |",
        f"| **Commit** | [{runs.COMMIT[:12]}](<https://github.com/netra/core/commit/{runs.COMMIT}>) |",
        "| **Trigger** | push by octocat, workflow deploy [run](<https://github.com/netra/core/actions/runs/4711>) |",
        f"| **Previous revision** | `{runs.PREVIOUS}` |",
        f"| **Rollback** | `gcloud run services update-traffic netra-backend-staging --to-revisions={runs.PREVIOUS}=100 --region=us-central1 --project=netra-staging` |",
    ):
        assert row in chapter
    assert "](<" not in _chapter(runs.excused(), "Summary"), "against an emulator links would lead nowhere"


@pytest.mark.parametrize(
    ("outcome", "serving", "previous", "soft", "told"),
    [
        (Outcome.PASSED, {runs.REVISION: 100}, runs.PREVIOUS, False, "keep it"),
        (Outcome.PASSED, {runs.PREVIOUS: 100}, runs.PREVIOUS, False, "it may take traffic"),
        (Outcome.FAILED, {runs.REVISION: 100}, runs.PREVIOUS, False, "do not keep it as it is: roll back, or mend the cause"),
        (Outcome.FAILED, {runs.REVISION: 100}, "", False, "do not keep it as it is: mend the cause"),
        (Outcome.FAILED, {runs.PREVIOUS: 100}, runs.PREVIOUS, False, "do not promote it: mend the cause"),
        (Outcome.FAILED, {runs.PREVIOUS: 100}, "", True, "do not promote it: mend the cause; the pipeline goes on all the same: --warn-only"),
        (Outcome.INCONCLUSIVE, {}, "", False, "none yet: get the evidence that is missing, and run the gate again"),
    ],
)  # fmt: skip
def test_the_decision_follows_the_verdict_and_the_traffic(
    outcome: Outcome, serving: dict[str, int], previous: str, soft: bool, told: str
) -> None:
    report = runs.target_report(serving=serving, origin=replace(runs.target_report().origin, previous=previous))
    run = runs.run([runs.check("a", "http", failed("503"))], outcome, targets=(report,))
    summary = summarize(run, warn_only=soft)
    assert f"| **Decision** | {told} |" in markdown(summary)
    assert ("| **Rollback** |" in markdown(summary)) is bool(previous and runs.REVISION in serving)


def test_the_deployments_table_says_how_it_is_configured() -> None:
    chapter = _chapter(runs.green(), "Deployment")
    assert "| **Resources** | 2 CPU, 2Gi memory | not known |" in chapter
    assert "| **Scaling** | 1 to 20 instances, 80 requests at a time each | not known |" in chapter
    assert "| **Service account** | `netra-backend@netra-staging.iam.gserviceaccount.com` | not known |" in chapter


def test_the_criteria_repeat_nothing_of_the_table_of_evidence() -> None:
    for made in runs.RUNS.values():
        run = made()
        summary, criteria = summarize(run), _chapter(run, "Criteria")
        for check in summary["checks"]:
            if check["reason"] != check["expected"]:
                assert text(check["reason"])[:200] not in criteria or len(check["reason"]) < 3
    assert "- [x] **Healthy**: status 200, json status healthy" in _chapter(runs.green(), "Criteria")
    assert "- [ ] **Auth reachable** (failed): status 2xx" in _chapter(runs.excused(), "Criteria")


def test_every_follow_up_of_a_check_has_its_command() -> None:
    chapter = _chapter(runs.traffic_pinned(), "Follow-ups")
    assert chapter.strip().splitlines()
    for line in chapter.strip().splitlines():
        assert re.search(r"`(gcloud|validator) [^`]+`$", line), line
    assert "`validator run checks.yaml --only 'Auth reachable'`" in chapter
    assert "not selected: Order: `validator run checks.yaml`" in _chapter(runs.excused(), "Follow-ups")


def test_what_to_watch_has_its_commands() -> None:
    chapter = _chapter(runs.excused(), "Watch")
    query = f'resource.type="cloud_run_revision" AND resource.labels.revision_name="{runs.REVISION}"'
    after = 'AND severity>=ERROR AND timestamp>="2026-01-30T12:00:41.250Z"'
    assert f"`gcloud logging read '{query} {after}' --project=netra-staging`" in chapter
    assert "Auth reachable is excused until 2027-01-31 and fails the gate from then on" in chapter
    split = runs.target_report(serving={runs.REVISION: 10, runs.PREVIOUS: 90})
    assert "gcloud run services describe" in _chapter(replace(runs.green(), targets=(split,)), "Watch")
    assert "## Watch" not in markdown(summarize(runs.never_ready())), "nobody sees it"


def _chapter(run: Any, title: str) -> str:
    return markdown(summarize(run)).split(f"## {title}\n")[1].split("\n## ")[0]


def _big(checks: int, excerpts: int = 20) -> Any:
    evidence = failed("no", evidence=runs.green().judged[1].verdict.evidence * 1).evidence
    long = tuple(replace(piece, text="x" * 4000) for piece in evidence) * excerpts
    judged = [runs.check(f"check {n}", "logs", failed("no", evidence=long)) for n in range(checks)]
    return summarize(runs.run(judged, Outcome.FAILED))


@pytest.mark.slow
@pytest.mark.parametrize(("checks", "limit"), [(300, 1024 * 1024), (100, 65536), (30, 4000), (600, 150_000)])
def test_it_fits_and_says_what_went(checks: int, limit: int) -> None:
    report = markdown(_big(checks, 20 if checks < 500 else 1), limit)
    assert len(report.encode()) <= limit
    assert "Cut to size" in report
    assert "**Cause**: check 0: no" in report


@pytest.mark.slow
def test_a_cut_report_leaves_nothing_open() -> None:
    report = markdown(_big(400, 1), 60_000)
    tokens = PARSER.parse(report)
    assert not [token for token in tokens if token.type in ("fence", "html_block")]
    assert report.endswith("> The rest did not fit: see the summary.\n")
