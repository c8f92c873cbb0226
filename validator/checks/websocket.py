"""The deployed service holds a conversation over a WebSocket as it should, and it is the target's revision that does.

What is sent and what has to come are steps in order. A message that is not what the next step waits for is passed over
and shown. A conversation counts only for the revision that the request log names, which has it once it has ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from validator.evidence.journal import Observation
from validator.evidence.known import Evidence, Resources
from validator.evidence.sort import Query
from validator.evidence.websocket import WebSocket
from validator.judging import probed
from validator.judging.conversation import Progress, followed, wanted
from validator.judging.response import Response, latency_found, status_found
from validator.judging.variables import holds_and_asserts
from validator.language.values import Bound
from validator.language.websocket_check import Options, options, schema
from validator.words.call import Json
from validator.words.check import Check
from validator.words.counting import counted
from validator.words.finding import Finding, State, together
from validator.words.instant import span
from validator.words.strict_json import NotJsonError, TooLargeError, parse
from validator.words.verdict import Excerpt, Verdict

__all__ = ["judge", "lasting", "options", "present", "queries", "schema", "variables", "within"]

lasting = True
within: float | None = probed.WITHIN
present = False
variables = {
    "status": "int",
    "headers": "map(string, string)",
    "messages": "list(dyn)",
    "text": "string",
    "json": "dyn",
    "code": "int",
    "latency": "duration",
}
_TOLD = 160
"""Characters of what is waited for that a reason has."""
_SHOWN = 500
"""Characters of the messages that are shown."""
_CUT = 0.05
"""Seconds by which a time-out may come early by rounding."""


def _probe(check: Check[Options]) -> WebSocket:
    told = check.options
    repeat = told.safe or check.within is not None
    return WebSocket(
        check.target.name,
        told.location,
        told.headers,
        told.timeout,
        repeat,
        "" if repeat else check.name,
        told.subprotocols,
        told.steps,
        told.close is not None,
        auth=told.auth,
    )


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """The conversation, and the request log that tells who held it."""
    return probed.queries(check, _probe(check))


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:
    """Judge every conversation by who held it."""
    return probed.judge(check, _probe(check), _says, evidence, now)


def _says(check: Check[Options], known: Resources, observation: Observation, content: Json) -> Finding:
    """What a conversation says."""
    held = _Held(check.options, content, observation.received - observation.sent)
    finding = holds_and_asserts(check, known, together(list(held.findings())), held.values())
    shown = f"{probed.asked_of(observation).shown} -> {held.shown}"
    return replace(finding, evidence=(Excerpt(shown, observation.received, check.kind),))


@dataclass(frozen=True)
class _Held:
    """A conversation that was held, or refused."""

    wanted: Options
    content: Json
    took: float
    """Seconds from its beginning to its end."""

    @cached_property
    def response(self) -> Response:
        """The handshake's answer."""
        return Response.read(self.content)

    @cached_property
    def progress(self) -> Progress:
        """How far its steps came."""
        return followed(self.wanted.steps, self.content["messages"])

    @property
    def code(self) -> int | None:
        """The code with which the server closed it."""
        return self.content["close"][0] if "close" in self.content else None

    def findings(self) -> Iterator[Finding]:
        """One finding for each thing that has to come of it."""
        yield status_found(self.wanted.status, self.response)
        if self.response.status != 101:
            return
        if self.wanted.subprotocols:
            yield self._subprotocol()
        awaited = [step for step in self.wanted.steps if not step.sends]
        missing = self.progress.step
        if missing is not None:
            yield self._missing(_cut(wanted(missing)))
            return
        if awaited:
            told = wanted(awaited[0]) if len(awaited) == 1 else counted(len(awaited), "message", "messages")
            yield Finding(State.HOLDS, f"{_cut(told)} came", _cut("; then ".join(map(wanted, awaited))))
        if self.wanted.close is not None:
            yield self._close(self.wanted.close)
        if self.wanted.latency:
            yield latency_found(self.wanted.latency, self.response.latency)

    def _subprotocol(self) -> Finding:
        chosen, offered = self.content["subprotocol"], " or ".join(self.wanted.subprotocols)
        state = State.HOLDS if chosen in self.wanted.subprotocols else State.VIOLATED
        return Finding(state, f"it chose the subprotocol {chosen or 'none'}", f"the subprotocol {offered}", chosen)

    def _missing(self, expected: str) -> Finding:
        """Why a message that had to come did not."""
        came = f"{counted(len(self.content['messages']), 'message', 'messages')} came"
        closed = self.content.get("close", ("", ""))[1]
        match self.content["end"]:
            case "closed" if self.code is not None:
                told = f"{self.code} ({closed})" if closed else str(self.code)
                return Finding(
                    State.VIOLATED, f"the server closed it with {told} before {expected} came", expected, told
                )
            case "closed":
                return Finding(State.VIOLATED, f"the connection ended before {expected} came", expected, came)
            case "broken":
                reason = f"the server broke the protocol: {self.content['why']}"
                return Finding(State.VIOLATED, reason, expected, came)
            case "full":
                reason = f"more came than is kept, and {expected} was not among it"
                remedy = "let the service say less to a new connection, or ask it for less"
                return Finding(State.UNKNOWN, reason, expected, came, remedy)
        if self.took < self.wanted.timeout - _CUT:  # by the run's end, not by its own time-out
            reason = f"the run ended before {expected} came"
            return Finding(State.UNKNOWN, reason, expected, came, "give the run a longer `timeout`")
        none = f"no {expected.removeprefix('a ')} came within {span(self.wanted.timeout)}"
        return Finding(State.VIOLATED, f"{none}; {came}", expected, came)

    def _close(self, bound: Bound) -> Finding:
        expected = f"a close with {bound.text().removeprefix('exactly ')}"
        if self.code is None:
            return self._missing(expected)
        state = State.HOLDS if bound.holds(self.code) else State.VIOLATED
        return Finding(state, f"the server closed it with {self.code}", expected, str(self.code))

    @property
    def shown(self) -> str:
        """What came, for a person."""
        line = f"{self.response.status} in {span(self.response.latency)}"
        if self.response.status != 101:
            return f"{line}: {self.response.excerpt}" if self.response.text else line
        told = "; ".join(each.get("text", f"bytes {each.get('binary', '')}") for each in self.content["messages"])
        closed = f", closed with {self.code}" if self.code is not None else ""
        return f"{line}{closed}: {told[:_SHOWN]}" if told else f"{line}{closed}"

    def values(self) -> dict[str, Any]:
        """What asserts see: `text` and `json` are those of the message that was waited for last, else of the newest."""
        messages = self.content.get("messages", ())
        unopened = Finding(State.UNKNOWN, "the handshake was refused, and nothing was said")
        newest = self.progress.last or (messages[-1] if messages else None) if self.response.status == 101 else None
        text = newest.get("text") if newest else None
        untold = Finding(State.UNKNOWN, "no text message came") if self.response.status == 101 else unopened
        return {
            "status": self.response.status,
            "headers": self.response.headers,
            "messages": [_seen(each) for each in messages] if self.response.status == 101 else unopened,
            "text": untold if text is None else text,
            "json": untold if text is None else _read(text),
            "code": Finding(State.UNKNOWN, "the server did not close it") if self.code is None else self.code,
            "latency": timedelta(seconds=self.response.latency),
        }


def _seen(message: Json) -> Json:
    """A message as asserts see it: with `json` if its text is that."""
    found = _read(message["text"]) if "text" in message else None
    return message if found is None or isinstance(found, Finding) else {**message, "json": found}


def _read(text: str) -> Any | Finding:
    try:
        return parse(text)
    except NotJsonError as error:
        return Finding(State.VIOLATED, f"the message is not JSON: {error}", actual=text[:_TOLD])
    except TooLargeError as error:
        return Finding(State.UNKNOWN, f"the JSON cannot be read: {error}", actual=text[:_TOLD])


def _cut(text: str) -> str:
    return text if len(text) <= _TOLD else f"{text[:_TOLD]}…"
