"""ID tokens for requests that ask for one: one an audience, renewed before it runs out, waited for only so long.

Where none can be had, that is remembered: a machine without credentials is not asked again before each probe.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from threading import Event, Lock, Thread
from typing import Any

from validator.report.redaction import forms
from validator.sources.connection import Connection
from validator.words.call import Json, MarkedCall, Problem
from validator.words.id_token import TOLD, UNOBTAINED, IdToken

_REDACTED = "[redacted]"
_EARLY = 300.0
"""Seconds before its end at which a token is renewed."""
_LAST = 10.0
"""Seconds before its end from which on a token is not sent any more: it has to arrive, and clocks differ."""
_AGAIN = 10.0
"""Seconds after which is tried again what failed (a role may have been granted with the deploy, and takes effect later), or
renewed what was short-lived from its start."""
_LONGEST_WAIT = 5.0
"""Real seconds that a request waits for its token; it never takes more than half of the request's own time."""


@dataclass(frozen=True)
class Minted:
    """An ID token."""

    token: str = field(repr=False)
    account: str
    """Whose it is; empty if it does not say."""
    expires: float
    """Unix seconds."""


@dataclass(frozen=True)
class Unobtainable:
    """Why there is no token, and what to do about it."""

    reason: str
    remedy: str


Mint = Callable[[str], Minted | Unobtainable]
"""(audience) -> a new token, or why there is none. Raises nothing, and takes its time."""


@dataclass(frozen=True)
class Attached:
    """What a request is sent with for its token's sake, and what its answer tells of that."""

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    told: Json | None = None

    def answer(self, content: Json) -> Json:
        """An answer's content with what is told, and without the token, whatever the server sent back of it."""
        clean: dict[str, Any] = _without(dict(content), self._secrets)
        return clean if self.told is None else {**clean, TOLD: self.told}

    def problem(self, problem: Problem) -> Problem:
        """A problem without the token: it may quote what the server sent."""
        return replace(problem, message=_without(problem.message, self._secrets))

    @property
    def _secrets(self) -> list[str]:
        return [part for _, value in self.headers for part in _parts(value.removeprefix("Bearer "))]


def open_id_tokens(connection: Connection) -> IdTokens:
    """The tokens of a connection; Google's packages are imported when the first one is wanted."""

    def mint(audience: str) -> Minted | Unobtainable:
        from validator.sources.minting import minted  # google-auth takes its time to import

        return minted(audience, connection, os.environ)

    return IdTokens(mint, lambda: connection.now)


@dataclass
class _Held:
    """What is known of one audience's token."""

    minted: Minted | None = None
    failure: Unobtainable | None = None
    at: float = float("-inf")
    """When the newest of both came."""
    under_way: Event | None = None
    """Set when the minting that goes on is over."""

    def fresh(self, now: float) -> bool:
        """Whether it need not be renewed."""
        lasting = self.failure is None and self.minted is not None and now < self.minted.expires - _EARLY
        return lasting or now < self.at + _AGAIN

    def known(self, now: float) -> Minted | Unobtainable | None:
        """A token that is still good, else why there is none, else nothing yet."""
        return self.minted if self.minted and now < self.minted.expires - _LAST else self.failure


class IdTokens:
    """Safe to use from several threads: they wait for one minting together."""

    def __init__(self, mint: Mint, clock: Callable[[], float]) -> None:
        self._mint, self._clock, self._lock = mint, clock, Lock()
        self._held: dict[str, _Held] = {}

    def attach(self, call: MarkedCall, seconds: float) -> Attached | Problem:
        """What a request is sent with; the problem that it is not sent, for want of a token that it needs.

        Args:
            call: the request.
            seconds: real ones that it may take as a whole.
        """
        wanted = call.token
        if wanted is None or not call.url.startswith(("https://", "wss://")):
            return Attached()
        found = self._token(wanted, min(_LONGEST_WAIT, seconds / 2))
        if isinstance(found, Minted):
            headers = ((wanted.header, f"Bearer {found.token}"),)
            return Attached(headers, {"audience": wanted.audience, "account": found.account})
        if wanted.required:
            return Problem(UNOBTAINED, found.reason, found.remedy)
        return Attached((), {"audience": wanted.audience, "reason": found.reason, "remedy": found.remedy})

    def _token(self, wanted: IdToken, seconds: float) -> Minted | Unobtainable:
        with self._lock:
            held = self._held.setdefault(wanted.audience, _Held())
            known = held.known(self._clock())
            if held.under_way is None and not held.fresh(self._clock()):
                held.under_way = Event()
                Thread(target=self._renew, args=(wanted.audience, held), daemon=True, name="id token").start()
            under_way = held.under_way
        if known is None and under_way is not None:
            under_way.wait(seconds)
        with self._lock:
            known = held.known(self._clock())
            if known is None:
                told = f"it did not come within {seconds:g} s"
                remedy = "see that the metadata server, or iamcredentials.googleapis.com, can be reached from here"
                known = held.failure = Unobtainable(told, remedy)
            return known

    def _renew(self, audience: str, held: _Held) -> None:
        try:
            found = self._mint(audience)
        except Exception as error:  # noqa: BLE001  whatever a library raises on odd credentials; what it says may hold them
            found = Unobtainable(f"the Google credentials cannot be used ({type(error).__name__})", "see what they are")
        with self._lock:
            held.at = self._clock()
            if isinstance(found, Minted):
                held.minted, held.failure = found, None
            else:
                held.failure = found
            if held.under_way is not None:
                held.under_way.set()
            held.under_way = None


def _parts(token: str) -> Iterator[str]:
    """A token, and the parts of it that are as good as the whole (all but its signature, and that), however they are written."""
    claims, _, signature = token.rpartition(".")
    for part in (token, claims, signature):
        if len(part) > len(_REDACTED):
            yield from dict.fromkeys(forms(part))
            yield part.encode().hex()


def _without(value: Any, secrets: list[str]) -> Any:
    """A value of JSON without some texts."""
    if isinstance(value, str):
        for each in secrets:
            value = value.replace(each, _REDACTED)
        return value
    if isinstance(value, dict):
        return {key: _without(item, secrets) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without(item, secrets) for item in value]
    return value
