"""Answers that lost a run once, each by itself: the exit code, what the artifacts say, and that no other check is lost by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.fuzz.answers import scenario, spec
from tests.simulated import START
from validator.checks import kinds
from validator.emulator.scenario.loading import load as load_scenario
from validator.emulator.world.simulation import Simulation
from validator.emulator.world.world import World
from validator.engine.outcome import outcome
from validator.engine.run import Engine
from validator.engine.virtual import drive
from validator.report.document import Summary
from validator.report.markdown import markdown
from validator.report.summary import schema, summarize
from validator.words.call import Answer, Call, Exchange, GetBuild, GetRevision, GetService, ListEntries, Result

LATE = "9999-12-31T23:59:59.999999999Z"
Change = Callable[[Any], None]


def entries(**change: Any) -> Change:
    """Each line that the revision logged."""

    def changed(content: Any) -> None:
        for entry in content.get("entries", ()):
            if "textPayload" in entry:
                entry.update(change)

    return changed


def dated(*keys: str) -> Change:
    def changed(content: Any) -> None:
        for each in (content, content.get("terminalCondition", {}), *content.get("conditions", ())):
            each.update({key: LATE for key in keys if key in each})

    return changed


def variable(content: Any) -> None:
    content["containers"][0]["env"].append({"value": "x"})


def image(content: Any) -> None:
    del content["containers"][0]["image"]


def state(content: Any) -> None:
    content["conditions"] = [{"type": "Ready", "state": 99}]


def status(content: Any) -> None:
    content["status"] = 99


def body(content: Any) -> None:
    content["text"] = "[" * 975 + "]" * 975


DEEP = '{"a":' * 3000 + "1" + "}" * 3000
UNREAD = "no log entry of cart-00007-new itself can be read"
ODD: dict[str, tuple[type[Call], Change, int, str, str]] = {
    "an entry of the year 9999": (ListEntries, entries(timestamp=LATE), 3, "Quiet", UNREAD),
    "a service of the year 9999": (GetService, dated("createTime", "updateTime", "lastTransitionTime"), 0, "", ""),
    "a condition of the year 9999": (GetRevision, dated("lastTransitionTime"), 1, "Settings", "it started in"),
    "a revision of the year 9999": (GetRevision, dated("createTime", "updateTime"), 3, "Started", UNREAD),
    "a build of the year 9999": (GetBuild, dated("createTime", "startTime", "finishTime"), 0, "", ""),
    "a build of status 99": (GetBuild, status, 3, "Build", "has the unknown status 99"),
    "a condition of state 99": (GetRevision, state, 3, "cart is resolved and ready", "is not ready yet"),
    "a variable without a name": (GetRevision, variable, 0, "", ""),
    "a container without an image": (GetRevision, image, 3, "Chain", "the revision's image is a tag, not a digest"),
    "an entry of severity 250": (ListEntries, entries(severity=250), 0, "", ""),
    "a line of JSON 3,000 deep": (ListEntries, entries(textPayload=DEEP), 1, "Started", "was not logged up to"),
    "a body of JSON 975 deep": (Exchange, body, 3, "Health", "its objects and arrays are more than 200 deep"),
}
"""What is odd -> the call whose answers have it, how, the exit code, and of which check what the reason says."""


def answered(name: str, folder: Path) -> Summary:
    """The summary of a run in which the answers are odd from the first on."""
    of, change = ODD[name][:2]
    simulation = Simulation(World.of(load_scenario(scenario("good", folder), START)))

    def answer(call: Call, sent: float) -> tuple[float, Result]:
        took, result = simulation(call, sent)
        if isinstance(call, of) and isinstance(result, Answer):
            content = json.loads(json.dumps(result.content))
            change(content)
            result = Answer(content)
        return took, result

    engine = Engine(spec(), kinds(), "0123456789abcdef")
    drive(engine, answer, START + 0.5)
    return summarize(outcome(engine.verdicts))


@pytest.mark.parametrize("name", ODD)
def test_an_odd_answer_costs_what_it_is_about_and_nothing_else(name: str, tmp_path: Path) -> None:
    _, _, code, check, reason = ODD[name]
    summary = answered(name, tmp_path)
    assert summary["exit_code"] == code
    Draft202012Validator(schema()).validate(json.loads(json.dumps(summary)))
    reasons = {each["name"]: each["reason"] for each in summary["checks"]}
    assert not check or reason in reasons[check], reasons
    told = json.dumps(summary) + markdown(summary)
    assert "a defect of the gate" not in told
    assert not check or reason in told
