"""Kind image: the image that the revision runs, by its registry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.manifests import digest, image, index, section
from tests.simulated import HEAD, Finished, overlaid, simulate
from validator.evidence.record_json import read, written
from validator.words.call import Answer, Call, GetManifest, Result
from validator.words.verdict import Outcome

INVALID = (
    ("{size: 400}", "found the number 400, but this takes text"),
    ("{size: {max: 400M}}", "'400M' is not a size; write one such as 400MB or 120MiB"),
    ("{size: {min: 0B}}", "min 0B demands nothing"),
    ("{growth: {max: 10}}", "found the number 10, but this takes text; write 10%"),
    ("{growth: 10%}", "found '10%', but this takes a mapping"),
    ("{layers: {min: 3, max: 2}}", "min 3 is more than max 2"),
    ("{digest: abc}", "'abc' is not a digest, which is sha256: and 64 hexadecimal digits"),
    ("{sise: 1MB}", "unknown key 'sise' (did you mean size?)"),
)
REPOSITORY = "us-central1-docker.pkg.dev/netra-staging/netra/backend"
OLD = image(60_000_000, 40_000_000)
NEW = image(10_000_000, 12_000_000)


def judged(
    options: str,
    folder: Path,
    *manifests: Any,
    runs: Any = NEW,
    ran: Any = OLD,
    more: str = "",
    faults: str = "",
    check: str = "",
) -> Finished:
    def revision(name: str, what: Any) -> str:
        reference = f"@{digest(what)}" if isinstance(what, dict) else f":{what}"
        return f'{name}: {{containers: {{"0": {{image: "{REPOSITORY}{reference}"}}}}}}'

    both = f"{revision('netra-backend-staging-00645-l8x', runs)}, {revision('netra-backend-staging-00644-q2c', ran)}"
    changes = f"revisions: {{{both}}}\n{section(REPOSITORY, *(manifests or (NEW, OLD)))}{faults}"
    return simulate(f"{HEAD}  - {{name: Image, image: {options}{check}}}\n{more}", overlaid(folder, changes))


@pytest.mark.parametrize(
    ("options", "outcome", "reason"),
    [
        ("{}", Outcome.PASSED, "the image has 22.0 MB"),
        ("{size: {max: 23MB}}", Outcome.PASSED, "the image has 22.0 MB"),
        ("{size: {max: 20MiB}}", Outcome.FAILED, "the image has 22.0 MB"),
        ("{growth: {max: -70%}}", Outcome.PASSED, "it is 78.0 % smaller than before: 22.0 MB and not 100 MB"),
        ("{growth: {max: -80%}}", Outcome.FAILED, "it is 78.0 % smaller than before: 22.0 MB and not 100 MB"),
        ("{layers: 2}", Outcome.PASSED, "it has 2 layers"),
        ("{layers: {max: 1}}", Outcome.FAILED, "it has 2 layers"),
        (f"{{digest: '{digest(NEW)}'}}", Outcome.PASSED, f"the revision runs {digest(NEW)}"),
        (f"{{digest: '{digest(OLD)}'}}", Outcome.FAILED, f"the revision runs {digest(NEW)}"),
        ("{baseline: netra-backend-staging-00644-q2c, growth: {max: 0%}}", Outcome.PASSED, "78.0 % smaller"),
        ("{baseline: netra-backend-staging-00600-abc, growth: {max: 0%}}", Outcome.INCONCLUSIVE, "there is no revision netra-backend-staging-00600-abc"),
        ("{container: proxy}", Outcome.INCONCLUSIVE, "netra-backend-staging-00645-l8x has no container proxy"),
    ],
)  # fmt: skip
def test_it_is_judged_by_its_manifest(options: str, outcome: Outcome, reason: str, tmp_path: Path) -> None:
    run = judged(options, tmp_path)
    assert run.verdict("Image").outcome is outcome
    assert reason in run.verdict("Image").reason
    assert run.decided("Image") < 5


def test_an_image_that_grew_fails_with_both_sizes(tmp_path: Path) -> None:
    run = judged("{growth: {max: 10%}}", tmp_path, runs=OLD, ran=NEW)
    assert run.verdict("Image").outcome is Outcome.FAILED
    assert "it is 354.5 % larger than before: 100 MB and not 22.0 MB" in run.verdict("Image").reason
    assert [excerpt.source for excerpt in run.verdict("Image").evidence] == ["registry", "registry"]


def test_asserts_see_sizes_layers_digest_and_growth(tmp_path: Path) -> None:
    seen = (
        f", assert: [size == 22000100, 'layers == [10000000, 12000000]', \"digest == '{digest(NEW)}'\", growth < -70.0]"
    )
    assert judged("{}", tmp_path, check=seen).verdict("Image").outcome is Outcome.PASSED


ATTESTATION = image(10, config=1)
INDEX = index(unknown=ATTESTATION, arm64=OLD, amd64=NEW)


def test_of_an_index_the_image_for_cloud_runs_platform_counts(tmp_path: Path) -> None:
    run = judged("{size: {max: 23MB}}", tmp_path, INDEX, NEW, runs=INDEX)
    verdict = run.verdict("Image")
    assert verdict.outcome is Outcome.PASSED
    assert f"of the index {digest(INDEX)[:19]}: 22.0 MB in 2 layers" in verdict.evidence[0].text
    either = judged(f"{{digest: '{digest(NEW)}'}}", tmp_path, INDEX, NEW, runs=INDEX)
    assert either.verdict("Image").outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("manifests", "runs", "reason"),
    [
        ((OLD,), NEW, f"the registry has no {REPOSITORY}@{digest(NEW)[:19]} any more"),
        ((INDEX,), INDEX, f"the registry has no {REPOSITORY}@{digest(NEW)[:19]} any more"),
        ((index(arm64=NEW),), index(arm64=NEW), "has no image for linux/amd64"),
        ((index(),), index(), "has no image for linux/amd64"),
        ((NEW,), "v7", f"what runs is not known by digest, but by the tag {REPOSITORY}:v7"),
    ],
)
def test_an_image_that_is_not_known_is_inconclusive(
    manifests: tuple[Any, ...], runs: Any, reason: str, tmp_path: Path
) -> None:
    verdict = judged("{size: {max: 23MB}}", tmp_path, *manifests, runs=runs).verdict("Image")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert reason in verdict.reason


def test_a_baseline_that_the_registry_lost_is_inconclusive(tmp_path: Path) -> None:
    verdict = judged("{growth: {max: 0%}}", tmp_path, NEW).verdict("Image")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason.startswith("the image of previous is not known: the registry has no ")


def test_a_refusal_names_the_role_and_the_images_own_project(tmp_path: Path) -> None:
    denied = "faults: [{method: GetManifest, code: PERMISSION_DENIED, message: no}]\n"
    verdict = judged("{}", tmp_path, faults=denied).verdict("Image")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "the registry does not let the gate's account read" in verdict.reason
    assert "add-iam-policy-binding netra-staging" in verdict.remedy
    assert verdict.remedy.endswith("--role=roles/artifactregistry.reader")


def test_a_registry_that_is_down_for_a_while_is_asked_again(tmp_path: Path) -> None:
    down = "faults: [{method: GetManifest, code: UNAVAILABLE, first: 2}]\n"
    assert judged("{}", tmp_path, faults=down).verdict("Image").outcome is Outcome.PASSED


@pytest.mark.parametrize("size", [-1, True, "5", 1.5, None])
def test_a_manifest_that_makes_no_sense_is_inconclusive(size: Any, tmp_path: Path) -> None:
    odd = image(5)
    odd["layers"][0]["size"] = size
    verdict = judged("{size: {max: 1GB}}", tmp_path, odd, runs=odd).verdict("Image")
    assert verdict.outcome is Outcome.INCONCLUSIVE


def test_equal_images_are_asked_for_once_a_check_or_not(tmp_path: Path) -> None:
    asked: list[GetManifest] = []

    def counted(ask: Any, call: Call, at: float) -> tuple[float, Result]:
        asked.extend([call] if isinstance(call, GetManifest) else [])
        return ask(call, at)  # type: ignore[no-any-return]

    changes = section(REPOSITORY, NEW)
    more = f'revisions: {{netra-backend-staging-00645-l8x: {{containers: {{"0": {{image: "{REPOSITORY}@{digest(NEW)}"}}}}}}}}\n'
    checks = "  - {name: A, image: {size: {max: 1GB}}}\n  - {name: B, image: {layers: 2}}\n"
    simulate(HEAD + checks, overlaid(tmp_path, changes + more), wrap=counted)
    assert len(asked) == 1


def test_its_journal_is_judged_again_to_the_same_and_can_be_recorded(tmp_path: Path) -> None:
    finished = judged("{growth: {max: -70%}}", tmp_path, INDEX, NEW, OLD, runs=INDEX)
    assert finished.replayed().standings == finished.engine.standings
    assert [read(written(record)) for record in finished.engine.journal] == finished.engine.journal
    assert any(isinstance(record.result, Answer) for record in finished.engine.journal if hasattr(record, "result"))
