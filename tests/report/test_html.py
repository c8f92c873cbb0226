"""The HTML report: whole in one file, hostile text stays text, nothing of the summary is missing, and it fits."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report import runs
from tests.report.test_door import PAYLOADS, hostile
from tests.report.test_safety import runner_sees_a_command
from validator.report import document as doc
from validator.report.html.element import Own, el, escaped
from validator.report.html.page import LIMIT, html
from validator.report.html.parts import lit, prose
from validator.report.html.timeline import Scale
from validator.report.safety import lines
from validator.report.summary import summarize
from validator.words.instant import seconds
from validator.words.run import Probed, Run
from validator.words.verdict import Change, Excerpt, Outcome, failed, passed

VOID = {"meta", "link", "br", "hr", "input", "wbr"}
PIECES = [
    "<",
    ">",
    "&",
    '"',
    "'",
    "</script>",
    "<!--",
    "]]>",
    "&lt;",
    "::error::x",
    "##[error]",
    "\n",
    "\x1b[2J",
    "\u202e",
    "{{x}}",
    "é",
]


class Page(HTMLParser):
    """A page as a parser sees it: its elements, its text, and what was not closed in its order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.own = ""
        self.feed(text)
        self.close()
        self.wrong += self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("style", "script"):
            self.own += data
        else:
            self.text += data

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page(run: Run) -> Page:
    return Page(html(summarize(run)))


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("name", runs.RUNS)
def test_it_is_well_formed_and_each_id_is_there_once(name: str) -> None:
    seen = page(runs.RUNS[name]())
    assert seen.wrong == []
    ids = [attributes["id"] for _, attributes in seen.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    inside = {a["href"][1:] for _, a in seen.elements if a.get("href", "").startswith("#")}
    assert inside <= set(ids), "what leads inside the page leads somewhere"


@pytest.mark.parametrize("name", runs.RUNS)
def test_headings_are_in_order_under_one_first(name: str) -> None:
    levels = [int(tag[1]) for tag, _ in page(runs.RUNS[name]()).elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=10).map("".join), st.text(max_size=60)))
def test_text_is_nothing_but_text_in_content_and_in_attributes(raw: str) -> None:
    seen = Page(str(el("p", raw, title=raw)))
    assert [tag for tag, _ in seen.elements] == ["p"]
    assert seen.text == "\n".join(lines(raw)) == seen.of("p")[0]["title"]
    assert not any(runner_sees_a_command(line) for line in str(el("pre", raw)).split("\n"))


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_no_payload_adds_an_element_or_an_attribute_or_commands_a_runner(payload: str) -> None:
    plain, bad = (html(summarize(hostile(text)[0])) for text in ("plain", payload))
    shape = {(tag, *attributes) for tag, attributes in Page(plain).elements}
    for tag, attributes in Page(bad).elements:
        assert (tag, *attributes) in shape | {("code",), ("li",)}, tag
    assert Page(bad).wrong == []
    for line in bad.split("\n"):
        assert not runner_sees_a_command(line), line[:200]
    assert not re.search(
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]", bad
    )


def test_nothing_hostile_is_a_link_and_no_url_is_fetched() -> None:
    seen = page(runs.hostile())
    places = [a[name] for tag, a in seen.elements for name in ("href", "src", "action", "srcset") if name in a]
    hosts = {place.split("/")[2] for place in places if not place.startswith(("#", "data:,"))}
    assert hosts == {"console.cloud.google.com", "tracker.example"}
    assert not {"img", "iframe", "object", "embed", "base", "form"} - {"form"} & {tag for tag, _ in seen.elements}
    assert "url(" not in seen.own
    assert "@import" not in seen.own
    assert not [a for _, a in seen.elements if "style" in a or any(name.startswith("on") for name in a)]


def test_the_policy_allows_its_own_style_and_script_and_nothing_else() -> None:
    text = html(summarize(runs.green()))
    (policy,) = (a["content"] for a in Page(text).of("meta") if a.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert text.index("Content-Security-Policy") < text.index("<style>")


def test_own_text_cannot_end_its_element() -> None:
    for found in re.findall(r"<(style|script)>(.*?)</\1>", html(summarize(runs.green())), re.DOTALL):
        assert "</" not in found[1]
    assert str(el("style", Own("a>b"))) == "<style>a>b</style>"


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in _texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("name", [name for name in runs.RUNS if name != "hostile"])
def test_everything_of_the_checks_is_in_it(name: str) -> None:
    summary = summarize(runs.RUNS[name]())
    told = flat(Page(html(summary)).text)
    for check in summary["checks"]:
        wanted = [
            check["name"],
            check["reason"],
            check["description"],
            check["expected"],
            f"{check['position']['line']}:5",
        ]
        wanted += [] if check["actual"] == check["reason"] else [check["actual"]]
        wanted += [text for piece in check["evidence"] for text in piece["text"].split("\n")]
        assert [text for text in wanted if flat(text.replace("`", "")).strip() not in told] == []
    for target in summary["targets"]:
        for text in _texts(
            [target["revision"], target["project"], target["origin"]["commit"][:12], target["identified_by"]]
        ):
            assert text in told
    for text in (*summary["warnings"], summary["headline"]["text"], summary["spec"]["digest"], summary["run_id"]):
        assert flat(text.replace("`", "")) in told


def test_a_red_report_leads_with_cause_evidence_and_remedy() -> None:
    told = page(runs.traffic_pinned()).text
    order = [
        "Failed",
        "Cause",
        "All traffic",
        "latestReadyRevision",
        "gcloud run services",
        "Also",
        "No import errors",
        "Decision",
    ]
    found = [told.index(text, told.index("Technical details")) for text in order]
    assert found == sorted(found)


def test_what_keeps_the_run_from_green_is_open_and_all_else_is_closed() -> None:
    opened = {a["data-state"] for a in page(runs.traffic_pinned()).of("details") if "open" in a}
    assert opened == {"failed"}
    assert not [a for a in page(runs.green()).of("details") if "open" in a]


def test_states_have_words_and_shapes_of_their_own() -> None:
    seen = page(runs.traffic_pinned())
    shapes = {a["id"] for a in seen.of("symbol")}
    used = {a["href"][1:] for a in seen.of("use")}
    assert used <= shapes
    assert {"passed", "failed", "warned", "skipped", "broken", "proven"} <= used
    for word in ("passed", "failed", "skipped", "excused", "broken"):
        assert word in seen.text


def test_against_an_emulator_nothing_leads_out_but_what_the_spec_says() -> None:
    hosts = {a["href"].split("/")[2] for a in page(runs.excused()).of("a") if a["href"].startswith("http")}
    assert hosts == {"tracker.example"}


def test_what_a_pattern_matched_is_marked_wherever_it_stands() -> None:
    assert [str(node) for node in lit("a <b> a", "<b>")] == ["a ", "<mark>&lt;b&gt;</mark>", " a"]
    assert lit("a", "") == ["a"]
    assert [str(node) for node in prose("set `needs` <now>")] == ["set ", "<code>needs</code>", " <now>"]
    shown = (Excerpt("ImportError: x", runs.START - 9, "stderr", matched="ImportError"),)
    run = runs.run([runs.check("c", "logs", failed("x", evidence=shown))], Outcome.FAILED)
    assert html(summarize(run)).count("<mark>ImportError</mark>: x") == 3, "in the lead, at the check, in order of time"


def test_what_differs_is_told_side_by_side() -> None:
    changes = (
        Change("containers[0].image", "a@1", "a@2", allowed=True),
        Change("env.B", "", "#77aa01bd", allowed=False),
    )
    shown = tuple(
        Excerpt(f"changed {c.path} from {c.before} to {c.after}", None, "Cloud Run", change=c) for c in changes
    )
    text = html(summarize(runs.run([runs.check("c", "drift", failed("x", evidence=shown))], Outcome.FAILED)))
    assert "<del>a@1</del></td><td><ins>a@2</ins>" in text
    assert "<td>absent</td><td><ins>#77aa01bd</ins>" in text
    assert "not allowed" in text


def probed(*told: tuple[float, str, str, str]) -> doc.Summary:
    made = tuple(Probed(runs.START + at, 0.1, "GET /health", answer, who, name) for at, answer, who, name in told)
    return summarize(replace(runs.green(), targets=(runs.target_report(probed=made),)))


def test_the_timeline_tells_who_answered_in_words_and_in_shapes() -> None:
    text = html(
        probed(
            (1, "200", "target", runs.REVISION), (2, "200", "other", runs.PREVIOUS), (3, "503", "target", runs.REVISION),
            (4, "200", "pending", ""), (5, "TIMEOUT", "nobody", ""), (6, "404", "front end", ""), (7, "200", "untold", ""),
        )
    )  # fmt: skip
    told = flat(Page(text).text)
    assert f"{runs.REVISION}200: 1 time; 503: 1 time" in told
    assert f"{runs.PREVIOUS}200: 1 time; not the revision of this deploy" in told
    for words in ("not known yet", "will not be known", "refused by Google's front end", "no answer"):
        assert words in told
    assert [text.count(f'href="#{shape}"') for shape in ("dot", "diamond", "ring", "cross")] == [1, 1, 2, 3]
    assert "requestsreadable to 12:00:40Z, echoed" not in told
    assert re.search(r"stdout.{0,30}readable to 12:00:30Z?, inferred", told)


def test_time_goes_from_left_to_right_and_what_was_before_has_its_own_part() -> None:
    scale = Scale.of(probed())
    start = seconds("2026-01-30T12:00:00Z")
    places = [scale.place(start + at) for at in (-1e6, -95, -50, 0, 20, 41.25, 1e6)]
    assert places == sorted(places)
    assert (places[0], places[1], places[3], places[-1]) == (0, 0, 20, 100)
    late = replace(runs.green(), targets=(runs.target_report(created=None),))
    assert Scale.of(summarize(late)).place(start) == 0


def test_a_run_of_nothing_still_makes_a_page() -> None:
    bare = replace(runs.run([], Outcome.INCONCLUSIVE), targets=(), ended=runs.START)
    seen = page(bare)
    assert seen.wrong == []
    assert "no check was judged" in seen.text


def many(count: int, **more: object) -> Run:
    evidence = (Excerpt("A" * 3000, runs.START, "stdout"),) * 12
    judged = [
        runs.check(f"check {n}", "logs", (failed if n % 3 == 0 else passed)("r" * 200, evidence=evidence), **more)
        for n in range(count)
    ]
    return runs.run(judged, Outcome.FAILED)


@pytest.mark.slow
def test_a_thousand_checks_make_a_page_that_fits_and_has_them_all() -> None:
    text = html(summarize(many(1000)))
    assert len(text.encode()) <= LIMIT
    assert "Cut to size" in text
    seen = Page(text)
    assert len([a for a in seen.of("details") if "check" in a.get("class", "")]) >= 500
    assert seen.wrong == []


def test_beyond_its_limit_evidence_goes_first_and_then_all_but_the_verdict() -> None:
    summary = summarize(many(20))
    whole = html(summary)
    less = html(summary, len(whole.encode()) - 1)
    assert "Cut to size" not in whole
    assert "Cut to size" in less
    assert "check 19" in less
    least = html(summary, 60_000)
    assert len(least.encode()) <= 60_000
    assert "check 0" in least
    assert "check 19" not in least


def test_it_is_made_from_the_file_as_from_the_run() -> None:
    summary = summarize(runs.traffic_pinned())
    assert html(json.loads(json.dumps(summary))) == html(summary)
    assert escaped("a\tb\x00") == "a    b\\0"
