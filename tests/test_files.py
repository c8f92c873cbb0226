"""Which files a spec may be, and may include: real ones, on a real file system."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from validator.cli import main
from validator.files import LIMIT

HEAD = "version: 1\ntarget: {project: acme, region: europe-west4, service: cart}\n"
SHARED = "checks: [{name: Shared, traffic: {}}]\n"
SECRET = "hunter2-hunter2"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "deploy"
    (made / "shared").mkdir(parents=True)
    (made / "shared" / "traffic.yaml").write_text(SHARED, encoding="utf-8")
    (tmp_path / "outside.yaml").write_text(SHARED, encoding="utf-8")
    (tmp_path / "outside.env").write_text(f"API_TOKEN={SECRET}\n", encoding="utf-8")
    return made


def lint(folder: Path, include: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    path = folder / "checks.yaml"
    path.write_text(f"{HEAD}include: [{include}]\n", encoding="utf-8")
    code = main(["lint", str(path)])
    told = capsys.readouterr()
    return code, told.out + told.err


def test_a_regular_file_below_the_spec_is_included(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint(folder, "shared/traffic.yaml", capsys)[0] == 0
    (folder / "link.yaml").symlink_to("shared/traffic.yaml")
    assert lint(folder, "link.yaml", capsys)[0] == 0
    assert lint(folder, "shared/../shared/traffic.yaml", capsys)[0] == 0


def test_what_lies_outside_of_the_folder_is_not_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "out.yaml").symlink_to(folder.parent / "outside.yaml")
    (folder / "up").symlink_to(folder.parent)
    for name in ("../outside.yaml", "out.yaml", "up/outside.yaml", "shared/../../outside.env"):
        code, told = lint(folder, name, capsys)
        assert code == 2
        assert "cannot be read: it lies outside of the spec's folder" in told
    for name in ("/proc/self/environ", "/dev/zero", str(folder / "shared" / "traffic.yaml")):
        code, told = lint(folder, name, capsys)
        assert code == 2
        assert f"{name} is a whole path; write one from this file's folder" in told


def test_what_is_no_regular_file_is_not_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    (folder / "zero").symlink_to("/dev/zero")
    for name, told in (
        ("pipe", "pipe cannot be read: it is no regular file but a device, pipe or socket"),
        ("shared", "shared cannot be read: it is a folder"),
        ("loop", "loop cannot be read: "),
        ("zero", "zero cannot be read: it lies outside of the spec's folder"),
        ("nowhere.yaml", "nowhere.yaml cannot be read: No such file or directory"),
        ('"a\\0b"', "cannot be read: "),
        ("x" * 300, "cannot be read: "),
    ):
        code, said = lint(folder, name, capsys)
        assert code == 2
        assert told in said


def test_a_file_is_sized_before_it_is_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    huge = folder / "huge.yaml"
    with huge.open("wb") as opened:
        opened.truncate(20 << 30)  # it takes no room
    code, told = lint(folder, "huge.yaml", capsys)
    assert code == 2
    assert f"huge.yaml cannot be read: it has {20 << 30} bytes, and at most {LIMIT} are read" in told
    assert main(["lint", str(huge)]) == 2
    assert f"huge.yaml cannot be read: it has {20 << 30} bytes" in capsys.readouterr().err


def test_nothing_is_quoted_of_a_file_that_is_no_spec(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".env").write_text(f"API_TOKEN={SECRET}\n", encoding="utf-8")
    (folder / "key.json").write_text(f'{{"type": "service_account",\n "private_key": "{SECRET}"}}\n', encoding="utf-8")
    (folder / "odd.bin").write_bytes(b"\xff\xfe" + SECRET.encode())
    (folder / "broken.txt").write_text(f"- a: [{SECRET}\n", encoding="utf-8")
    for name in (".env", "key.json", "odd.bin", "broken.txt"):
        code, told = lint(folder, name, capsys)
        assert code == 2
        assert f"{name} is not a file of checks: it has no key `checks`" in told
        assert SECRET not in told
        assert main(["lint", str(folder / name)]) == 2
        said = capsys.readouterr()
        assert SECRET not in said.out + said.err


@pytest.mark.parametrize("command", ["lint", "plan", "run"])
def test_a_spec_that_is_no_regular_file_is_a_usage_error(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, told in (
        (tmp_path / "pipe", "it is no regular file but a device, pipe or socket"),
        (Path("/dev/zero"), "it is no regular file but a device, pipe or socket"),
        (tmp_path, "it is a folder"),
    ):
        assert main([command, str(path)]) == 2
        assert capsys.readouterr().err == f"validator: {path} cannot be read: {told}\n"


def test_the_value_of_a_reference_is_never_told(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORD", SECRET)
    path = folder / "checks.yaml"
    path.write_text(
        HEAD + "timeout: ${WORD}\ninclude: ['${WORD}', 'shared/${WORD}.yaml']\n"
        "checks: [{name: '${WORD}', within: '${WORD}', needs: ['${WORD}x'], traffic: {percent: '${WORD}'}},\n"
        "  {name: '${WORD}', target: '${WORD}', http: {path: '/${WORD}z', expect: {text: '(${WORD}'}}}]\n",
        encoding="utf-8",
    )
    for form in ("human", "json", "github", "sarif"):
        assert main(["lint", str(path), "--format", form]) == 2
        said = capsys.readouterr()
        assert SECRET not in said.out + said.err
        assert "${WORD}" in said.out + said.err
