"""What is told of each way of having no ID token, where no emulator gets it to happen."""

from __future__ import annotations

import pytest

from validator.sources import no_id_token as why
from validator.sources.id_tokens import Unobtainable

GATE = "gate@acme.iam.gserviceaccount.com"
POOL = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q"
DISABLED = "403: IAM Service Account Credentials API has not been used in project 1 before or it is disabled."


@pytest.mark.parametrize(
    "found",
    [
        why.own_account(GATE, "Status: 404", DISABLED),
        why.impersonation(GATE, DISABLED),
        why.federation(GATE, POOL, DISABLED),
    ],
)
def test_an_api_that_is_not_enabled_is_no_missing_role(found: Unobtainable) -> None:
    assert DISABLED in found.reason
    assert found.remedy == "gcloud services enable iamcredentials.googleapis.com"


def test_what_a_library_says_is_cut_and_told_without_a_secret() -> None:
    token = "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2lnbmF0dXJl"
    assert why.key(GATE, f"bad assertion {token}").reason.endswith("was not taken: what it said holds a secret")
    assert why.metadata("a\nb" + "c" * 1000).reason.endswith(f"a b{'c' * 237}…")


def test_a_metadata_server_without_an_account_says_so() -> None:
    found = why.metadata("Status: 404")
    assert "tells of no service account: Status: 404" in found.reason
    assert "serviceAccount" in found.remedy


def test_a_trouble_of_the_metadata_server_is_told_in_its_own_words() -> None:
    assert (
        "has no ID token of gate@acme.iam.gserviceaccount.com (503 for a while)"
        in why.own_account(GATE, "503 for a while", "x").reason
    )
