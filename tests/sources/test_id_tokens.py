"""ID tokens are minted once an audience, renewed in time, waited for only so long, and never told."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from validator.sources.id_tokens import Attached, IdTokens, Minted, Unobtainable
from validator.words.call import Exchange, Problem
from validator.words.id_token import IdToken

URL = "https://cart.example/health"
NO = Unobtainable("nobody is here", "be somebody")


@dataclass
class Mint:
    """Mints numbered tokens that are good for an hour, or says what it is told to; counts how often it was asked."""

    now: float = 1000.0
    lasting: float = 3600.0
    asked: list[str] = field(default_factory=list)
    failing: Unobtainable | Exception | None = None
    waits: Callable[[], object] = lambda: None

    def __call__(self, audience: str) -> Minted | Unobtainable:
        self.asked.append(audience)
        self.waits()
        if isinstance(self.failing, Exception):
            raise self.failing
        return self.failing or Minted(
            f"eyJhIjoxfQ.{len(self.asked):016x}.sssssssssssssssss", "gate@acme", self.now + self.lasting
        )

    def tokens(self) -> IdTokens:
        return IdTokens(self, lambda: self.now)


def exchange(audience: str = "a", *, required: bool = False, header: str = "Authorization", url: str = URL) -> Exchange:
    return Exchange("GET", url, token=IdToken(audience, header, required))


def sent(tokens: IdTokens, call: Exchange | None = None, seconds: float = 10.0) -> str:
    attached = tokens.attach(call or exchange(), seconds)
    assert isinstance(attached, Attached)
    return dict(attached.headers).get((call or exchange()).token.header, "")  # type: ignore[union-attr]


def finish() -> None:
    """Let what is being minted come to its end."""
    for thread in threading.enumerate():
        if thread.name == "id token":
            thread.join(10)


def test_one_token_serves_all_requests_of_an_audience() -> None:
    mint = Mint()
    tokens = mint.tokens()
    assert {sent(tokens) for _ in range(3)} == {"Bearer eyJhIjoxfQ.0000000000000001.sssssssssssssssss"}
    assert sent(tokens, exchange("b", header="X-Serverless-Authorization")).endswith("2.sssssssssssssssss")
    assert mint.asked == ["a", "b"]


def test_it_is_renewed_before_it_runs_out() -> None:
    mint = Mint()
    tokens = mint.tokens()
    first = sent(tokens)
    mint.now += 3000
    assert sent(tokens) == first
    mint.now += 400
    renewed = threading.Event()
    mint.waits = renewed.wait
    assert sent(tokens) == first, "good for three minutes yet: nobody waits for its successor"
    renewed.set()
    mint.now += 150
    finish()
    assert sent(tokens) != first
    assert mint.asked == ["a", "a"]
    assert mint.now < 1000 + 3600


def test_one_that_cannot_be_renewed_is_sent_as_long_as_it_is_good() -> None:
    mint = Mint()
    tokens = mint.tokens()
    first = sent(tokens)
    mint.failing = NO
    mint.now += 3580
    assert sent(tokens) == first
    mint.now += 15
    assert sent(tokens) == ""
    assert tokens.attach(exchange(required=True), 10.0) == Problem("NO_ID_TOKEN", NO.reason, NO.remedy)


def test_that_none_can_be_had_is_remembered_for_ten_seconds() -> None:
    mint = Mint(failing=NO)
    tokens = mint.tokens()
    for _ in range(5):
        assert sent(tokens) == ""
    assert mint.asked == ["a"]
    mint.now += 11
    mint.failing, go_on = None, threading.Event()
    mint.waits = go_on.wait
    assert not sent(tokens), "what is known is told at once"
    go_on.set()
    finish()
    assert sent(tokens)
    assert mint.asked == ["a", "a"]


def test_a_request_that_needs_one_is_not_sent_without_and_another_says_why_it_went_without() -> None:
    tokens = Mint(failing=NO).tokens()
    assert tokens.attach(exchange(required=True), 10.0) == Problem("NO_ID_TOKEN", "nobody is here", "be somebody")
    attached = tokens.attach(exchange(), 10.0)
    assert isinstance(attached, Attached)
    told = {"audience": "a", "reason": "nobody is here", "remedy": "be somebody"}
    assert (attached.headers, attached.answer({"status": 403})) == ((), {"status": 403, "invoker": told})


def test_many_requests_at_once_wait_for_one_minting() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        go_on.wait()

    mint = Mint(waits=wait)
    tokens, found = mint.tokens(), []
    threads = [threading.Thread(target=lambda: found.append(sent(tokens))) for _ in range(8)]
    for thread in threads:
        thread.start()
    begun.wait()
    go_on.set()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert mint.asked == ["a"]


def test_no_request_waits_longer_than_half_of_its_time_and_the_next_one_not_at_all() -> None:
    go_on = threading.Event()
    tokens = Mint(waits=go_on.wait).tokens()
    late = tokens.attach(exchange(required=True), 0.1)
    assert late == Problem("NO_ID_TOKEN", "it did not come within 0.05 s", late.remedy)  # type: ignore[union-attr]
    assert sent(tokens, seconds=1e6) == "", "it would wait for ever"
    go_on.set()
    finish()
    assert sent(tokens)


def test_an_error_of_a_library_is_no_crash_and_is_not_quoted() -> None:
    tokens = Mint(failing=ValueError("private_key: secret-word")).tokens()
    problem = tokens.attach(exchange(required=True), 10.0)
    assert isinstance(problem, Problem)
    assert "secret-word" not in f"{problem}"
    assert "ValueError" in problem.message


def test_none_goes_over_plain_http_and_none_where_none_is_asked_for() -> None:
    mint = Mint()
    tokens = mint.tokens()
    assert tokens.attach(exchange(url="http://cart.example/"), 10.0) == Attached()
    assert tokens.attach(Exchange("GET", URL), 10.0) == Attached()
    assert mint.asked == []


def test_what_the_server_sends_back_of_a_token_is_taken_out() -> None:
    attached = Mint().tokens().attach(exchange(), 10.0)
    assert isinstance(attached, Attached)
    token = dict(attached.headers)["Authorization"].removeprefix("Bearer ")
    unsigned = token.rpartition(".")[0]
    content = {
        "status": 200,
        "headers": [["x-echo", f"Bearer {token}"]],
        "text": json.dumps(
            {"headers": {"Authorization": f"Bearer {token}"}, "claims": f"{unsigned}.SIGNATURE_REMOVED"}
        ),
    }
    answer = attached.answer(content)
    assert token not in json.dumps(answer)
    assert unsigned not in json.dumps(answer)
    assert answer["text"].startswith('{"headers": {"Authorization": "Bearer [redacted]"}')
    assert answer["invoker"] == {"audience": "a", "account": "gate@acme"}
    assert token not in repr(attached), "nor by a traceback"


def test_nor_does_it_stay_as_base64_or_in_hexadecimal_digits() -> None:
    attached = Mint().tokens().attach(exchange(), 10.0)
    assert isinstance(attached, Attached)
    token = dict(attached.headers)["Authorization"].removeprefix("Bearer ")
    written = [base64.b64encode(f"{before}{token}".encode()).decode() for before in ("", "a", "ab")]
    answer = attached.answer({"text": " ".join(written), "messages": [{"binary": f"00{token.encode().hex()}ff"}]})
    assert answer["messages"] == [{"binary": "00[redacted]ff"}]
    for each in written:
        assert each[4:-4] not in answer["text"]
