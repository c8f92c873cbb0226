"""Why no ID token could be had: for each way of failing its cause, what the library said, and the command that mends it."""

from __future__ import annotations

from collections.abc import Mapping

from validator.sources.id_tokens import Unobtainable
from validator.words import secret

_LONGEST = 240
"""Characters of what a library says."""
_BIND = "gcloud iam service-accounts add-iam-policy-binding"
_MAKER = "roles/iam.serviceAccountOpenIdTokenCreator"
_ENABLE = "gcloud services enable iamcredentials.googleapis.com"


def _said(text: str) -> str:
    """What a library said, on one line and without a secret."""
    line = " ".join(text.split())
    if secret.holds(line):
        return "what it said holds a secret"
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _disabled(text: str) -> bool:
    """Whether it is the API that is missing, not a role."""
    return "has not been used in project" in text or "is disabled" in text


def _on_github(environment: Mapping[str, str]) -> bool:
    return environment.get("GITHUB_ACTIONS") == "true"


def _by_action(audience: str) -> str:
    """How google-github-actions/auth makes one."""
    return (
        f"give google-github-actions/auth `token_format: id_token`, `id_token_audience: {audience}` and a"
        " `service_account`, and this step `env: VALIDATOR_ID_TOKEN: ${{ steps.auth.outputs.id_token }}`"
    )


def no_credentials(audience: str, said: str, environment: Mapping[str, str]) -> Unobtainable:
    """There are none at all, or their file cannot be used."""
    if _on_github(environment):
        remedy = f"let google-github-actions/auth run in this job before the gate; then {_by_action(audience)}"
    else:
        remedy = (
            "give the step a service account (Cloud Build: serviceAccount), or on your own machine run"
            " `gcloud auth application-default login --impersonate-service-account=GATE_ACCOUNT`"
        )
    return Unobtainable(f"no Google credentials were found: {_said(said)}", remedy)


def unfit(variable: str, how: str, other: Unobtainable) -> Unobtainable:
    """The pipeline made a token, and it is the wrong one."""
    remedy = "make it for that audience, in the step right before the gate (`id_token_audience` of google-github-actions/auth)"
    return Unobtainable(f"{variable} {how}; and without it: {other.reason}", remedy)


def person(audience: str) -> Unobtainable:
    """`gcloud auth application-default login`."""
    remedy = (
        "gcloud auth application-default login --impersonate-service-account=GATE_ACCOUNT; or let VALIDATOR_ID_TOKEN be what"
        f" this prints: gcloud auth print-identity-token --impersonate-service-account=GATE_ACCOUNT --audiences={audience}"
    )
    return Unobtainable("the credentials are a person's, and of a person no ID token for a service can be made", remedy)


def key(account: str, said: str) -> Unobtainable:
    """A service account's key."""
    remedy = (
        f"see that the key is still one of the account's: gcloud iam service-accounts keys list --iam-account={account}"
    )
    return Unobtainable(f"the key of {account} was not taken: {_said(said)}", remedy)


def metadata(said: str) -> Unobtainable:
    """A metadata server without an account."""
    remedy = "give the machine or the build a service account (Cloud Build: serviceAccount)"
    return Unobtainable(f"the metadata server tells of no service account: {_said(said)}", remedy)


def own_account(account: str, said: str, denied: str) -> Unobtainable:
    """The metadata server has an account and no ID tokens of it: Cloud Build (kubernetes/k8s.io#9953)."""
    status = "404" if "404" in said else _said(said)
    reason = (
        f"the metadata server has no ID token of {account} ({status}), and iamcredentials made none: {_said(denied)}"
    )
    if _disabled(denied):
        return Unobtainable(reason, _ENABLE)
    if account.endswith("@cloudbuild.gserviceaccount.com"):
        remedy = (
            "Cloud Build's own account cannot have ID tokens: run the build as one of yours (serviceAccount:"
            f" projects/PROJECT/serviceAccounts/GATE_ACCOUNT), with {_MAKER} on itself: {_BIND} GATE_ACCOUNT"
            f" --member=serviceAccount:GATE_ACCOUNT --role={_MAKER}"
        )
    else:
        remedy = f"let the account make its own: {_BIND} {account} --member=serviceAccount:{account} --role={_MAKER}"
    return Unobtainable(reason, remedy)


def impersonation(account: str, said: str) -> Unobtainable:
    """Credentials that impersonate a service account."""
    role = "roles/iam.serviceAccountTokenCreator"
    remedy = (
        _ENABLE if _disabled(said) else f"let yourself act as it: {_BIND} {account} --member=user:YOU --role={role}"
    )
    return Unobtainable(f"iamcredentials made no ID token of {account}: {_said(said)}", remedy)


def no_account(audience: str, environment: Mapping[str, str]) -> Unobtainable:
    """A federated identity that stands for no service account."""
    reason = "the job's credentials (Workload Identity Federation) name no service account, and a federated identity has no ID tokens"
    if _on_github(environment):
        return Unobtainable(reason, _by_action(audience))
    remedy = "name one: gcloud iam workload-identity-pools create-cred-config ... --service-account=GATE_ACCOUNT"
    return Unobtainable(reason, remedy)


def federation(account: str, provider: str, said: str) -> Unobtainable:
    """A federated identity that may not act as its service account."""
    if _disabled(said):
        return Unobtainable(f"iamcredentials made no ID token of {account}: {_said(said)}", _ENABLE)
    pool = provider.partition("/providers/")[0]
    role = "roles/iam.workloadIdentityUser"
    remedy = f'let the job act as it: {_BIND} {account} --role={role} --member="principalSet:{pool}/*" (or fewer than all of the pool)'
    return Unobtainable(f"iamcredentials made no ID token of {account}: {_said(said)}", remedy)


def exchange(provider: str, said: str, environment: Mapping[str, str]) -> Unobtainable:
    """The job's own OIDC token was not taken for a federated one."""
    first = "give the job `permissions: id-token: write`, and " if _on_github(environment) else ""
    remedy = f"{first}see that the provider's attribute condition lets this repository in: {provider.removeprefix('//iam.googleapis.com/')}"
    return Unobtainable(f"the job's own OIDC token was not exchanged: {_said(said)}", remedy)
