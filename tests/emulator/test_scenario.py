from __future__ import annotations

from pathlib import Path

import pytest

from validator.emulator.scenario.files import ScenarioError
from validator.emulator.scenario.loading import load
from validator.emulator.world.moments import length, moment, resolved
from validator.emulator.world.overlay import overlaid

EPOCH = 1_790_000_000.0
SERVICE = "services: {s: {name: projects/p/locations/l/services/s}}\n"
REVISION = "revisions: {r: {name: projects/p/locations/l/services/s/revisions/r}}\n"


@pytest.mark.parametrize(
    ("text", "seconds"), [("80ms", 0.08), ("2s", 2), ("2m29s", 149), ("1d2h", 93600), ("1.5s", 1.5), ("2ns", 2e-9)]
)
def test_a_length_of_time(text: str, seconds: float) -> None:
    assert length(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "2", "2 s", "-2s", "s", 2, None])
def test_not_a_length_of_time(text: object) -> None:
    with pytest.raises(ValueError, match="not a length of time"):
        length(text)


@pytest.mark.parametrize(
    ("text", "offset"), [("@0s", 0), ("@-4m", -240), ("@+20s", 20), ("@20s", 20), ("@-7d1s", -604801)]
)
def test_a_moment_is_an_offset_from_the_start(text: str, offset: float) -> None:
    assert moment(text, EPOCH) - EPOCH == offset


def test_a_moment_may_be_absolute() -> None:
    assert moment("2026-01-01T00:00:00Z", EPOCH) == 1767225600


def test_offsets_are_resolved_wherever_a_timestamp_stands_and_texts_of_entries_are_left_alone() -> None:
    data = {"a": ["@-1s", {"b": "@+1s", "textPayload": "@+1s"}], "c": "at @-1s", "d": 3}
    assert resolved(data, 0) == {
        "a": ["1969-12-31T23:59:59.000Z", {"b": "1970-01-01T00:00:01.000Z", "textPayload": "@+1s"}],
        "c": "at @-1s",
        "d": 3,
    }


@pytest.mark.parametrize(
    ("below", "above", "expected"),
    [
        ({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"c": 4}}, {"a": 1, "b": {"c": 4, "d": 3}}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": [{"b": 1, "c": 2}, 5]}, {"a": {"0": {"b": 3}}}, {"a": [{"b": 3, "c": 2}, 5]}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        ({}, {"a": {"b": None}}, {"a": {}}),
    ],
)
def test_an_overlay(below: object, above: object, expected: object) -> None:
    assert overlaid(below, above) == expected


def test_an_overlay_does_not_touch_what_is_below() -> None:
    below = {"a": [{"b": 1}]}
    overlaid(below, {"a": {"0": {"b": 2}}})
    assert below == {"a": [{"b": 1}]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("speeed: 2\n", "{path}:1:1: unknown key 'speeed'; did you mean speed?"),
        ("logs:\n  delay: {stdot: 3s}\n", "{path}:2:11: unknown key 'stdot'; did you mean stdout?"),
        ("behaviour:\n  s:\n    /:\n      stauts: 1\n", "{path}:4:7: unknown key 'stauts'; did you mean status?"),
        ("changes: [{at: '@0s', logs: {}}]\n", "{path}:1:23: unknown key 'logs'; there are at, services, revisions"),
        ("logs: text\n", "{path}:1:7: this must be a map"),
        ("- a\n", "{path}: a scenario is a map of keys"),
        ("a: 1\na: 2\n", "{path}:2:1: the key 'a' stands here a second time (first in line 1)"),
        ("speed: 0\n", "{path}:1:8: this must be above 0, not 0"),
        ("services: {s: {name: s}}\n", "{path}:1:15: services.s: its name must be the full resource name"),
        (SERVICE + "behaviour: {s: {/: {latency: 3}}}\n", "{path}:2:30: not a length of time such as 80ms, 2s or 2m29s: 3"),
        ("faults: [{method: GetServices, code: UNAVAILABLE}]\n", "{path}:1:19: not known: 'GetServices'; did you mean GetService?"),
        ("faults: [{method: GetService, code: BUSY}]\n", "{path}:1:37: not known: 'BUSY'; there are CANCELLED,"),
        ("faults: [{code: UNAVAILABLE}]\n", "{path}:1:10: faults[0]: either an api or a method"),
        ("changes: [{at: soon}]\n", "{path}:1:16: not a time such as @-4m, @+20s or 2026-01-01T00:00:00Z: 'soon'"),
        ("changes: [{at: '@0s', services: {s: {}}}]\n", "{path}:1:37: changes[0].services.s: its name must be"),
        ("logs: {groups: {g: {revision: r, stream: stdout, lines: []}}}\n", "{path}:1:20: logs.groups.g: there is no revision"),
        (REVISION + "logs: {groups: {g: {revision: r, stream: out, lines: []}}}\n", "{path}:2:42: not known: 'out'; did you mean stdout?"),
        (REVISION + "logs: {groups: {g: {revision: r, stream: stdout, lines: [a]}}}\n", "{path}:2:58: this must be a list or a map"),
        ("logs: {entries: [{logName: x}]}\n", "{path}:1:18: logs.entries[0]: an entry needs timestamp"),
        ("logs: {order: oldest first}\n", "{path}:1:15: not known: 'oldest first'; did you mean newest first?"),
        ("routing: [{service: s}]\n", "{path}:1:11: routing[0]: there is no service 's' here"),
        ("extends: none.yaml\n", "none.yaml: cannot be read: No such file or directory"),
        ("extends: scenario.yaml\n", "{path}: extends itself"),
    ],
)  # fmt: skip
def test_an_unusable_scenario_is_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert message.format(path=path) in str(caught.value)


def test_a_scenario_extends_another(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("title: base\nspeed: 10\nenv: {A: x, B: y}\n" + SERVICE)
    (tmp_path / "child.yaml").write_text("extends: base.yaml\ntitle: child\nenv: {B: z, C: 1}\n")
    child = load(tmp_path / "child.yaml")
    assert (child.title, child.speed, child.env) == ("child", 10, {"A": "x", "B": "z", "C": "1"})
    assert list(child.deployment.services) == ["projects/p/locations/l/services/s"]


def test_a_scenario_can_be_started_again_at_another_time(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("faults: [{method: GetService, code: UNAVAILABLE, until: '@+9s'}]\n")
    assert load(tmp_path / "s.yaml").starting(EPOCH).faults[0].until == EPOCH + 9


def test_off_and_dates_stay_text(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("env: {A: off, B: 2027-01-31, C: yes}\n")
    assert load(tmp_path / "s.yaml").env == {"A": "off", "B": "2027-01-31", "C": "yes"}


def test_an_exported_entry_is_readable_at_its_receive_timestamp(tmp_path: Path) -> None:
    entry = "{logName: projects/p/logs/a, timestamp: '@-9s', receiveTimestamp: '@-2s', textPayload: x}"
    (tmp_path / "s.yaml").write_text(f"logs: {{entries: [{entry}]}}\n")
    assert load(tmp_path / "s.yaml", EPOCH).entries[0].readable == EPOCH - 2
