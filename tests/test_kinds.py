"""What every kind owes: a schema, valid and invalid examples, a test, and documentation."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.simulated import simulate
from validator.checks import kinds
from validator.cli import main
from validator.language.keys import keys
from validator.language.load import load
from validator.language.mistake import BadSpec
from validator.words.verdict import Outcome

ROOT = Path(__file__).parent.parent
KINDS = kinds()
HEAD = "version: 1\ntarget: {project: p, region: r, service: s}\nchecks:\n"

every_kind = pytest.mark.parametrize("name", KINDS)


def properties(schema: Any, path: str = "") -> list[tuple[str, Any]]:
    """All properties of a schema, at any depth."""
    found = []
    if isinstance(schema, dict):
        for key, value in schema.get("properties", {}).items():
            found.append((f"{path}.{key}", value))
        for key, value in schema.items():
            if key not in ("examples", "default", "enum", "const"):
                found.extend(properties(value, f"{path}.{key}"))
    if isinstance(schema, list):
        found.extend(item for value in schema for item in properties(value, path))
    return found


@every_kind
def test_its_module_says_what_it_is_for(name: str) -> None:
    first = (KINDS[name].__doc__ or "").strip().splitlines()[0]
    assert first.endswith(".")
    assert len(first) > 40


@every_kind
def test_its_schema_is_one_and_describes_every_key(name: str) -> None:
    Draft202012Validator.check_schema(KINDS[name].schema)
    shape = KINDS[name].schema.get("items", KINDS[name].schema)
    assert shape["type"] == "object"
    assert shape["additionalProperties"] is False
    undescribed = [
        path
        for path, value in properties(KINDS[name].schema)
        if "description" not in value and not path.endswith((".min", ".max"))
    ]
    assert undescribed == []


@every_kind
def test_the_examples_in_its_schema_are_valid(name: str) -> None:
    examples = KINDS[name].schema["examples"]
    assert examples
    for example in examples:
        Draft202012Validator(KINDS[name].schema).validate(example)
        KINDS[name].options(example)


@every_kind
def test_its_example_file_is_valid_and_uses_it(name: str) -> None:
    path = ROOT / "examples" / "kinds" / f"{name}.yaml"
    spec = load(
        path.read_text(encoding="utf-8"), path.name, KINDS, {}, read=lambda name: (path.parent / name).read_bytes()
    )
    assert len(spec.checks) >= 3
    for check in spec.checks:
        assert check.kind == name
        assert KINDS[name].queries(check)


@every_kind
def test_each_check_of_its_example_file_says_above_it_what_it_is_for(name: str) -> None:
    lines = (ROOT / "examples" / "kinds" / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    begun = [number for number, line in enumerate(lines) if line.startswith("  - ") and "checks:" in lines[:number]]
    assert len(begun) >= 3
    for number in begun:
        assert re.fullmatch(r"  # [A-Z].{20,}\.", lines[number - 1])


@every_kind
def test_its_examples_pass_in_their_world_and_fail_in_the_broken_one(name: str) -> None:
    module = import_module(f"tests.checks.test_{name}")
    if hasattr(module, "NO_WORLD"):
        assert module.NO_WORLD  # why no scenario can tell
        return
    if hasattr(module, "SERVED"):
        pytest.skip(f"against servers, in tests/integration: {module.SERVED}")
    example = ROOT / "examples" / "kinds" / f"{name}.yaml"
    good, broken = {Outcome.PASSED}, {Outcome.FAILED, Outcome.SKIPPED}  # what needs a failed check is skipped
    for world, outcomes in (("", good), ("-broken", broken)):
        scenario = example.parent / "worlds" / f"{name}{world}.yaml"
        run = simulate(example.read_text(encoding="utf-8"), scenario, folder=example.parent)
        told = {check.name: run.verdict(check.name) for check in run.engine.spec.checks}
        found = {verdict.outcome for verdict in told.values()}
        assert found <= outcomes, told
        assert found & {Outcome.PASSED, Outcome.FAILED}


@every_kind
def test_its_invalid_examples_are_refused_with_their_messages(name: str) -> None:
    invalid = import_module(f"tests.checks.test_{name}").INVALID
    assert invalid
    for value, message in invalid:
        with pytest.raises(BadSpec) as caught:
            load(f"{HEAD}  - {{name: Example, {name}: {value}}}\n", "checks.yaml", KINDS, {})
        assert message in str(caught.value)


@every_kind
def test_explain_says_all_there_is_of_it(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", name]) == 0
    told = capsys.readouterr().out
    first, schema = (KINDS[name].__doc__ or "").strip().split("\n\n")[0], KINDS[name].schema
    assert told.startswith(f"{name}: {first.splitlines()[0]}")
    for key in keys(schema) if schema["type"] == "object" else ():
        assert f"\n  {key.path}: {key.value.replace('`', '')}" in told
        assert key.description in told
        assert f", default {key.default}\n" in told or not key.default
    for message in (*schema.get("x-failures", ()), *schema.get("x-unknown", ()), *schema.get("x-commands", ())):
        assert f"\n  {message}\n" in told
    for chapter in ("Passed", "Inconclusive", "How long", "Reads", "Least roles of the gate's account"):
        assert f"\n\n{chapter}\n  " in told
    assert "\n  roles/run.viewer on project " in told


@every_kind
def test_the_example_of_explain_is_a_spec_that_lint_accepts(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", name]) == 0
    example = capsys.readouterr().out.split("\nExample, a whole spec\n")[1].split("\n\n")[0]
    path = tmp_path / "checks.yaml"
    path.write_text(example, encoding="utf-8")  # as it is pasted, indented
    assert main(["lint", str(path)]) == 0
    ended = capsys.readouterr()
    assert (ended.out, ended.err) == (
        f"{path}: {len(KINDS[name].schema['examples'])} checks, no mistakes\n".replace(" 1 checks", " 1 check"),
        "",
    )


def test_explain_lists_all_kinds_and_tells_what_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed[: len(KINDS)]] == list(KINDS)
    assert main(["explain", "trafic"]) == 2
    assert capsys.readouterr().err.startswith(
        "validator: there is no kind 'trafic' (did you mean traffic?); known: any, "
    )
