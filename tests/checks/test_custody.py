"""Kind custody: the chain from the commit to the running response."""

from __future__ import annotations

from pathlib import Path

import pytest

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
