"""Cloud Build as far as a pipeline sees it: Google's own message, substitutions, one container a step, one workspace.

The images of Google's builders cannot be had here. Their stand-ins are Debian with this machine's docker or gcloud.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from google.cloud.devtools.cloudbuild_v1 import Build
from google.protobuf import json_format

from tests.container.engine import PYTHON_IMAGE, Done, Emulator, docker, environment

_REFERENCE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<braced>\w+)\}|(?P<bare>[A-Z_]\w*))")
_GIVEN = {
    "PROJECT_ID": "web-staging",
    "BUILD_ID": "5f0c9d34-52b1-4b1f-9a53-6f0c6f3f7d11",
    "COMMIT_SHA": "5d1c0ffee5d1c0ffee5d1c0ffee5d1c0ffee5d1c",
}


@dataclass(frozen=True)
class Step:
    """How one step ended."""

    name: str
    done: Done

    @property
    def told(self) -> str:
        """All it printed."""
        return f"{self.name}: exit {self.done.returncode}\n{self.done.stdout}{self.done.stderr}"


def read(file: Path) -> Build:
    """A build's file as Google's message.

    Raises:
        json_format.ParseError: it has a field or a value that the message does not know.
    """
    build = Build()
    json_format.ParseDict(yaml.safe_load(file.read_text("utf-8")), Build.pb(build))
    return build


def steps(build: Build, workspace: Path, emulator: Emulator, given: Mapping[str, str]) -> list[Step]:
    """Run a build's steps in order until one ends it; `given` are the substitutions of the submission."""
    return list(_until_red(build, workspace, emulator, _substitutions(build, given)))


def _until_red(build: Build, workspace: Path, emulator: Emulator, values: Mapping[str, str]) -> Iterator[Step]:
    for number, step in enumerate(build.steps):
        image, *words = (_put(word, values) for word in (step.name, *step.args))
        given = dict(_put(variable, values).split("=", 1) for variable in step.env)
        shown = {**emulator.environment, **given, "HOME": "/builder/home", "CLOUDSDK_CONFIG": "/builder/home/gcloud"}
        entrypoint = ["--entrypoint", step.entrypoint] if step.entrypoint else []
        stand_in, mounts = _stand_in(image)
        if image.endswith("/docker") and not entrypoint:
            entrypoint = ["--entrypoint", "docker"]
        done = docker(
            "run", "--rm", "--network", emulator.network, *environment(shown), *entrypoint, *mounts,
            "--volume", f"{workspace}:/workspace", "--workdir", f"/workspace/{step.dir_}".rstrip("/"), stand_in, *words,
        )  # fmt: skip
        yield Step(step.id or str(number), done)
        if done.returncode and not step.allow_failure:
            return


def _stand_in(image: str) -> tuple[str, list[str]]:
    """The image that a step runs in here, and what it is given of this machine."""
    if image.endswith("/cloud-builders/docker"):
        client = Path(shutil.which("docker") or "docker").resolve()
        mounts = [f"{client}:/usr/local/bin/docker:ro", "/var/run/docker.sock:/var/run/docker.sock"]
        return PYTHON_IMAGE, [*_volumes(mounts), "--env", "DOCKER_BUILDKIT=0"]
    if "/google-cloud-cli:" in image:
        program = shutil.which("gcloud")
        assert program, "gcloud is needed to run the pipelines: install the Google Cloud CLI"
        kit = Path(program).resolve().parents[1]
        path = f"PATH={kit}/bin:/usr/local/bin:/usr/bin:/bin"
        return PYTHON_IMAGE, [*_volumes([f"{kit}:{kit}:ro"]), "--env", path, "--env", "CLOUDSDK_PYTHON=python3"]
    return image, []


def _volumes(mounts: list[str]) -> list[str]:
    return [word for mount in mounts for word in ("--volume", mount)]


def _substitutions(build: Build, given: Mapping[str, str]) -> dict[str, str]:
    """The values, the build's own put into one another; both directions are checked as Cloud Build does."""
    own = dict(build.substitutions)
    texts = [text for step in build.steps for text in (step.name, *step.args, *step.env)] + list(build.images)
    used = {found["braced"] or found["bare"] for text in texts for found in _REFERENCE.finditer(text)}
    assert set(own) <= used, f"substitutions that nothing uses: {sorted(set(own) - used)}"
    assert set(given) <= set(own), f"substitutions that the build does not have: {sorted(set(given) - set(own))}"
    values = {**own, **given}
    return {**_GIVEN, **{name: _put(value, {**values, **_GIVEN}) for name, value in values.items()}}


def _put(text: str, values: Mapping[str, str]) -> str:
    """A text with its references replaced.

    Raises:
        KeyError: a reference to nothing.
    """
    return _REFERENCE.sub(lambda found: "$" if found["dollar"] else values[found["braced"] or found["bare"]], text)
