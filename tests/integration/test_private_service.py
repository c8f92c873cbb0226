"""A private service behind real servers, with the real google-auth: what the gate's account needs, and what is told without it."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import pytest

from tests.integration.conftest import Ended, Run
from tests.simulated import ROOT

pytestmark = pytest.mark.slow
CASES = ROOT / "tests" / "cases"
GATE = "gate@acme.iam.gserviceaccount.com"
SPEC = CASES / "private-service" / "spec.yaml"


def run(validator: Run, scenario: Path, spec: Path = SPEC) -> Ended:
    gate = [sys.executable, "-m", "validator", "run", str(spec), "--out", "{out}"]
    return validator("emulate", str(scenario), "--", *gate)


def overlaid(folder: Path, more: str) -> Path:
    path = folder / "scenario.yaml"
    path.write_text(f"extends: {CASES / 'private-service' / 'scenario.yaml'}\n{more}", encoding="utf-8")
    return path


def test_a_private_service_is_proven_with_the_gates_own_tokens(validator: Run) -> None:
    ended = run(validator, CASES / "private-service" / "scenario.yaml")
    assert ended.code == 0, ended.stdout + ended.stderr
    assert {link["proof"] for link in ended.summary["targets"][0]["chain"]} == {"proven"}
    assert ended.check("Nobody")["verdict"] == "inconclusive"
    written = {each.name: each.read_bytes() for each in ended.out.rglob("*") if each.is_file()}
    assert {"summary.json", "report.md", "recording.ndjson.gz"} <= written.keys()
    plain = [gzip.decompress(content) if name.endswith(".gz") else content for name, content in written.items()]
    assert not [each for each in (*plain, ended.stdout.encode(), ended.stderr.encode()) if b"eyJ" in each], "no token"


def test_in_cloud_build_without_the_role_the_report_has_the_command_that_grants_it(
    validator: Run, tmp_path: Path
) -> None:
    ended = run(validator, overlaid(tmp_path, f"metadata: {{account: {GATE}, identity: false}}\n"))
    assert ended.code == 3, ended.stdout + ended.stderr
    grant = (
        f"gcloud iam service-accounts add-iam-policy-binding {GATE} --member=serviceAccount:{GATE}"
        " --role=roles/iam.serviceAccountOpenIdTokenCreator"
    )
    for name in ("Usual", "Its own word", "Tag"):
        check = ended.check(name)
        assert check["verdict"] == "inconclusive"
        assert f"the metadata server has no ID token of {GATE} (404)" in check["reason"]
        assert grant in check["remedy"]
    granted = f'metadata: {{account: {GATE}, identity: false}}\ntoken_makers: {{"{GATE}": ["{GATE}"]}}\n'
    assert run(validator, overlaid(tmp_path, granted)).code == 0
