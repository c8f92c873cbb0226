"""Loading a spec: positions, all mistakes at once, `${NAME}`, groups, targets."""

from __future__ import annotations

import re

import pytest

from validator.checks import kinds
from validator.language.load import load
from validator.language.mistake import BadSpec, Mistake
from validator.language.selection import select
from validator.words.check import Spec

KINDS = kinds()
HEAD = "version: 1\ntarget: {project: p, region: r, service: s}\nchecks:\n"


def read(text: str, **variables: str) -> Spec:
    return load(text, "checks.yaml", KINDS, variables)


def errors(text: str, **variables: str) -> list[str]:
    with pytest.raises(BadSpec) as caught:
        read(text, **variables)
    return [str(error) for error in caught.value.errors]


FIVE = """\
version: 1
target: {project: p, region: r, servise: s}
checks:
  - {name: One, within: soon, http: {path: /health}}
  - {name: Two, traffic: {percent: 150}}
  - {name: Three, logs: {expect: ['(?<!a)b']}}
  - {name: Four, group: nope, revision: {}}
"""


def test_every_mistake_is_told_at_once_with_its_place() -> None:
    found = errors(FIVE)
    assert len(found) == 5  # that `service` is missing follows from its being misspelt
    assert found[0].startswith("checks.yaml:2:33: unknown key 'servise' (did you mean service?)")
    assert found[1] == "checks.yaml:4:25: 'soon' is not a duration; write 500ms, 30s, 5m, 1h30m or 7d"
    assert found[2] == "checks.yaml:5:36: 150 is more than 100"
    assert found[3].startswith("checks.yaml:6:35: RE2 refuses the pattern '(?<!a)b'")
    assert found[4].startswith("checks.yaml:7:25: there is no group 'nope'")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "checks.yaml:1:1: the spec must be a mapping"),
        ("- a", "checks.yaml:1:1: the spec must be a mapping"),
        ("a: [1", "checks.yaml:1:4: while parsing a flow sequence"),
        ("a: 1\na: 2", "checks.yaml:2:1: the key 'a' stands here a second time (first in line 1)"),
        ("\ta: 1", "checks.yaml:1:1: a tab stands where YAML wants spaces"),
        ("a: !!python/object:os.system x", "the tag !!python/object:os.system is not understood here"),
        ("a: \x00", "checks.yaml:1:4: the character U+0000"),
        ("version: 2\ntarget: {project: p, region: r, service: s}\nchecks: [{traffic: {}}]", "checks.yaml:1:10: found the number 2"),
        ("version: 1\ntarget: {project: p, region: r, service: s}\nchecks: []", "checks.yaml:3:9: zero checks prove nothing; write at least one"),
        (HEAD + "  - {name: A}\n", "checks.yaml:4:5: the check has no kind; write one of any, build, "),
        (HEAD + "  - {name: A, traffic: {}, logs: {expect: [a]}}\n", "checks.yaml:4:5: the check has 2 kinds (traffic, logs)"),
        (HEAD + "  - {name: A, trafic: {}}\n", "checks.yaml:4:15: unknown key 'trafic' (did you mean traffic?)"),
        (HEAD + "  - {name: A, traffic: {}}\n  - {name: A, traffic: {}}\n", "checks.yaml:5:12: the name 'A' is taken by the check in line 4"),
        (HEAD + "  - {name: A, target: b, traffic: {}}\n", "checks.yaml:4:23: there is no target 'b'"),
        (HEAD + "  - {name: A, needs: [B], traffic: {}}\n", "checks.yaml:4:23: there is no check 'B'"),
        (HEAD + "  - {name: A, needs: [B], traffic: {}}\n  - {name: B, needs: [A], traffic: {}}\n", "checks.yaml:4:22: these wait for each other: 'A' -> 'B' -> 'A'"),
        (HEAD + "  - {name: A, for: 10s, build: {}}\n", "checks.yaml:4:15: `for` means nothing here: what build judges does not change back"),
        (HEAD + "  - {name: A, revision: {}, assert: revision.scalling.x > 0}\n", "checks.yaml:4:45: CEL: undefined field 'scalling'"),
        (HEAD + "  - {name: A, traffic: {}, known_issue: {reason: x, expires: 2027-02-30}}\n", "'2027-02-30' is not in the calendar"),
        (HEAD + "  - {name: A, traffic: {}, blocking: yes}\n", "found 'yes', but this takes true or false"),
        (HEAD + "  - {name: A, http: {path: '/${NOPE}'}}\n", "checks.yaml:4:28: ${NOPE} is not set; give it with --set NOPE=..."),
    ],
)  # fmt: skip
def test_each_mistake_names_its_place_and_what_is_meant(text: str, error: str) -> None:
    assert any(error in found for found in errors(text)), errors(text)


def test_a_truth_value_is_no_text_and_off_is_no_truth_value() -> None:
    spec = read(
        "version: 1\ntarget: {project: p, region: r, service: s, echo: off}\nchecks: [{name: off, traffic: {}}]"
    )
    assert spec.checks[0].name == "off"
    assert spec.targets["main"].echo == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [("/${A}", "/1"), ("/${B:-two}", "/two"), ("/${C}x", "/x"), ("/$$", "/$"), ("/${A}${A}", "/11")],
)
def test_names_are_put_in(text: str, value: str) -> None:
    if "${C}" in text:
        assert any("${C} is not set" in e for e in errors(f"{HEAD}  - {{name: A, http: {{path: '{text}'}}}}\n", C=""))
        return
    spec = read(f"{HEAD}  - {{name: A, http: {{path: '{text}'}}}}\n", A="1")
    assert getattr(spec.checks[0].options, "location") == value  # noqa: B009 - options are the kind's own


def test_a_name_takes_the_type_that_the_schema_wants() -> None:
    spec = read(f"{HEAD}  - {{name: A, blocking: '${{B}}', traffic: {{percent: '${{P}}'}}}}\n", P="40", B="false")
    assert spec.checks[0].blocking is False
    assert "40" in repr(spec.checks[0].options)
    text = read(f"{HEAD}  - {{name: A, revision: {{env: {{X: '${{P}}'}}}}}}\n", P="40")
    assert "'40'" in repr(text.checks[0].options)
    assert any(
        "the value of ${P} is more than 100" in e
        for e in errors(f"{HEAD}  - {{traffic: {{percent: '${{P}}'}}}}\n", P="150")
    )


def test_names_are_not_put_into_cel() -> None:
    spec = read(f"{HEAD}  - {{name: A, revision: {{}}, assert: \"vars.P == '${{P}}'\"}}\n", P="40")
    assert spec.checks[0].asserts[0].text == "vars.P == '${P}'"


def test_an_unset_name_is_a_warning_for_lint() -> None:
    spec = load(f"{HEAD}  - {{name: A, http: {{path: '/${{X}}'}}}}\n", "checks.yaml", KINDS, {}, strict=False)
    assert spec.warnings == ("checks.yaml:4:28: ${X} is not set; give it with --set X=... or write ${X:-default}",)


def test_a_check_of_several_targets_is_one_for_each() -> None:
    text = HEAD.replace("checks:", "targets: {auth: {service: a}}\nchecks:")
    spec = read(text + "  - {name: Ready, target: [main, auth], revision: {}}\n")
    assert [(c.name, c.target.service) for c in spec.checks] == [("Ready (main)", "s"), ("Ready (auth)", "a")]
    assert spec.targets["auth"].project == "p"


def test_created_within_binds_the_main_target_alone() -> None:
    spec = read(HEAD.replace("checks:", "targets: {auth: {service: a}}\nchecks:") + "  - {traffic: {}}\n")
    assert spec.targets["main"].created_within == 3600
    assert spec.targets["auth"].created_within is None


def test_only_and_skip_choose_by_name_or_group_and_keep_what_is_needed() -> None:
    text = HEAD.replace("checks:", "groups: {g: {title: G}}\nchecks:") + (
        "  - {name: A, traffic: {}}\n  - {name: B, group: g, needs: [A], traffic: {}}\n  - {name: C, traffic: {}}\n"
    )
    spec, left = select(read(text), ["g"], [])
    assert [c.name for c in spec.checks] == ["A", "B"]
    assert left == ("C",)
    assert [c.name for c in select(read(text), [], ["C"])[0].checks] == ["A", "B"]
    with pytest.raises(Mistake, match=re.escape("there is no such check or group (did you mean")):
        select(read(text), ["AA"], [])


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
        + "".join(f"b{i}: &b{i} [{','.join(['*b' + str(i - 1) if i else '*a'] * 10)}]\n" for i in range(8))
    ],
)
def test_an_alias_bomb_is_refused(text: str) -> None:
    assert any("once its aliases are written out" in error for error in errors(text))


def test_deep_nesting_is_refused() -> None:
    assert any("deeper than 64" in error for error in errors("[" * 500 + "]" * 500))
    assert any("deeper than 64" in error for error in errors("[" * 5000 + "]" * 5000))
