"""The world without a network: what the engine's virtual-clock driver asks instead of real sources."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from validator.emulator.api.calls import CallMethod
from validator.emulator.world.plot import Scenario
from validator.emulator.world.tokens import minted
from validator.emulator.world.visitor import Visitor
from validator.emulator.world.world import World, apply
from validator.words.call import Answer, Call, Exchange, Json, MarkedCall, Problem, Result
from validator.words.conversation import Converse
from validator.words.grpc_call import Invoke
from validator.words.id_token import TOLD, UNOBTAINED
from validator.words.redirect import REDIRECTS, Hop, RefusedError

API_LATENCY = 0.05
"""Seconds that an API call takes."""
_MAX_REDIRECTS = 10


class Simulation:
    """A world and its caller; `world` is the state after the newest call."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, call: Call, sent: float) -> tuple[float, Result]:
        """Make a call that is sent at a world time: its latency in seconds, and what came of it."""
        if isinstance(call, MarkedCall):
            return self._probed(call, sent)
        self.world, came = apply(self.world, call, sent)
        return API_LATENCY + came.delay, came.result

    def _probed(self, call: MarkedCall, sent: float) -> tuple[float, Result]:
        """Ask a deployed service, with the ID token that is wanted."""
        invoked = _invoked(call, self.world.scenario, sent)
        if isinstance(invoked, Problem):
            return API_LATENCY, invoked
        call, told = invoked
        if isinstance(call, Converse):
            took, result = self._conversation(call, sent)
        elif isinstance(call, Invoke):
            took, result = self._call(call, sent)
        else:
            assert isinstance(call, Exchange)
            took, result = self._exchange(call, sent)
        return took, Answer({**result.content, **told}) if isinstance(result, Answer) else result

    def _conversation(self, call: Converse, sent: float) -> tuple[float, Result]:
        visitor = Visitor(self.world, sent)
        held = visitor.hold(call)
        self.world = visitor.world
        return held

    def _call(self, call: Invoke, sent: float) -> tuple[float, Result]:
        self.world, came = apply(self.world, CallMethod(call.url, call.request, call.headers), sent)
        if came.cut:
            return came.delay, Problem("BROKEN", "the call was broken off by the scenario")
        if isinstance(came.result, Problem):
            told = {"status": 200, "headers": [], "code": came.result.code, "text": came.result.message, "latency": 0.0}
            return came.delay, Answer(told)
        content = {key: value for key, value in came.result.content.items() if key != "hex"}
        if not call.typed and "json" in content:
            content["unread"] = "its types are not known"
            del content["json"]
        return came.delay + content["latency"], Answer(content)

    def _exchange(self, call: Exchange, sent: float) -> tuple[float, Result]:
        spent = 0.0
        try:
            hop = Hop.first(call)
            spent, result = self._hop(call, hop, sent)
            for turn in range(_MAX_REDIRECTS + 1 if call.redirects else 0):
                to = _location(result)
                if not to:
                    break
                if turn == _MAX_REDIRECTS:
                    return spent, Problem("BROKEN", f"more than {_MAX_REDIRECTS} redirects, one after the other")
                assert isinstance(result, Answer)
                hop = hop.after(result.content["status"], to)
                took, result = self._hop(call, hop, sent + spent)
                spent += took
        except RefusedError as error:
            return spent, Problem("REFUSED", str(error))
        if not isinstance(result, Answer):
            return spent, result
        content = {**_as_read(call, result.content), **_landed(call, hop), "latency": spent}
        if urlsplit(hop.url).scheme != "https":
            content.pop("certificate", None)
        return spent, Answer(content)

    def _hop(self, call: Exchange, hop: Hop, sent: float) -> tuple[float, Result]:
        asked = replace(call, method=hop.method, url=hop.url, headers=hop.headers, body=hop.body)
        self.world, came = apply(self.world, asked, sent)
        result = came.result
        if not isinstance(result, Answer):
            return came.delay, result
        if came.cut:
            return came.delay, Problem("BROKEN", "the answer ended before its end by the scenario")
        return result.content["latency"] + came.delay, result


def _invoked(call: MarkedCall, scenario: Scenario, at: float) -> tuple[MarkedCall, Json] | Problem:
    """A request with its ID token, and what its answer tells of that: the metadata server's, or none."""
    wanted, account = call.token, scenario.account
    if wanted is None or urlsplit(call.url).scheme not in ("https", "wss"):
        return call, {}
    if account and account.identity:
        token = minted(account.email, wanted.audience, at, scenario.seed)
        sent = call.sent_with((*call.headers, (wanted.header, f"Bearer {token}")), wanted)
        return sent, {TOLD: {"audience": wanted.audience, "account": account.email}}
    reason = (
        f"the metadata server has no ID token of {account.email} (404)" if account else "there is no metadata server"
    )
    remedy = "write `metadata: {account: EMAIL}` in the scenario"
    if wanted.required:
        return Problem(UNOBTAINED, reason, remedy)
    return call, {TOLD: {"audience": wanted.audience, "reason": reason, "remedy": remedy}}


def _as_read(call: Exchange, content: Json) -> Json:
    """What the gate's source keeps of an answer: a redirect's body is not read."""
    bodiless = call.method == "HEAD" or content["status"] == 304
    if 300 <= content["status"] < 400 and not bodiless:
        return {**content, "text": "", "unread": True}
    return {**content, "size": len(content["text"].encode())}


def _landed(call: Exchange, hop: Hop) -> Json:
    return {} if hop.url == call.url else {"url": hop.url}


def _location(result: Result) -> str:
    """Where a redirect leads; empty if it is none."""
    if isinstance(result, Answer) and result.content["status"] in REDIRECTS:
        return str(dict(result.content["headers"]).get("location", ""))
    return ""
