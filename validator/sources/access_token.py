"""The access token of the gate's own account, for what has no client library of Google's."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from threading import Thread

from validator.words.call import Problem
from validator.words.instant import span

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_LOGIN = "run the gate as a service account, or `gcloud auth application-default login`"


def access_token(timeout: float) -> str | Problem:
    """A token, within `timeout` real seconds; or why there is none.

    The work is done in a thread of its own: google-auth looks for a metadata server in its own time.
    """
    results: SimpleQueue[str | Problem] = SimpleQueue()
    Thread(target=lambda: results.put(_made()), daemon=True, name="access token").start()
    try:
        return results.get(timeout=timeout)
    except Empty:
        return Problem("UNAUTHENTICATED", f"no access token within {span(timeout)}; {_LOGIN}")


def _made() -> str | Problem:
    import google.auth
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport.requests import Request

    try:
        credentials, _ = google.auth.default(scopes=[_SCOPE])
        credentials.refresh(Request())
    except (GoogleAuthError, OSError, ValueError) as error:
        return Problem("UNAUTHENTICATED", f"the gate has no access token: {error}; {_LOGIN}")
    token = credentials.token
    return token if isinstance(token, str) else Problem("UNAUTHENTICATED", f"the gate has no access token; {_LOGIN}")
