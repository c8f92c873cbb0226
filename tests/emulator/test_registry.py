"""The emulator's registry, asked by a client that it does not know."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tests.simulated import NETRA
from validator.emulator.servers.emulator import Emulator

IMAGE = "us-central1-docker.pkg.dev/netra-staging/netra/backend"


@pytest.mark.slow
def test_skopeo_reads_a_manifest_through_it() -> None:
    """Which asks by https first, and is refused, then in plain."""
    with Emulator(NETRA / "scenario.yaml") as emulator:
        repository = emulator.scenario.images[IMAGE]
        digest, text = next(iter(repository.items()))
        proxy = f"http://127.0.0.1:{emulator.http_port}"
        done = subprocess.run(
            ["skopeo", "inspect", "--raw", "--tls-verify=false", f"docker://{IMAGE}@{digest}"],
            env={
                "PATH": os.environ["PATH"],
                "HOME": os.environ.get("HOME", "/"),
                "http_proxy": proxy,
                "https_proxy": proxy,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(text)
