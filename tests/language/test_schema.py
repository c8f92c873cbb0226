"""The published schema: sound by the official metaschema, held by check-jsonschema against the whole corpus."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.language.listed import listed
from validator.checks import kinds
from validator.cli import main
from validator.language import published

ROOT = Path(__file__).parent.parent.parent
SPECS = ROOT / "tests" / "specs"
FILE = ROOT / "validator" / "language" / "checks.schema.json"
SCHEMA = json.loads(FILE.read_text(encoding="utf-8"))
VALID = [*sorted(SPECS.glob("valid/*.yaml")), *sorted(ROOT.glob("examples/kinds/*.yaml")), ROOT / "checks.yaml"]
REFUSED = sorted(SPECS.glob("invalid/structure/*.yaml"))


def check_jsonschema(folder: Path, *files: Path) -> dict[str, bool]:
    """Whether check-jsonschema accepts each file under the schema of all kinds that there are, by its path."""
    schema = folder / "checks.schema.json"
    schema.write_text(json.dumps(published.published(kinds())), encoding="utf-8")
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
def test_check_jsonschema_finds_it_sound() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--check-metaschema", str(FILE)]
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
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(published.published(kinds())))
    assert main(["schema", "summary"]) == 0
    assert "headline" in capsys.readouterr().out


def test_the_published_file_is_what_the_kinds_make_it() -> None:
    """Of a kind that was just added nothing is published yet: `scripts/reference.py --check` asks for that."""
    names = [name for name in SCHEMA["properties"]["checks"]["items"]["properties"] if name in kinds()]
    assert json.loads(json.dumps(published.published(listed(names)))) == SCHEMA
