"""The tests of the container see red: each promise is broken in a copy of the tree, and the test that holds it fails."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.container.engine import ROOT, docker, run


@dataclass(frozen=True)
class Break:
    """One change to one file, and a test that must fail after it."""

    file: str
    before: str
    after: str
    test: str


BREAKS = {
    "the entrypoint": Break(
        "Dockerfile",
        'ENTRYPOINT ["/usr/local/bin/validator"]',
        'ENTRYPOINT ["/usr/local/bin/validate"]',
        "test_image.py::test_without_arguments_it_prints_help_that_leads",
    ),
    "an input's name": Break(
        "action.yml",
        "  only:\n",
        "  just:\n",
        "test_action.py::test_the_inputs_that_are_declared_are_used_and_named_as_workflows_do",
    ),
    "an input's variable": Break(
        "action.yml", "VALIDATOR_SPEC:", "VALIDATOR_FILE:", "test_action.py::test_every_input_arrives"
    ),
    "an output": Break(
        "validator/report/outputs.py",
        '"revision": main',
        '"version": main',
        "test_gate.py::test_on_github_it_sets_the_outputs_that_the_action_declares",
    ),
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_promise_is_seen(what: str, tmp_path: Path) -> None:
    broken, tag = BREAKS[what], "validator:broken"
    ignored = shutil.ignore_patterns(".git", ".venv", ".*_cache", "out", "__pycache__")
    shutil.copytree(ROOT, tmp_path, ignore=ignored, symlinks=True, dirs_exist_ok=True)
    file = tmp_path / broken.file
    text = file.read_text("utf-8")
    assert text.count(broken.before) == 1
    file.write_text(text.replace(broken.before, broken.after), "utf-8")
    classic = {**os.environ, "DOCKER_BUILDKIT": "0"}
    built = docker("build", "--quiet", "--network", "host", "--tag", tag, tmp_path, env=classic)
    assert built.returncode == 0, built.stdout + built.stderr
    done = run(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/container/{broken.test}",
        env={**os.environ, "CONTAINER_IMAGE": tag, "CONTAINER_TREE": str(tmp_path)},
        cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"FAILED tests/container/{broken.test}" in done.stdout
