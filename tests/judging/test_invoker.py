"""What a probe is sent with for its target's sake, and where that never goes."""

from __future__ import annotations

from typing import Any

import pytest

from validator.evidence.invoker import Sending, sending
from validator.evidence.sort import Impossible
from validator.resources.service import Service
from validator.words.check import Target
from validator.words.id_token import IdToken

URI = "https://cart-q1w2e3-ez.a.run.app"
TAGGED = "https://next---cart-q1w2e3-ez.a.run.app"
NUMBERED = "https://cart-123.europe-west4.run.app"
RAW: dict[str, Any] = {"uri": URI, "urls": [NUMBERED, URI], "trafficStatuses": [{"tag": "next", "uri": TAGGED}]}
SERVICE = Service.read(RAW)
TARGET = Target("main", "acme", "europe-west4", "cart")
PAGE = Target("page", "", "", "", url="https://page.example/app")
TOKEN = "a-token-of-one's-own"
USUAL = IdToken(URI, "X-Serverless-Authorization")
OWN = (("authorization", "Basic Zm9v"),)


def target(**more: Any) -> Target:
    return Target("main", "acme", "europe-west4", "cart", **more)


def sent(
    url: str, auth: str = "", *, of: Target = TARGET, headers: Any = (), service: Service | None = SERVICE
) -> Sending:
    found = sending(url, headers, auth, of, service)
    assert isinstance(found, Sending), found
    return found


@pytest.mark.parametrize("url", [URI, f"{URI}/a?b", TAGGED, f"{NUMBERED}/", f"{URI}:443/"])
def test_a_service_gets_a_token_for_its_own_url_at_each_of_its_urls(url: str) -> None:
    assert sent(url).token == USUAL
    assert sent(url, "id_token").token == IdToken(URI, "Authorization", required=True)
    assert sent(url, of=target(auth="id_token", audience="https://a")).token == IdToken("https://a", required=True)
    assert sent(url, of=target(audience="https://a")).token == IdToken("https://a", "X-Serverless-Authorization")


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/",
        URI.replace("https", "http"),
        f"{URI}:8443/",
        f"{URI}.evil.example/",
        "https://evil.example/@cart-q1w2e3-ez.a.run.app",
        "https://cart-q1w2e3-ez.a.run.app@evil.example/",
        "https://other---cart-q1w2e3-ez.a.run.app/",
    ],
)
def test_another_host_gets_neither_token_nor_header(url: str) -> None:
    headers = (("X-Key", "k"),)
    for auth in ("", "none", "id_token", TOKEN):
        assert sent(url, of=target(auth=auth, headers=headers)) == Sending(())
    for auth in ("id_token", TOKEN):
        refused = sending(url, (), auth, TARGET, SERVICE)
        assert isinstance(refused, Impossible), "a check that wants it sent there is told"
        assert TOKEN not in refused.reason + refused.remedy


def test_beside_an_authorization_of_ones_own_the_invokers_token_moves() -> None:
    assert sent(URI, "id_token", headers=OWN).token == IdToken(URI, "X-Serverless-Authorization", required=True)
    assert sent(URI, "id_token", headers=OWN).headers == OWN
    assert sent(URI, TOKEN).headers == (("Authorization", f"Bearer {TOKEN}"),)
    assert sent(URI, TOKEN, headers=OWN).headers == (*OWN, ("X-Serverless-Authorization", f"Bearer {TOKEN}"))
    assert sent(URI, of=target(auth=TOKEN, headers=OWN)).headers[-1] == (
        "X-Serverless-Authorization",
        f"Bearer {TOKEN}",
    )
    given = (("x-serverless-authorization", "Bearer b"),)
    assert sent(URI, headers=given) == Sending(given)
    assert sent(URI, of=target(auth=TOKEN), headers=given) == Sending(given)


def test_none_is_none_and_a_checks_word_comes_before_the_targets() -> None:
    assert sent(URI, "none") == Sending(())
    assert sent(URI, of=target(auth="none")) == Sending(())
    assert sent(URI, "none", of=target(auth=TOKEN)) == Sending(())
    assert sent(URI, "id_token", of=target(auth=TOKEN)) == Sending((), IdToken(URI, required=True))


@pytest.mark.parametrize("how", [{"invokerIamDisabled": True}, {"iapEnabled": True}])
def test_where_iam_looks_at_no_token_none_is_sent_unless_it_was_asked_for(how: Any) -> None:
    service = Service.read(RAW | how)
    assert sent(URI, service=service) == Sending(())
    assert sent(URI, "id_token", service=service).token == IdToken(URI, required=True)


def test_headers_of_the_target_go_along_and_a_checks_own_come_first() -> None:
    both = target(headers=(("X-Key", "k"), ("Accept", "text/html")))
    assert sent(URI, of=both, headers=(("accept", "*/*"),)).headers == (("X-Key", "k"), ("accept", "*/*"))


def test_what_is_no_service_gets_a_token_only_if_that_is_written() -> None:
    assert sent("https://page.example/app/x", of=PAGE, service=None) == Sending(())
    assert sent("https://page.example/app/x", "id_token", of=PAGE, service=None).token == IdToken(
        "https://page.example", required=True
    )
    assert isinstance(sending("https://other.example/", (), "id_token", PAGE, None), Impossible)
    plain = Target("page", "", "", "", url="http://page.example", auth=TOKEN, headers=(("X-Key", "k"),))
    assert sent("http://page.example/", of=plain, service=None) == Sending((("X-Key", "k"),)), "no token in plain"


def test_a_preflight_goes_without_what_no_browser_would_send() -> None:
    asked = (("Origin", "https://shop.example"), ("Access-Control-Request-Method", "PUT"))
    assert sent(URI, of=target(auth="id_token", headers=(("X-Key", "k"),)), headers=asked) == Sending(asked)
    assert sent(URI, headers=asked) == Sending(asked)
    assert sent(URI, "id_token", headers=asked).token == IdToken(URI, required=True), "unless the check says so"


def test_at_its_domain_a_service_gets_the_token_for_its_own_url_and_no_other_host_does() -> None:
    shop = target(domain="https://shop.example", auth="id_token", headers=(("X-Key", "k"),))
    assert sent("https://shop.example/a", of=shop) == Sending((("X-Key", "k"),), IdToken(URI, required=True))
    assert sent(f"{URI}/a", of=shop).token == IdToken(URI, required=True), "its own URL is its own still"
    plain = target(domain="http://shop.example", headers=(("X-Key", "k"),))
    assert sent("http://shop.example/a", of=plain) == Sending((("X-Key", "k"),)), "no token in plain"
    for url in ("http://shop.example/a", "https://shop.example:8443/a", "https://www.shop.example/a"):
        assert sent(url, of=shop) == Sending(())
    assert sent("https://shop.example/a", of=TARGET) == Sending(()), "another target's domain"
