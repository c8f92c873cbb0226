"""What Google's client libraries raise, said as problems with gRPC status names and a message for a person."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Protocol

import grpc
from google.api_core.exceptions import GoogleAPICallError
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError

from validator.words.call import Answer, Call, Problem, Result

_LOGIN = (
    "give the step a service account (Cloud Build: serviceAccount; GitHub: google-github-actions/auth), "
    "or run `gcloud auth application-default login`"
)
_DEAD_CREDENTIALS = ("invalid_grant", "invalid_rapt", "invalid_client", "Reauthentication")
"""A token that cannot be had any more reaches us as UNAVAILABLE, which looks as if it might pass."""


class Client(Protocol):
    """A client of one API of Google's."""

    def __call__(self, call: Call, timeout: float) -> Answer:
        """Answer one call within `timeout` real seconds.

        Raises:
            GoogleAPICallError: the API said no, or did not answer.
        """

    def close(self) -> None:
        """Close the channel."""


class Attempting:
    """A client that is made at its first call; what the libraries raise becomes the call's result."""

    def __init__(self, make: Callable[[], Client]) -> None:
        self._make, self._lock = make, Lock()
        self._client: Client | None = None

    def __call__(self, call: Call, timeout: float) -> Result:
        """Make a call."""
        try:
            with self._lock:
                client = self._client = self._client or self._make()
            return client(call, timeout)
        except DefaultCredentialsError:
            return Problem("UNAUTHENTICATED", f"no Google credentials were found: {_LOGIN}")
        except GoogleAuthError as error:
            return Problem("UNAUTHENTICATED", f"the Google credentials do not work: {error}; {_LOGIN}")
        except GoogleAPICallError as error:
            return _problem(error.grpc_status_code, error.message or str(error))

    def close(self) -> None:
        """Close the client, if there is one; calls under way end with a problem. One that is being made is not waited for."""
        client, self._client = self._client, None
        if client:
            client.close()


def _problem(status: object, message: str) -> Problem:
    code = status.name if isinstance(status, grpc.StatusCode) else "UNKNOWN"
    if code == "UNAVAILABLE" and any(sign in message for sign in _DEAD_CREDENTIALS):
        return Problem("UNAUTHENTICATED", f"the Google credentials do not work: {message}; {_LOGIN}")
    return Problem(code, message)
