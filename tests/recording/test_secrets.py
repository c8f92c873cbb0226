"""No byte of a recording, summary or report tells a secret, whatever it was planted in and however it is written."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from tests.recorded import Recorded, record
from tests.simulated import HEAD, NETRA, simulate
from validator.report.markdown import markdown
from validator.words.call import Answer, Call, Exchange, GetRevision, GetService, ListEntries, Result

ENV = 'env/Kq7 "wV" 2xLm9Rt4Zb'
HEADER = "hdr-Xw3Pq8Zk5Lm1Vn7Rt"
QUERY = "qry+Jd6Tn2Bv9Hs4Kx8Wq"
BODY = "bdy-Mz5Gf1Yc8Rp3Nk7Lt"
CAPTURED = "cap.Ws9Vb4Qj2Dh6Xf1Zr"
LINE = "log-Tp8Kn3Gd6Zw1Mc5Jv"
COOKIE = "ck-Hq2Rv7Lx4Bn9Sf3Wm"
LITERAL = "lit-Yk6Wd1Zp8Jc3Tn5Qx"
UNUSED = "ci-Fv4Lr9Xs2Kg7Bq1Hd"
PLANTED = (ENV, HEADER, QUERY, BODY, CAPTURED, LINE, COOKIE, LITERAL, UNUSED)
VARIABLES = {
    "PROJECT_ID": "netra-staging",
    "HEADER_TOKEN": HEADER,
    "API_KEY": QUERY,
    "PASSWORD": BODY,
    "CI_TOKEN": UNUSED,
}
CHECKS = HEAD + (
    '  - {name: Wired, revision: {env: {API_TOKEN: "${ENV_TOKEN}", OTHER_TOKEN: standard}}}\n'
    '  - {name: Sent, http: {path: "/health?api_key=${API_KEY}", headers: {Authorization: "Bearer ${HEADER_TOKEN}"}}}\n'
    f"  - {{name: Literal, http: {{path: /health, headers: {{X-Api-Key: {LITERAL}}}}}}}\n"
    '  - {name: Login, within: 20s, http: {path: /health, method: POST, json: {password: "${PASSWORD}"}},'
    " assert: \"json.status == 'healthy'\", capture: {session_token: json.where}}\n"
    '  - {name: Used, http: {path: /health, headers: {X-Session-Token: "${capture.session_token}"}}}\n'
    '  - {name: Echoed, http: {path: /health, expect: {json: {where: "${capture.session_token}"}}}}\n'
    '  - {name: Compared, http: {path: /health}, assert: "json.where == capture.session_token"}\n'
    '  - {name: Told, logs: {expect: ["signed in with ${HEADER_TOKEN}"]}}\n'
    "  - {name: Nothing leaks, for: 10s, logs: {forbid: ['password=\\S+']}}\n"
    "  - {name: Variable, assert: \"vars.HEADER_TOKEN != '' && env.API_TOKEN == vars.ENV_TOKEN\"}\n"
)


def disguises(secret: str, cut: int = 0) -> Iterator[str]:
    """How programs write it; of base64 what does not hang on what stands before and after."""
    yield from (
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(json.dumps(secret))[3:-3],
        quote(secret),
        quote_plus(secret),
    )
    yield quote(secret, safe="").lower()
    for before in ("", "u", "us"):
        yield base64.b64encode(f"{before}{secret}".encode()).decode()[cut : -cut or None]
        yield base64.urlsafe_b64encode(f"{before}{secret}".encode()).decode()[cut : -cut or None]


def planted(content: Mapping[str, Any], call: Call, *, signed_in: bool) -> Mapping[str, Any]:
    """An answer with secrets in it."""
    if isinstance(call, GetRevision | GetService):
        text = json.dumps(content)
        env = [{"name": "API_TOKEN", "value": ENV}, {"name": "OTHER_TOKEN", "value": "standard"}]
        return dict(json.loads(text.replace('"env": [', f'"env": [{json.dumps(env)[1:-1]}, ')))
    if isinstance(call, Exchange):
        body = {
            "status": "healthy",
            "service": "netra-ai-platform",
            "where": CAPTURED if signed_in else "nowhere",
            "access_token": COOKIE,
        }
        headers = [*content["headers"], ["set-cookie", f"id={COOKIE}; Path=/"], ["x-echo", f"Bearer {HEADER}"]]
        return {**content, "headers": headers, "text": json.dumps(body)}
    if isinstance(call, ListEntries) and content.get("entries"):
        told = [f"signed in with {HEADER}", f"password={LINE}", f"env is {ENV}", f"echo {QUERY} {BODY} {UNUSED}"]
        told += [f"session {CAPTURED}"] if signed_in else []
        told += [" ".join(disguises(each)) for each in (ENV, HEADER, QUERY, BODY, UNUSED, LITERAL)]
        like = next((e for e in content["entries"] if e["logName"].endswith("stdout")), None)
        more = [{**like, "insertId": f"x{n}", "textPayload": text} for n, text in enumerate(told)] if like else []
        more += [{**like, "insertId": "y", "jsonPayload": {"password": LINE, "message": "hello"}}] if like else []
        return {
            **content,
            "entries": [
                *content["entries"],
                *[{k: v for k, v in m.items() if k != "textPayload" or "jsonPayload" not in m} for m in more],
            ],
        }
    return content


class Leaky:
    """The world, leaking all of them; the session once somebody signed in."""

    signed_in = False

    def __call__(
        self, world: Callable[[Call, float], tuple[float, Result]], call: Call, sent: float
    ) -> tuple[float, Result]:
        took, result = world(call, sent)
        self.signed_in |= isinstance(call, Exchange) and call.method == "POST"
        return took, Answer(planted(result.content, call, signed_in=self.signed_in)) if isinstance(
            result, Answer
        ) else result


@pytest.fixture(scope="module")
def leaked(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    variables = {**VARIABLES, "ENV_TOKEN": ENV}
    run = simulate(CHECKS, NETRA / "scenario.yaml", variables=variables, wrap=Leaky())
    verdicts = {name: (s.verdict.outcome.value, s.verdict.reason) for name, s in run.engine.standings.items()}
    assert {name: outcome for name, (outcome, _) in verdicts.items() if outcome != "passed"} == {
        "Nothing leaks": "failed"
    }, verdicts
    return record(tmp_path_factory.mktemp("leaked") / "run.gz", run.engine.spec, CHECKS, variables, run.engine.journal)


@pytest.mark.parametrize("secret", PLANTED)
def test_no_secret_is_told(leaked: Recorded, secret: str) -> None:
    again = leaked.again()
    told = (gzip.decompress(leaked.path.read_bytes()).decode(), leaked.live, leaked.replayed, markdown(again.summary()))
    for number, text in enumerate(told):
        for disguise in disguises(secret, cut=4):
            assert disguise not in text, (number, disguise, text[max(0, text.find(disguise) - 300) :][:500])


def test_and_the_replay_comes_to_the_same(leaked: Recorded) -> None:
    assert leaked.replayed == leaked.live
