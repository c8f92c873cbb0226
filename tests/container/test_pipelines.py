"""The pipelines that people paste: of the published form, and those of Cloud Build run step by step."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.container.cloud_build import read, steps
from tests.container.engine import IMAGE, ROOT, TOOLS, TREE, docker, emulated, run

PIPELINES = ROOT / "examples/pipelines"
WEB = ROOT / "tests/container/web.yaml"
FORMS = {
    "vendor.cloudbuild": [ROOT / "cloudbuild.yaml", *PIPELINES.glob("cloud-build*.yaml")],
    "vendor.github-workflows": [
        *PIPELINES.glob("github*.yml"),
        *ROOT.glob(".github/workflows/*.yml"),
        *ROOT.glob("tests/container/workflows/*.yml"),
    ],
    "vendor.dependabot": [*ROOT.glob(".github/dependabot.yml")],
    "vendor.gitlab-ci": [PIPELINES / "gitlab-ci.yml"],
}


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[str]:
    """A registry on the machine's loopback."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    config = tmp_path / "registry.yml"
    store = {"filesystem": {"rootdirectory": str(tmp_path / "registry")}}
    config.write_text(json.dumps({"version": 0.1, "storage": store, "http": {"addr": address}}), "utf-8")
    log = (tmp_path / "registry.log").open("wb")
    process = subprocess.Popen(["docker-registry", "serve", config], stdout=log, stderr=log)
    try:
        host, port = address.split(":")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection((host, int(port)), 1).close()
                break
            except OSError:
                time.sleep(0.1)  # between looks at another process
        yield address
    finally:
        process.terminate()
        process.wait()
        log.close()


@pytest.mark.parametrize("form", FORMS)
def test_every_file_is_of_its_published_form(form: str) -> None:
    assert FORMS[form]
    transform = ["--data-transform", "gitlab-ci"] if form == "vendor.gitlab-ci" else []
    done = run(TOOLS / "check-jsonschema", "--builtin-schema", form, *transform, *FORMS[form])
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("spec", ["checks.yaml", "canary.yaml"])
def test_every_spec_has_no_mistake(spec: str) -> None:
    mount = ("--volume", f"{PIPELINES}:/workspace:ro")
    done = docker("run", "--rm", "--network", "none", *mount, "--env", "PROJECT_ID=web-staging", IMAGE, "lint", spec)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_repositorys_own_build_tries_the_image_and_deploys_nothing(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns(".git", ".venv", ".*_cache", "out", "__pycache__")
    shutil.copytree(TREE, tmp_path, ignore=ignored, symlinks=True, dirs_exist_ok=True)
    build = read(ROOT / "cloudbuild.yaml")
    with emulated(WEB) as emulator:
        done = steps(build, tmp_path, emulator, {"_VALIDATOR": "validator", "_VERSION": "cloud-build"})
    assert [step.name for step in done] == ["build", "test"], done[-1].told
    assert done[-1].done.returncode == 0, done[-1].told
    assert list(build.images) == ["${_VALIDATOR}:${_VERSION}", "${_VALIDATOR}:latest"]


def test_deploy_with_gate(tmp_path: Path, registry: str) -> None:
    workspace = _workspace(tmp_path)
    build = read(PIPELINES / "cloud-build.yaml")
    with emulated(WEB) as emulator:
        done = steps(build, workspace, emulator, {"_VALIDATOR": IMAGE, "_IMAGE": f"{registry}/web/web:2"})
    assert len(done) == len(build.steps), done[-1].told
    assert {step.name: step.done.returncode for step in done} == dict.fromkeys((step.name for step in done), 0), done[
        3
    ].told


def test_a_red_gate_turns_the_build_red_after_its_reports_were_kept(tmp_path: Path, registry: str) -> None:
    workspace = _workspace(tmp_path)
    spec = workspace / "checks.yaml"
    spec.write_text(
        spec.read_text("utf-8").replace("status: 200", "status: 418").replace("within: 2m", "within: 10s"), "utf-8"
    )
    build = read(PIPELINES / "cloud-build.yaml")
    with emulated(WEB) as emulator:
        done = steps(build, workspace, emulator, {"_VALIDATOR": IMAGE, "_IMAGE": f"{registry}/web/web:2"})
    codes = {step.name: step.done.returncode for step in done}
    assert codes == {"build": 0, "push": 0, "deploy": 0, "gate": 1, "keep the reports": 0, "verdict": 1}, done[-1].told
    assert json.loads((workspace / "gate/summary.json").read_text("utf-8"))["headline"]["check"] == "Healthy"


def test_a_canary_is_judged_before_and_after_its_promotion(tmp_path: Path) -> None:
    workspace = _workspace(tmp_path)
    build = read(PIPELINES / "cloud-build-canary.yaml")
    with emulated(WEB) as emulator:
        done = steps(
            build, workspace, emulator, {"_VALIDATOR": IMAGE, "_IMAGE": "us-docker.pkg.dev/cloudrun/container/hello"}
        )
    assert len(done) == len(build.steps), done[-1].told
    assert done[-1].done.returncode == 0, done[-1].told
    runs = [json.loads((workspace / f"gate/{name}/summary.json").read_text("utf-8")) for name in ("candidate", "live")]
    candidate, live = (one["targets"][0] for one in runs)
    assert candidate["revision"] == live["revision"]
    assert [share["percent"] for share in live["serving"] if share["revision"] == live["revision"]] == [100]


def _workspace(folder: Path) -> Path:
    """What a person has who pasted the pipelines: an application and the specs."""
    workspace = folder / "workspace"
    shutil.copytree(ROOT / "tests/container/app", workspace)
    for spec in ("checks.yaml", "canary.yaml"):
        shutil.copy(PIPELINES / spec, workspace)
    return workspace
