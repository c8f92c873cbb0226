"""The image as users get it: small, complete, without tools, the same from the same sources, and fit for any user."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from pathlib import Path

import pytest

from tests.container.engine import BASE, IMAGE, ROOT, TOOLS, TREE, docker, emulated, environment, gate, lay_example, run

MEGABYTE = 1_000_000


def test_without_arguments_it_prints_help_that_leads() -> None:
    done = docker("run", "--rm", IMAGE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: validator")
    for word in ("run", "lint", "demo", "exit codes:"):
        assert word in done.stdout


def test_a_wrong_flag_exits_2_and_is_named() -> None:
    done = docker("run", "--rm", IMAGE, "run", "--wrong")
    assert done.returncode == 2
    assert "--wrong" in done.stderr


def test_a_missing_spec_exits_2_and_is_named() -> None:
    done = docker("run", "--rm", "--network", "none", IMAGE, "run", "nowhere.yaml")
    assert done.returncode == 2
    assert "nowhere.yaml" in done.stderr


def test_the_dockerfile_has_no_findings() -> None:
    done = run(TOOLS / "hadolint", TREE / "Dockerfile")
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_structure() -> None:
    config = ROOT / "tests/container/structure.yaml"
    done = run(TOOLS / "container-structure-test", "test", "--no-color", "--image", IMAGE, "--config", config)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_is_at_most_200_mb_over_its_base() -> None:
    sizes = [int(docker("image", "inspect", "--format", "{{.Size}}", name).stdout) for name in (IMAGE, BASE)]
    assert sizes[0] - sizes[1] <= 200 * MEGABYTE


def test_it_starts_within_a_second_of_an_empty_container() -> None:
    def fastest(*words: str) -> float:
        times = []
        for _ in range(3):
            before = time.monotonic()
            assert docker("run", "--rm", *words).returncode == 0
            times.append(time.monotonic() - before)
        return min(times)

    assert fastest(IMAGE, "--version") - fastest("--entrypoint", "true", IMAGE) < 1.0


def test_the_demo_passes_without_any_network() -> None:
    done = docker("run", "--rm", "--network", "none", IMAGE, "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASSED" in done.stdout.splitlines()[-2] + done.stdout.splitlines()[-1]


def test_it_needs_no_right_of_roots(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    lay_example(tmp_path)
    bound = ("--user", "65532", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
    mount = ("--volume", f"{tmp_path}:/workspace")
    with emulated("netra/scenario.yaml", host=True) as emulator:
        done = docker(*gate(emulator, "run", options=(*bound, *mount)))
    assert emulator.network == "host"
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "out/summary.json").stat().st_uid == 65532


def test_sigterm_during_a_run_writes_the_summary_within_2_seconds_and_exits_143(tmp_path: Path) -> None:
    lay_example(tmp_path)
    with emulated("netra/scenario.yaml") as emulator:
        words = (
            "--network",
            emulator.network,
            *environment(emulator.environment),
            "--volume",
            f"{tmp_path}:/workspace",
        )
        name = docker("run", "--detach", *words, IMAGE, "run").stdout.strip()
        try:
            deadline = time.monotonic() + 20
            while "Build succeeded: " not in docker("logs", name).stdout and time.monotonic() < deadline:
                time.sleep(0.1)  # between looks at another process
            before = time.monotonic()
            docker("kill", "--signal", "TERM", name)
            code = docker("wait", name).stdout.strip()
            took = time.monotonic() - before
        finally:
            docker("rm", "--force", name)
    assert code == "143"
    assert took < 2.0
    summary = json.loads((tmp_path / "out/summary.json").read_text("utf-8"))
    assert (summary["ending"], summary["exit_code"]) == ("interrupted", 143)


@pytest.mark.parametrize("platform", ["x86_64", "aarch64"])
def test_every_dependency_has_a_wheel_for_this_platform(platform: str, tmp_path: Path) -> None:
    """One image cannot be built for arm64 here; what could differ between them is held: the wheels."""
    wanted = (
        "--platform",
        f"manylinux_2_28_{platform}",
        "--platform",
        f"manylinux2014_{platform}",
        "--platform",
        f"manylinux_2_17_{platform}",
    )
    done = run(
        TOOLS / "python", "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", tmp_path,
        "--require-hashes", "--only-binary", ":all:", "--python-version", "3.13", "--implementation", "cp",
        *wanted, "--requirement", TREE / "requirements.txt",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_bill_of_materials_is_valid_and_whole(tmp_path: Path) -> None:
    done = run(ROOT / "scripts/sbom.sh", IMAGE)
    assert done.returncode == 0, done.stderr
    file = tmp_path / "sbom.cdx.json"
    file.write_text(done.stdout, "utf-8")
    valid = (
        "import sys; from pathlib import Path\n"
        "from cyclonedx.schema import SchemaVersion; from cyclonedx.validation.json import JsonStrictValidator\n"
        "sys.exit(JsonStrictValidator(SchemaVersion.V1_6).validate_str(Path(sys.argv[1]).read_text('utf-8')))"
    )
    checked = run(TOOLS / "python", "-c", valid, file)
    assert checked.returncode == 0, checked.stderr
    named = {part["purl"].partition("?")[0] for part in json.loads(done.stdout)["components"]}
    pinned = re.findall(r"^([\w.-]+)==([^ ;]+)", (TREE / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    assert {f"pkg:pypi/{name}@{version}" for name, version in pinned} <= named
    assert any(name.startswith("pkg:deb/debian/python3.13@") for name in named)
    assert run(ROOT / "scripts/sbom.sh", IMAGE).stdout == done.stdout


def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    """All of /opt/validator, with modes and times; Debian's own packages are as new as the build."""
    again = tmp_path / "again"
    shutil.copytree(TREE, again, ignore=shutil.ignore_patterns(".git", ".venv", ".*_cache", "out"), symlinks=True)
    tag = "validator:again"
    built = docker(
        "build",
        "--quiet",
        "--no-cache",
        "--network",
        "host",
        "--tag",
        tag,
        again,
        env={**os.environ, "DOCKER_BUILDKIT": "0"},
    )
    assert built.returncode == 0, built.stdout + built.stderr
    assert _files(tag) ^ _files(IMAGE) == set()


def _files(image: str) -> set[str]:
    """A line for each file: its mode, owner, time, name and the hash of its bytes."""
    command = (
        "cd /opt/validator; find . -mindepth 1 -printf '%M %U:%G %T@ %p %l\\n'; find . -type f -exec sha256sum {} +"
    )
    done = docker("run", "--rm", "--network", "none", "--entrypoint", "sh", image, "-c", command)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines())
