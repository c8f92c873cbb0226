"""A conversation over a WebSocket: what is sent, and what has to come, step by step."""

from __future__ import annotations

from dataclasses import dataclass

from validator.words.call import Answer, MarkedCall, Result
from validator.words.id_token import IdToken

MESSAGES = 1000
"""Messages of one conversation that are kept, and"""
KEPT = 1 << 20
"""bytes of them all together."""


@dataclass(frozen=True)
class Step:
    """A message that is sent (`sends`), or one that has to come: with all that is given here."""

    sends: bool
    text: str | None = None
    """Sent: the text. Expected: an RE2 pattern of the text."""
    json: str | None = None
    """Expected: JSON, as text, that the text contains."""
    binary: str | None = None
    """A binary message's bytes, in hexadecimal digits."""


@dataclass(frozen=True)
class Converse(MarkedCall):
    """One WebSocket, from its handshake to its end.

    The content of its `Answer`, where the handshake was refused, is that of an Exchange. Else `status` is 101, and there are
    `subprotocol`, `messages` (`{"text": "..."}` or `{"binary": "00ff"}`, with `at`, seconds since the handshake was sent),
    `opened` (seconds to the handshake's answer), `latency` (to the newest message that a step waited for, else as `opened`), `end` (`done`; or `closed`, `late`,
    `full`, `broken`: that came before the last step's message), `why` of a broken one, and `close`, `[code, reason]` as the
    server gave them.
    """

    source = "websocket"

    url: str
    """`wss://...` or `ws://...`"""
    headers: tuple[tuple[str, str], ...] = ()
    subprotocols: tuple[str, ...] = ()
    """What is offered, the best first."""
    steps: tuple[Step, ...] = ()
    awaited: bool = False
    """Whether after the last step the server has to close it; else the client does."""
    mark: str = ""
    token: IdToken | None = None

    @property
    def shown(self) -> str:
        """It with its URL."""
        return f"WebSocket {self.url}"

    def overdue(self, seconds: float, result: Result) -> Result:
        """Of one that was opened: how far it came."""
        if not isinstance(result, Answer) or result.content.get("opened", seconds + 1) > seconds:
            return super().overdue(seconds, result)
        content = {key: value for key, value in result.content.items() if key != "close"}
        came = [message for message in content["messages"] if message["at"] <= seconds]
        latency = content["latency"] if content["latency"] <= seconds else content["opened"]
        return Answer({**content, "messages": came, "latency": latency, "end": "late"})
