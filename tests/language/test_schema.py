"""The published schema: sound by the official metaschema, held by check-jsonschema against the whole corpus."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.language.test_corpus import examined
from validator.checks import kinds
from validator.cli import main
from validator.language import published
from validator.language.load import examine

ROOT = Path(__file__).parent.parent.parent
SPECS = ROOT / "tests" / "specs"
SCHEMA = json.loads(json.dumps(published.published(kinds())))
VALID = [*sorted(SPECS.glob("valid/*.yaml")), *sorted(ROOT.glob("examples/kinds/*.yaml")), ROOT / "checks.yaml"]
REFUSED = sorted(SPECS.glob("invalid/structure/*.yaml"))


def written(folder: Path) -> Path:
    """The schema as a file."""
    path = folder / "checks.schema.json"
    path.write_text(json.dumps(SCHEMA), encoding="utf-8")
    return path


def check_jsonschema(folder: Path, *files: Path) -> dict[str, bool]:
    """Whether check-jsonschema accepts each file under the schema of all kinds that there are, by its path."""
    schema = written(folder)
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "-o",
        "json",
        "-v",
        "--schemafile",
        str(schema),
        *map(str, files),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = json.loads(done.stdout)
    assert not said.get("parse_errors"), said["parse_errors"]
    wrong = {Path(error["filename"]).resolve() for error in said.get("errors", ())}
    return {str(file): file.resolve() not in wrong for file in files}


def test_it_passes_the_official_metaschema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.slow
def test_check_jsonschema_finds_it_sound(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--check-metaschema", str(written(tmp_path))]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.slow
def test_check_jsonschema_accepts_every_valid_file_of_the_corpus(tmp_path: Path) -> None:
    assert len(VALID) >= 40
    assert [file for file, accepted in check_jsonschema(tmp_path, *VALID).items() if not accepted] == []


@pytest.mark.slow
def test_check_jsonschema_refuses_every_structurally_invalid_file_of_the_corpus(tmp_path: Path) -> None:
    assert len(REFUSED) >= 50
    assert [file for file, accepted in check_jsonschema(tmp_path, *REFUSED).items() if accepted] == []


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == SCHEMA
    assert main(["schema", "summary"]) == 0
    assert "headline" in capsys.readouterr().out


WHOLE = [*VALID, *sorted(SPECS.glob("invalid/*/*.yaml")), *sorted(ROOT.glob("examples/pipelines/**/c*.yaml"))]
WHOLE = [file for file in WHOLE if "\nchecks:" in file.read_text(encoding="utf-8", errors="replace")]


@pytest.mark.slow
def test_check_jsonschema_agrees_with_lint_on_the_whole_corpus(tmp_path: Path) -> None:
    """What lint accepts the schema accepts; what the schema refuses lint refuses; on the structure they are one."""
    readable = [file for file in WHOLE if file.parent.name != "yaml"]  # what is no YAML is no matter of a schema
    accepted = check_jsonschema(tmp_path, *readable)
    linted = {str(file): examined(file).spec is not None for file in readable}
    assert len(readable) >= 150
    assert [name for name in accepted if linted[name] and not accepted[name]] == []
    structure = [str(file) for file in readable if file.parent.name == "structure"]
    assert [name for name in structure if accepted[name] or linted[name]] == []
    assert {linted[str(file)] for file in readable if file.parent.name == "meaning"} == {False}


HEAD = {"version": 1, "target": {"project": "p", "region": "us-central1", "service": "s"}}


@pytest.mark.parametrize(
    ("check", "sound"),
    [
        ({"name": "A"}, False),
        ({"name": "A", "within": "10s"}, False),
        ({"name": "A", "build": {}, "custody": {}}, False),
        ({"name": "A", "http": {"path": "/"}, "logs": {"expect": ["a"]}, "assert": "true"}, False),
        ({"name": "A", "any": [{"build": {}}, {"revision": {}}], "build": {}}, False),
        ({"name": "A", "any": [{"build": {}, "revision": {}}, {"revision": {}}]}, False),
        ({"name": "A", "any": [{"build": {}}, {}]}, False),
        ({"name": "A", "build": {}}, True),
        ({"name": "A", "any": [{"build": {}}, {"revision": {}}]}, True),
        ({"name": "A", "assert": "revision.labels.size() > 0"}, True),
        ({"name": "A", "build": {}, "assert": "build.steps.size() > 0"}, True),
    ],
)
def test_a_check_without_a_kind_and_one_with_two_are_refused_by_schema_and_lint(check: object, sound: bool) -> None:
    spec = {**HEAD, "checks": [check]}
    assert Draft202012Validator(SCHEMA).is_valid(spec) is sound
    assert (examine(json.dumps(spec), "checks.yaml", kinds(), {}).spec is not None) is sound
