"""What Google's client libraries raise, said as problems with gRPC status names and a message for a person."""

from __future__ import annotations

from collections.abc import Callable

import grpc
from google.api_core.exceptions import GoogleAPICallError
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError

from validator.words.call import Problem, Result

_LOGIN = (
    "give the step a service account (Cloud Build: serviceAccount; GitHub: google-github-actions/auth), "
    "or run `gcloud auth application-default login`"
)
_DEAD_CREDENTIALS = ("invalid_grant", "invalid_rapt", "invalid_client", "Reauthentication")
"""A token that cannot be had any more reaches us as UNAVAILABLE, which looks as if it might pass."""


def attempt(call: Callable[[], Result]) -> Result:
    """Make a call; what the libraries raise becomes its result."""
    try:
        return call()
    except DefaultCredentialsError:
        return Problem("UNAUTHENTICATED", f"no Google credentials were found: {_LOGIN}")
    except GoogleAuthError as error:
        return Problem("UNAUTHENTICATED", f"the Google credentials do not work: {error}; {_LOGIN}")
    except GoogleAPICallError as error:
        return _problem(error.grpc_status_code, error.message or str(error))


def _problem(status: object, message: str) -> Problem:
    code = status.name if isinstance(status, grpc.StatusCode) else "UNKNOWN"
    if code == "UNAVAILABLE" and any(sign in message for sign in _DEAD_CREDENTIALS):
        return Problem("UNAUTHENTICATED", f"the Google credentials do not work: {message}; {_LOGIN}")
    return Problem(code, message)
