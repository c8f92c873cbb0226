"""WebSockets: one conversation on a connection of its own, over by its timeout whatever the server does."""

from __future__ import annotations

from functools import partial

from validator.sources.connection import Connection
from validator.sources.dialling import dialled
from validator.sources.failure import explain
from validator.sources.id_tokens import IdTokens, open_id_tokens
from validator.sources.in_time import host_of, in_time
from validator.sources.talk import Talk
from validator.sources.wire import Wire
from validator.words.call import Answer, Call, Problem, Result
from validator.words.conversation import Converse
from validator.words.redirect import RefusedError


def open_source(connection: Connection) -> WebSockets:
    """What holds conversations; there is nothing to open."""
    return WebSockets(connection)


class WebSockets:
    """One conversation a call."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tokens = open_id_tokens(connection)

    def __call__(self, call: Call, timeout: float) -> Result:
        """Hold one conversation; over after `timeout` real seconds, in every case."""
        if not isinstance(call, Converse):
            raise TypeError(f"not a WebSocket: {call}")
        return in_time(call, self._connection, timeout, partial(_attempt, call, self._connection, self._tokens), _came)

    def close(self) -> None:
        """Each conversation closes its own connection."""


def _came(wire: Wire) -> str:
    return "no answer to the WebSocket's handshake" if wire.status is None else "the WebSocket's end did not come"


def _attempt(call: Converse, connection: Connection, tokens: IdTokens, wire: Wire) -> Result:
    attached = tokens.attach(call, wire.remaining())
    if isinstance(attached, Problem):
        return attached
    call = call.sent_with((*call.headers, *attached.headers), None)
    try:
        with dialled(f"http{call.url.removeprefix('ws')}", connection, wire) as sock:
            return Answer(attached.answer(Talk(call, sock, wire, connection.speed).held()))
    except RefusedError as error:
        return attached.problem(Problem("REFUSED", str(error)))
    except Exception as error:  # noqa: BLE001  whatever the libraries raise on a hostile server is the result
        code = "BROKEN" if wire.connected else "CONNECT"
        return attached.problem(Problem(code, explain(error, host_of(wire, call, connection))))
