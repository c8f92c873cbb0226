"""Kind http: what is sent, as the service receives it."""

from __future__ import annotations

import hashlib
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from tests.simulated import HEAD, NETRA, Finished, simulate
from validator.checks import kinds
from validator.engine.outcome import known_secrets
from validator.evidence.journal import Sent
from validator.files import below
from validator.language.load import load
from validator.language.mistake import BadSpec
from validator.words.call import Exchange
from validator.words.verdict import Outcome

PHOTO = b"\x89PNG\r\n\x1a\n\x00\xff"


def sent(folder: Path, options: str, more: str = "") -> tuple[Exchange, Finished]:
    check = f"{HEAD}  - {{name: Probe, {more}http: {{path: /health, {options}}}}}\n"
    run = simulate(check, NETRA / "scenario.yaml", folder=folder)
    calls = [record.call for record in run.engine.journal if isinstance(record, Sent)]
    return next(call for call in calls if isinstance(call, Exchange) and call.method != "HEAD"), run


@pytest.mark.parametrize(
    ("options", "body", "kind"),
    [
        ("body: hé", "hé".encode(), None),
        ("json: {a: [1, é]}", '{"a": [1, "é"]}'.encode(), "application/json"),
        ("json: null", b"null", "application/json"),
        ("json: {}, headers: {content-type: application/vnd.api+json}", b"{}", "application/vnd.api+json"),
        ("form: {a: 'b c&d', e: [f, é]}", b"a=b+c%26d&e=f&e=%C3%A9", "application/x-www-form-urlencoded"),
        ("body: {file: order.xml}", b"<order/>", "text/xml"),
        ("body: {file: photo.png}", PHOTO, "image/png"),
        ("body: {file: data.unknown}", b"?", "application/octet-stream"),
    ],
)
def test_a_body_is_sent_with_its_type(tmp_path: Path, options: str, body: bytes, kind: str | None) -> None:
    (tmp_path / "order.xml").write_bytes(b"<order/>")
    (tmp_path / "photo.png").write_bytes(PHOTO)
    (tmp_path / "data.unknown").write_bytes(b"?")
    call, _ = sent(tmp_path, f"method: PUT, {options}")
    assert call.body == body
    assert {name.lower(): value for name, value in call.headers}.get("content-type") == kind


def test_parts_are_read_as_they_were_written(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(PHOTO)
    call, _ = sent(tmp_path, "method: POST, multipart: {title: 'Ann\"s', photo: {file: photo.png}}")
    kind = dict(call.headers)["Content-Type"]
    whole = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + (call.body or b""))
    parts: list[Any] = list(whole.walk())[1:]
    assert [part.get_payload(decode=True) for part in parts] == [b'Ann"s', PHOTO]
    assert [part.get_param("name", header="content-disposition") for part in parts] == ["title", "photo"]
    assert (parts[1].get_filename(), parts[1].get_content_type()) == ("photo.png", "image/png")


def test_a_file_is_told_by_its_hash_and_is_part_of_the_specs_own(tmp_path: Path) -> None:
    specs = []
    for content in (b"<order/>", b"<other/>"):
        (tmp_path / "order.xml").write_bytes(content)
        _, run = sent(tmp_path, "method: POST, body: {file: order.xml}")
        told = f"order.xml (sha256:{hashlib.sha256(content).hexdigest()[:12]})"
        assert told in run.verdict("Probe").evidence[0].text
        specs.append(run.engine.spec.digest)
    assert specs[0] != specs[1]


def test_a_post_is_sent_once_unless_it_says_within(tmp_path: Path) -> None:
    for more, often in (("", 1), ("within: 6s, ", 3)):
        _, run = sent(tmp_path, "method: POST, form: {a: b}, expect: {status: 418}", more)
        made = [each for each in run.engine.journal if isinstance(each, Sent) and getattr(each.call, "body", None)]
        assert len(made) == often
        assert run.verdict("Probe").outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("missing.xml", "missing.xml cannot be read: No such file"),
        ("../outside.xml", "it lies outside of the spec's folder"),
        ("link.xml", "it lies outside of the spec's folder"),
        (".", "it is a folder"),
        ("huge.bin", "bytes, and at most 1048576 are read"),
        ("${capture.name}", "the file is read before the run begins, when nothing is captured yet"),
    ],
)
def test_only_files_of_the_specs_own_folder_are_sent(tmp_path: Path, name: str, told: str) -> None:
    folder = tmp_path / "spec"
    folder.mkdir()
    (tmp_path / "outside.xml").write_text("secret", encoding="utf-8")
    (folder / "link.xml").symlink_to(tmp_path / "outside.xml")
    with (folder / "huge.bin").open("wb") as huge:
        huge.truncate(20 << 20)
    first = "  - {name: First, http: {path: /}, capture: {name: text}}\n"
    spec = f"{HEAD}{first}  - {{http: {{path: /a, method: POST, body: {{file: '{name}'}}}}}}\n"
    with pytest.raises(BadSpec) as caught:
        load(spec, str(folder / "checks.yaml"), kinds(), {}, read=below(folder))
    assert told in str(caught.value)
    assert "secret" not in str(caught.value)


def test_what_a_form_holds_under_a_secrets_name_is_never_shown(tmp_path: Path) -> None:
    for options in ("form: {user: ann, password: hunter2hunter2}", "multipart: {user: ann, password: hunter2hunter2}"):
        _, run = sent(tmp_path, f"method: POST, {options}")
        assert "hunter2hunter2" in known_secrets(run.engine.verdicts)
