"""Why an HTTP exchange failed, in words for a person: three libraries wrap the one reason in many layers."""

from __future__ import annotations

import http.client
import socket
import ssl

import requests
from urllib3.exceptions import IncompleteRead


class CutError(OSError):
    """The exchange was given up while it went on."""


class HeadCutError(OSError):
    """The answer ended before its head did."""


class BadAnswerError(Exception):
    """The answer is not one by the rules of HTTP."""


def explain(error: BaseException, host: str) -> str:  # noqa: PLR0912  a table, one row a reason
    """One sentence about an exchange with `host` (`HOST:PORT`) that ended with this error."""
    cause = _root(error)
    match cause:
        case BadAnswerError():
            return f"{host} sent a broken answer: {cause}"
        case requests.TooManyRedirects():
            return str(cause)
        case (
            requests.exceptions.InvalidHeader() | requests.exceptions.InvalidURL() | requests.exceptions.MissingSchema()
        ):
            return f"not sent: {cause}"
        case socket.gaierror():
            return f"{host.rpartition(':')[0]} is not known to the resolver: {cause.strerror}"
        case ssl.SSLCertVerificationError():
            return f"TLS with {host} failed: {cause.verify_message}"
        case ssl.SSLError():
            return f"TLS with {host} failed: {cause.reason or cause}"
        case TimeoutError():
            return f"{host} did not answer in time"
        case HeadCutError():
            return f"{host} ended the head of its answer early"
        case http.client.RemoteDisconnected():
            return f"{host} closed the connection without an answer"
        case ConnectionRefusedError():
            return f"{host} refused the connection"
        case ConnectionResetError() | BrokenPipeError():
            return f"{host} reset the connection"
        case IncompleteRead():
            return f"{host} ended the body early: {cause.partial} bytes came, {cause.expected} more were announced"
        case http.client.IncompleteRead():
            return f"{host} ended the body early, within a chunk"
        case OSError(strerror=str(reason)):
            return f"{host}: {reason}"
        case _:
            return f"{host} sent what is not HTTP: {str(cause) or type(cause).__name__}"


def _root(error: BaseException) -> BaseException:
    """The innermost error, as far as the layers tell."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = (getattr(error, "reason", None), *error.args, error.__cause__, error.__context__)
        error = next((e for e in inner if isinstance(e, BaseException) and id(e) not in seen), error)
    return error
