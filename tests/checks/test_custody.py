"""Kind custody: the chain from the commit to the running response."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.manifests import digest, image, index, section
from tests.simulated import BACKEND, HEAD, NETRA, overlaid, simulate
from validator.words.link import Proof
from validator.words.verdict import Outcome

INVALID = (
    ("{links: [commit]}", "unknown key 'links'"),
    ("true", "found the truth value true, but this takes a mapping"),
)
CUSTODY = HEAD + "  - {name: Custody, custody: {}}\n"
DIGEST = "sha256:" + "ab" * 32
OTHER = f"{{name: us-central1-docker.pkg.dev/netra-staging/netra/frontend, digest: '{DIGEST}'}}"
INDEX = f"{{digest: '{DIGEST}'}}"
BUILD = "3f6f2a2e-0c1d-4c57-8d5e-6f1d1b7a9c42"


def test_each_proven_link_has_its_evidence() -> None:
    run = simulate(CUSTODY, NETRA / "scenario.yaml")
    assert run.verdict("Custody").outcome is Outcome.PASSED
    chain = run.run.targets[0].chain
    assert [link.name for link in chain] == ["commit", "build", "digest", "revision", "traffic", "response", "logs"]
    assert all(link.proof is Proof.PROVEN and link.evidence for link in chain)


@pytest.mark.parametrize(
    ("changes", "link", "proof", "outcome"),
    [
        (f"builds: {{{BUILD}: {{results: {{images: {{0: {OTHER}}}}}}}}}", "build", "broken", "failed"),
        (f"builds: {{{BUILD}: {{results: {{images: {{0: {INDEX}}}}}}}}}", "build", "unproven", "inconclusive"),
        (f"builds: {{{BUILD}: {{status: FAILURE}}}}", "build", "broken", "failed"),
        (f"builds: {{{BUILD}: {{substitutions: {{COMMIT_SHA: deadbeef}}}}}}", "commit", "broken", "failed"),
        (f"builds: {{{BUILD}: {{substitutions: null, sourceProvenance: null}}}}", "commit", "unproven", "inconclusive"),
        (f"builds: {{{BUILD}: null}}", "commit", "unproven", "inconclusive"),
    ],
)
def test_a_broken_link_fails_and_an_unproven_one_is_inconclusive(
    tmp_path: Path, changes: str, link: str, proof: str, outcome: str
) -> None:
    run = simulate(CUSTODY, overlaid(tmp_path, changes + "\n"))
    assert run.verdict("Custody").outcome == outcome, run.verdict("Custody").reason
    assert f"link {link} is {proof}" in run.verdict("Custody").reason


@pytest.mark.parametrize(
    ("scenario", "link", "outcome"),
    [
        ("tag-only-image", "digest", "inconclusive"),
        ("traffic-pinned", "traffic", "failed"),
        ("wrong-revision-answers", "response", "failed"),
        ("no-entries", "logs", "inconclusive"),
        ("logging-denied", "response", "inconclusive"),
    ],
)
def test_each_scenario_names_its_link(scenario: str, link: str, outcome: str) -> None:
    run = simulate(CUSTODY, NETRA / f"{scenario}.yaml")
    assert run.verdict("Custody").outcome == outcome
    assert f"link {link} is" in run.verdict("Custody").reason


def test_the_chain_is_in_the_report_without_a_custody_check() -> None:
    run = simulate(HEAD + "  - {name: Traffic, traffic: {}}\n", NETRA / "scenario.yaml")
    proofs = {link.name: link.proof for link in run.run.targets[0].chain}
    assert proofs["traffic"] is Proof.PROVEN
    assert proofs["commit"] is Proof.UNPROVEN
    assert run.run.targets[0].revision == BACKEND


RUNS, BESIDE = image(5_000), image(6_000)
REPOSITORY = "us-central1-docker.pkg.dev/netra-staging/netra/backend"


def pushed(what: Any, *manifests: Any, more: str = "") -> str:
    """The deployment of a build that pushed something of which the registry has manifests; the revision runs RUNS."""
    return (
        f"builds: {{{BUILD}: {{results: {{images: {{0: {{digest: '{digest(what)}'}}}}}}}}}}\n"
        f'revisions: {{{BACKEND}: {{containers: {{"0": {{image: "{REPOSITORY}@{digest(RUNS)}"}}}}}}}}\n'
        f"{section(REPOSITORY, *manifests)}{more}"
    )


def test_an_index_of_which_the_revision_runs_an_image_is_proven_by_the_registry(tmp_path: Path) -> None:
    whole = index(amd64=RUNS, arm64=BESIDE)
    run = simulate(CUSTODY, overlaid(tmp_path, pushed(whole, whole)))
    assert run.verdict("Custody").outcome is Outcome.PASSED
    link = run.run.targets[0].chain[1]
    assert f"pushed the index {digest(whole)[:19]}, of which {digest(RUNS)[:19]} is an image" in link.reason
    assert f"linux/arm64 {digest(BESIDE)[:19]}" in link.evidence[0].text


@pytest.mark.parametrize(
    ("what", "reason"), [(index(amd64=BESIDE), ", an index without it"), (BESIDE, ", another image")]
)
def test_what_the_registry_knows_to_be_another_image_is_broken(what: Any, reason: str, tmp_path: Path) -> None:
    run = simulate(CUSTODY, overlaid(tmp_path, pushed(what, what)))
    assert run.verdict("Custody").outcome is Outcome.FAILED
    assert reason in run.verdict("Custody").reason


def test_a_registry_that_may_not_be_read_leaves_the_link_unproven_and_names_the_role(tmp_path: Path) -> None:
    whole = index(amd64=RUNS)
    denied = "faults: [{method: GetManifest, code: PERMISSION_DENIED}]\n"
    run = simulate(CUSTODY, overlaid(tmp_path, pushed(whole, whole, more=denied)))
    assert run.verdict("Custody").outcome is Outcome.INCONCLUSIVE
    assert "roles/artifactregistry.reader" in run.verdict("Custody").remedy
    assert f"docker buildx imagetools inspect {REPOSITORY}@{digest(whole)}" in run.verdict("Custody").remedy


def test_no_registry_is_asked_where_the_build_pushed_what_runs() -> None:
    run = simulate(CUSTODY, NETRA / "scenario.yaml")
    assert "GetManifest" not in run.world.calls
