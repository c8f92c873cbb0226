"""Why an HTTP exchange failed, in words for a person: three libraries wrap the one reason in many layers."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable
from typing import Any

import requests
from urllib3.exceptions import IncompleteRead


class CutError(OSError):
    """The exchange was given up while it went on."""


class HeadCutError(OSError):
    """The answer ended before its head did."""


class BadAnswerError(Exception):
    """The answer is not one by the rules of HTTP."""


_EXPIRED = 10
"""X509_V_ERR_CERT_HAS_EXPIRED of OpenSSL."""
_NOT_SENT = (
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
)
_REASONS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Callable[[str, Any], str]], ...] = (
    (BadAnswerError, lambda host, cause: f"{host} sent a broken answer: {cause}"),
    (requests.TooManyRedirects, lambda _, cause: str(cause)),
    (_NOT_SENT, lambda _, cause: f"not sent: {cause}"),
    (socket.gaierror, lambda host, cause: f"{_name(host)} is not known to the resolver: {cause.strerror}"),
    (ssl.SSLCertVerificationError, lambda host, cause: f"TLS with {host} failed: {cause.verify_message}"),
    (ssl.SSLError, lambda host, cause: f"TLS with {host} failed: {cause.reason or cause}"),
    (TimeoutError, lambda host, _: f"{host} did not answer in time"),
    (HeadCutError, lambda host, _: f"{host} ended the head of its answer early"),
    (http.client.RemoteDisconnected, lambda host, _: f"{host} closed the connection without an answer"),
    (ConnectionRefusedError, lambda host, _: f"{host} refused the connection"),
    ((ConnectionResetError, BrokenPipeError), lambda host, _: f"{host} reset the connection"),
    (
        IncompleteRead,
        lambda host, cause: (
            f"{host} ended the body early: {cause.partial} bytes came, {cause.expected} more were announced"
        ),
    ),
    (http.client.IncompleteRead, lambda host, _: f"{host} ended the body early, within a chunk"),
)
"""What an exchange with a host ended with -> its sentence; the first that fits."""


def explain(error: BaseException, host: str) -> str:
    """One sentence about an exchange with `host` (`HOST:PORT`) that ended with this error."""
    cause = _root(error)
    told = next((told for types, told in _REASONS if isinstance(cause, types)), None)
    if told:
        return told(host, cause)
    if isinstance(cause, OSError) and isinstance(cause.strerror, str):
        return f"{host}: {cause.strerror}"
    return f"{host} sent what is not HTTP: {str(cause) or type(cause).__name__}"


def expired(error: BaseException) -> bool:
    """Whether the certificate that was shown is past its end."""
    cause = _root(error)
    return isinstance(cause, ssl.SSLCertVerificationError) and cause.verify_code == _EXPIRED


def _name(host: str) -> str:
    return host.rpartition(":")[0]


def _root(error: BaseException) -> BaseException:
    """The innermost error, as far as the layers tell."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = (getattr(error, "reason", None), *error.args, error.__cause__, error.__context__)
        error = next((e for e in inner if isinstance(e, BaseException) and id(e) not in seen), error)
    return error
