"""The summary: valid, complete, bounded, and free of secrets."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from jsonschema import Draft202012Validator

from tests.report import runs
from validator.report import document, github
from validator.report.artifact import write_text
from validator.report.markdown import markdown
from validator.report.phrases import remark
from validator.report.summary import (
    LONGEST_TEXT,
    MOST_EXCERPTS,
    MOST_PROBES,
    defective,
    dumps,
    schema,
    summarize,
    without_report,
)
from validator.words.check import KnownIssue
from validator.words.ending import Ending
from validator.words.run import Probed, Run
from validator.words.verdict import Change, Excerpt, Outcome, Verdict, failed, inconclusive, passed

SCHEMA: Any = schema()


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", runs.RUNS)
def test_every_summary_fits_the_schema(name: str) -> None:
    summary = summarize(runs.RUNS[name]())
    Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(summary)
    assert json.loads(dumps(summary)) == summary


def _objects(node: Any) -> list[Any]:
    if isinstance(node, list):
        return [found for part in node for found in _objects(part)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("type") == "object" else []
    return own + [found for part in node.values() for found in _objects(part)]


def test_the_schema_is_closed_complete_and_says_what_everything_means() -> None:
    for found in _objects(SCHEMA):
        assert found["additionalProperties"] is False
        assert found["required"] == list(found["properties"])
        assert found["title"]
        assert found["description"]
        for key, value in found["properties"].items():
            definition = SCHEMA["$defs"][value["$ref"].rsplit("/", 1)[1]] if "$ref" in value else value
            assert value.get("description") or definition["description"], key


def _agree(shape: Any, node: Any, path: str) -> None:
    if "$ref" in node:
        node = SCHEMA["$defs"][node["$ref"].rsplit("/", 1)[1]]
    if is_typeddict(shape):
        hints = get_type_hints(shape)
        assert set(hints) == set(node["properties"]), path
        for key, hint in hints.items():
            _agree(hint, node["properties"][key], f"{path}.{key}")
    elif get_origin(shape) is list:
        _agree(get_args(shape)[0], node["items"], f"{path}[]")


def test_schema_and_types_have_the_same_keys() -> None:
    _agree(document.Summary, SCHEMA, "summary")
    _agree(document.Known, SCHEMA["$defs"]["knownIssue"], "known_issue")


@pytest.mark.parametrize(
    ("name", "text", "remedy"),
    [
        ("green", f"12 of 12 checks passed; {runs.REVISION} has 100 % of the traffic", ""),
        (
            "excused",
            f"1 of 14 checks was not selected; 12 of 13 checks passed, 1 excused by a known issue; {runs.REVISION} has 100 % of the traffic",
            "",
        ),
        ("traffic-pinned", f"All traffic: {runs.PREVIOUS} has 100 % of the traffic, pinned by name", "gcloud run"),
        ("logging-denied", "Nothing critical: the logs of netra-staging cannot be read", "roles/logging.viewer"),
        ("never-ready", f"main: resolved and ready: {runs.REVISION} cannot become ready: HealthCheck", "mend"),
    ],
)
def test_the_headline_leads_with_the_cause_and_has_the_remedy_beside_it(name: str, text: str, remedy: str) -> None:
    headline = summarize(runs.RUNS[name]())["headline"]
    assert headline["text"].startswith(text)
    assert remedy in headline["remedy"]


def test_no_report_knows_a_kind_by_its_name() -> None:
    """`kind` is written down and shown, and nothing depends on what it is."""
    for module in sorted(Path(document.__file__).parent.glob("*.py")):
        text = module.read_text(encoding="utf-8")
        assert re.findall(r"""(?:\.kind|\["kind"\])\s*(?:==|!=|in\b|not\b)""", text) == [], module.name


def test_the_targets_own_check_leads_the_headline_even_if_another_failed_before_it() -> None:
    own = runs.resolved(failed("not ready"))
    run = runs.run([runs.check("first", "http", failed("503")), own], Outcome.FAILED)
    assert summarize(run)["headline"]["check"] == own.check.name


def test_a_failure_leads_before_whatever_is_inconclusive() -> None:
    judged = [runs.resolved(inconclusive("?")), runs.check("later", "http", failed("503"))]
    assert summarize(runs.run(judged, Outcome.FAILED))["headline"]["text"] == "later: 503"


def test_custody_gathers_what_others_tell_so_it_leads_only_alone() -> None:
    custody = runs.check("proven", "custody", failed("link traffic is broken"))
    traffic = runs.check("traffic", "traffic", failed("pinned", remedy="gcloud run services update-traffic"))
    assert summarize(runs.run([custody, traffic], Outcome.FAILED))["headline"]["check"] == "traffic"
    assert summarize(runs.run([custody], Outcome.FAILED))["headline"]["check"] == "proven"


def test_a_check_that_does_not_block_never_leads() -> None:
    judged = [
        runs.check("soft", "http", failed("503"), blocking=False),
        runs.check("hard", "http", inconclusive("no answer")),
    ]
    assert summarize(runs.run(judged, Outcome.INCONCLUSIVE))["headline"]["text"] == "hard: no answer"


def test_a_skip_leads_when_nothing_else_blocks() -> None:
    judged = [runs.check("soft", "http", Verdict(Outcome.SKIPPED, "its turn never came"))]
    assert summarize(runs.run(judged, Outcome.INCONCLUSIVE))["headline"]["text"] == "soft: its turn never came"


def test_nothing_judged_says_so() -> None:
    assert summarize(runs.run([], Outcome.INCONCLUSIVE))["headline"]["text"].startswith("no check was judged")


def test_a_run_of_checks_that_do_not_block_is_told_as_that() -> None:
    soft = [runs.check(name, "http", passed("200"), blocking=False) for name in "abc"]
    excused = runs.check("d", "http", failed("503"), excused=True, blocks=False)
    run = runs.run([runs.resolved(), *soft, excused], Outcome.INCONCLUSIVE)
    headline = summarize(run)["headline"]
    assert headline["text"] == (
        "4 checks judged, none blocks; 1 failure excused by a known issue; a green needs a passed check that does"
    )
    assert headline["remedy"] == (
        "let one of them block (leave out its `blocking: false`), or run with --warn-only for a first week"
    )


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (Outcome.PASSED, "2 of 3 checks were not selected; the only check passed"),
        (Outcome.FAILED, "2 of 3 checks were not selected; a: 503"),
    ],
)
def test_a_part_of_a_spec_says_so_first(outcome: Outcome, text: str) -> None:
    verdict = passed("200") if outcome is Outcome.PASSED else failed("503")
    run = runs.run([runs.check("a", "http", verdict)], outcome, not_selected=("b", "c"))
    run = replace(run, spec=replace(run.spec, checks=tuple(each.check for each in run.judged)))
    assert summarize(run)["headline"]["text"].startswith(text)


def test_with_warn_only_the_exit_code_is_0_and_the_verdict_is_told() -> None:
    run = runs.run([runs.check("a", "http", failed("503"))], Outcome.FAILED)
    summary = summarize(run, warn_only=True)
    assert (summary["verdict"], summary["exit_code"], summary["warn_only"]) == ("failed", 0, True)
    assert summarize(run, 143, warn_only=True)["exit_code"] == 143
    assert [line.partition(" ")[0] for line in github.verdicts(summary)] == ["::warning"]
    assert "Failed" in markdown(summary)
    assert "exit 0: --warn-only" in markdown(summary)


def test_an_expired_known_issue_is_said_on_the_red_line() -> None:
    issue = KnownIssue("not configured", "", "2026-01-29")
    run = runs.run([runs.check("a", "http", failed("503"), known_issue=issue)], Outcome.FAILED)
    assert remark(summarize(run)["checks"][0]) == "its known issue expired on 2026-01-29"


def test_a_green_whose_report_is_lost_is_none_and_a_red_stays_red() -> None:
    green = without_report(summarize(runs.green()), ["out/report.md cannot be written: No space left on device"])
    assert (green["verdict"], green["exit_code"]) == ("inconclusive", 3)
    assert green["headline"]["text"].startswith("out/report.md cannot be written")
    assert "No space left" in green["warnings"][-1]
    red = without_report(summarize(runs.never_ready()), ["x"])
    assert (red["verdict"], red["exit_code"], red["warnings"]) == ("failed", 1, ["x"])
    Draft202012Validator(SCHEMA).validate(green)


def test_a_defect_in_summing_up_still_leaves_a_valid_summary() -> None:
    run = runs.green()
    summary = defective(run.spec, run.run_id, "OverflowError: year 9999 s3cr3t-order-token", 0)
    Draft202012Validator(SCHEMA).validate(summary)
    assert (summary["verdict"], summary["exit_code"]) == ("inconclusive", 3)
    assert summary["headline"]["text"] == "a defect of the gate: OverflowError: year 9999 [redacted]"


def test_an_interrupted_run_says_so_and_keeps_the_signals_exit_code() -> None:
    run = runs.run(
        [runs.check("slow", "http", inconclusive("polling"))], Outcome.INCONCLUSIVE, ending=Ending.INTERRUPTED
    )
    summary = summarize(run, exit_code=130)
    assert summary["headline"]["text"] == "interrupted before it was decided: slow: polling"
    assert summary["exit_code"] == 130
    nothing = runs.run([], Outcome.INCONCLUSIVE, ending=Ending.INTERRUPTED)
    assert summarize(nothing)["headline"]["text"] == "interrupted before any check was judged"


def test_groups_are_in_order_the_ungrouped_first_and_empty_ones_left_out() -> None:
    groups = summarize(runs.traffic_pinned())["groups"]
    assert [group["name"] for group in groups] == ["", "clickhouse", "websocket", "golden", "auth"]
    assert [group["verdict"] for group in groups] == ["failed", "failed", "passed", "passed", "passed"]
    assert [group["name"] for group in summarize(runs.logging_denied())["groups"]] == ["", "clickhouse"]


def test_a_group_in_which_nothing_was_judged_is_skipped() -> None:
    groups = {group["name"]: group["verdict"] for group in summarize(runs.never_ready())["groups"]}
    assert groups == dict.fromkeys(("clickhouse", "websocket", "golden", "auth"), "skipped") | {"": "failed"}


def test_logs_explorer_links_are_on_the_revision_and_the_window() -> None:
    checks = {check["name"]: check for check in summarize(runs.traffic_pinned())["checks"]}
    link = checks["No import errors"]["logs_url"]
    place, _, window = urlsplit(link).path.partition(";startTime=")
    query = unquote(place.partition(";query=")[2]).splitlines()
    assert query == [
        'resource.type="cloud_run_revision"',
        'resource.labels.service_name="netra-backend-staging"',
        f'resource.labels.revision_name="{runs.REVISION}"',
        'resource.labels.location="us-central1"',
    ]
    assert window == "2026-01-30T11:58:25.000Z;endTime=2026-01-30T12:00:01.500Z"
    assert parse_qs(urlsplit(link).query) == {"project": ["netra-staging"]}
    assert checks["Nothing critical"]["logs_url"], "a check of logs has it when it passes too"
    assert not checks["Build succeeded"]["logs_url"]


def test_there_is_no_link_without_a_revision_and_hostile_names_stay_inside_the_query() -> None:
    run = runs.never_ready()
    unresolved = replace(run, targets=(replace(run.targets[0], revision=""),))
    assert summarize(unresolved)["checks"][0]["logs_url"] == ""
    hostile = replace(run, targets=(replace(run.targets[0], revision='x" OR "\\;startTime=0?project=other'),))
    link = summarize(hostile)["checks"][0]["logs_url"]
    assert link.count(";") == 3
    assert link.count("?") == 1


def test_long_texts_and_many_excerpts_are_cut_and_say_by_how_much() -> None:
    long = next(check for check in summarize(runs.hostile())["checks"] if check["name"] == "Long")
    assert long["evidence"][0]["text"] == "A" * LONGEST_TEXT + f"… ({20000 - LONGEST_TEXT} more characters)"
    assert len(long["evidence"]) == MOST_EXCERPTS + 1
    assert long["evidence"][-1]["text"] == "… (10 more excerpts)"


def _with_text(text: str) -> Run:
    bad = failed(text, evidence=(Excerpt(text),))
    return runs.run([runs.check("c", "http", bad)], Outcome.FAILED, warnings=(text,))


def test_the_values_of_secret_looking_variables_are_taken_out_everywhere() -> None:
    text = dumps(summarize(_with_text("order s3cr3t-order-token refused in netra-staging")))
    assert "s3cr3t-order-token" not in text
    assert "order [redacted] refused in netra-staging" in text


def test_a_part_of_an_excerpt_is_told_only_if_its_text_still_shows_it() -> None:
    shown = (
        Excerpt("password=hunter2hunter2", matched="hunter2hunter2"),
        Excerpt("ImportError: x", matched="ImportError"),
        Excerpt("changed a from --token=hunter2hunter2 to b", change=Change("a", "hunter2hunter2", "b", allowed=True)),
        Excerpt("removed a (b)", change=Change("a", "b", "", allowed=False)),
    )
    run = runs.run([runs.check("c", "logs", failed("x", evidence=shown))], Outcome.FAILED)
    pieces = summarize(run)["checks"][0]["evidence"]
    assert "hunter2" not in json.dumps(pieces)
    assert [piece["matched"] for piece in pieces] == ["", "ImportError", "", ""]
    kept = {"path": "a", "before": "b", "after": "", "allowed": False}
    assert [piece["change"] for piece in pieces] == [None, None, None, kept]


def test_of_many_probes_some_are_told_in_even_steps_the_first_and_the_last_among_them() -> None:
    many = tuple(Probed(runs.START + number, 0.1, f"GET /{number}", "200", "target", "r") for number in range(1000))
    run = replace(runs.green(), targets=(runs.target_report(probes=1000, probed=many),))
    summary = summarize(run)
    told = summary["targets"][0]["probed"]
    assert (len(told), told[0]["asked"], told[-1]["asked"]) == (MOST_PROBES, "GET /0", "GET /999")
    Draft202012Validator(SCHEMA).validate(summary)


def test_a_secret_is_taken_out_before_the_text_is_cut() -> None:
    secret = "eyJhbGciOiJSUzI1NiJ9." + "x" * 2 * LONGEST_TEXT
    assert "xxxx" not in dumps(summarize(_with_text("a" * (LONGEST_TEXT - 40) + " " + secret)))


def test_the_gates_own_words_are_never_taken_out() -> None:
    run = runs.green()
    run = replace(run, spec=replace(run.spec, variables={"TOKEN": "passed", "API_KEY": "proven"}))
    Draft202012Validator(SCHEMA).validate(summarize(run))


def test_odd_numbers_and_lone_surrogates_still_make_a_valid_file() -> None:
    run = _with_text("\udc80")
    logs = replace(run.targets[0].logs, echo_delay=float("inf"))
    run = replace(run, targets=(replace(run.targets[0], logs=logs),))
    text = dumps(summarize(run))
    text.encode()
    Draft202012Validator(SCHEMA).validate(json.loads(text))


def test_the_file_is_replaced_in_one_step_and_readable_by_the_next_one(tmp_path: Any) -> None:
    path = tmp_path / "out" / "summary.json"
    write_text(path, dumps(summarize(runs.green())))
    write_text(path, dumps(summarize(runs.never_ready())))
    assert json.loads(path.read_text())["verdict"] == "failed"
    assert [file.name for file in path.parent.iterdir()] == ["summary.json"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_failed_write_leaves_what_was_there(tmp_path: Any) -> None:
    path = tmp_path / "summary.json"
    path.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_text(path, "x")
    assert [file.name for file in tmp_path.iterdir()] == ["summary.json"]
