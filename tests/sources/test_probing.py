from __future__ import annotations

import gzip
import socket
import struct
import threading
import time
import zlib
from collections.abc import Mapping
from typing import Any

import pytest

from tests.sources.tcp_server import Talk, TcpServer, tcp_server
from validator.sources import Direct, Emulated, connect
from validator.words.call import Answer, Exchange, Problem, Result

OK = "HTTP/1.1 200 OK\r\n"


def fetch(server: TcpServer, path: str = "", timeout: float = 5, **more: Any) -> Result:
    return connect(Direct())(Exchange(more.pop("method", "GET"), server.url + path, **more), timeout)


def content(result: Result) -> Mapping[str, Any]:
    assert isinstance(result, Answer), result
    return result.content


def problem(result: Result) -> Problem:
    assert isinstance(result, Problem), result
    return result


def test_an_answer_has_status_headers_text_and_latency() -> None:
    def play(talk: Talk) -> None:
        talk.send(OK + "Content-Type: text/plain\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 5\r\n\r\nh\u00e9y!")

    with tcp_server(play) as server:
        found = dict(content(fetch(server, "a%2Fb?q=1")))
    assert 0 < found.pop("latency") < 2
    assert found == {
        "status": 200,
        "headers": [["content-type", "text/plain"], ["x-a", "1"], ["x-a", "2"], ["content-length", "5"]],
        "text": "h\u00e9y!",
        "size": 5,
    }
    assert server.heads[0].startswith("GET /a%2Fb?q=1 HTTP/1.1\r\n")


def test_what_is_sent_is_what_was_asked_for_and_little_else() -> None:
    with tcp_server(lambda talk: talk.send(OK + "Content-Length: 0\r\n\r\n")) as server:
        fetch(
            server,
            method="PUT",
            body='{"a":"\u00e9"}'.encode(),
            headers=(("X-Mark", "1"), ("x-two", "\u00e9"), ("x-two", "b")),
        )
    head, _, body = server.heads[0].partition("\r\n\r\n")
    assert body in ("", '{"a":"\u00e9"}')
    line, *headers = head.split("\r\n")
    assert line == "PUT / HTTP/1.1"
    assert sorted(headers, key=str.lower) == [
        "Accept-Encoding: identity",
        "Accept: */*",
        "Content-Length: 10",
        f"Host: 127.0.0.1:{server.port}",
        "User-Agent: validator/0.1.0",
        "X-Mark: 1",
        "x-two: \u00e9, b",
    ]


def test_each_exchange_has_a_connection_of_its_own() -> None:
    connections = []

    def play(talk: Talk) -> None:
        connections.append(talk.connection)
        talk.send(OK + "Content-Length: 0\r\n\r\n")
        talk.connection.recv(1)

    with tcp_server(play) as server:
        sources = connect(Direct())
        for _ in range(3):
            sources(Exchange("GET", server.url), 5)
    assert len(connections) == 3


def test_head_has_no_body() -> None:
    with tcp_server(lambda talk: talk.send(OK + "Content-Length: 500\r\n\r\n")) as server:
        assert content(fetch(server, method="HEAD"))["text"] == ""


def test_a_status_is_a_status_whatever_it_says() -> None:
    with tcp_server(lambda talk: talk.send("HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno")) as server:
        assert content(fetch(server))["status"] == 503


def test_a_body_is_cut_at_one_mebibyte() -> None:
    size = (1 << 20) + 70_000
    with tcp_server(lambda talk: talk.send(f"{OK}Content-Length: {size}\r\n\r\n" + "x" * size)) as server:
        found = content(fetch(server))
    assert found["text"] == "x" * (1 << 20)
    assert found["cut"] is True


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/html", "\u00e9".encode(), "\u00e9"),
        ("text/html; charset=iso-8859-1", b"\xe9", "\u00e9"),
        ("text/html; charset=Latin1", b"\xe9", "\u00e9"),
        ('text/html; charset="windows-1252"', b"\x80", "\u20ac"),
        ("text/plain; charset=utf-16", "\u00e9".encode("utf-16"), "\u00e9"),
        ("text/plain", "\u00e9".encode("utf-16"), "\u00e9"),
        ("text/plain; charset=Shift_JIS", "\u6771\u4eac".encode("shift_jis"), "\u6771\u4eac"),
        ("application/json", b"\xef\xbb\xbf{}", "{}"),
    ],
)
def test_a_body_becomes_text_whatever_it_is(kind: str, body: bytes, text: str) -> None:
    head = f"{OK}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with tcp_server(lambda talk: talk.send(head + body)) as server:
        assert content(fetch(server))["text"] == text


@pytest.mark.parametrize(
    ("headers", "body", "text", "reason"),
    [
        ("Content-Type: text/plain", b"ok \xff!", "ok \ufffd!", "its byte 4 is not utf-8"),
        ("Content-Type: text/plain; charset=us-ascii", b"a\xe9", "a\ufffd", "its byte 2 is not us-ascii"),
        (
            "Content-Type: text/plain; charset=iso-8859-1",
            b"a\x9d",
            "a\ufffd",
            "its character 2 is U+009D, so it is no text",
        ),
        ("Content-Type: text/plain", b"a\x00", "a\ufffd", "its character 2 is U+0000, so it is no text"),
        (
            "Content-Type: text/html; charset=punycode",
            b"bcher-kva" * 9,
            "",
            "its charset is 'punycode', which is not read",
        ),
        ("Content-Type: text/html; charset=utf-7", b"+AGE-", "", "its charset is 'utf-7', which is not read"),
        ("Content-Encoding: br", b"\x0b\x02\x80ok\x03", "", "its Content-Encoding is 'br', which is not read"),
        ("Content-Encoding: gzip, gzip", b"abc", "", "its Content-Encoding is 'gzip, gzip', which is not read"),
        ("X-A: 1", gzip.compress(b"down", mtime=0), "", "its bytes are compressed (gzip), which no header says"),
        ("X-A: 1", b"\x28\xb5\x2f\xfd\x04\x00", "", "its bytes are compressed (zstd), which no header says"),
        ("X-A: 1", zlib.compress(b"down"), "", "its bytes are compressed (zlib), which no header says"),
        (
            "Content-Type: text/plain; charset=latin-1",
            gzip.compress(b"down", mtime=0),
            "",
            "its bytes are compressed (gzip), which no header says",
        ),
        (
            "Content-Encoding: gzip",
            gzip.compress(gzip.compress(b"down", mtime=0), mtime=0),
            "",
            "its bytes are compressed (gzip), which no header says",
        ),
    ],
)
def test_bytes_that_are_no_text_are_told_as_undecoded(headers: str, body: bytes, text: str, reason: str) -> None:
    head = f"{OK}{headers}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with tcp_server(lambda talk: talk.send(head + body)) as server:
        found = content(fetch(server))
    assert (found["text"], found["undecoded"]) == (text, reason)


def test_a_transfer_that_cannot_be_undone_is_told() -> None:
    with tcp_server(
        lambda talk: talk.send(OK + "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")
    ) as server:
        assert content(fetch(server))["undecoded"] == "its Transfer-Encoding is 'gzip, chunked', which is not read"


def test_a_cut_body_ends_before_a_character_that_was_cut() -> None:
    body = "x" + "\u00e9" * (1 << 20)
    head = f"{OK}Content-Length: {len(body.encode())}\r\n\r\n"
    with tcp_server(lambda talk: talk.send(head + body)) as server:
        found = content(fetch(server))
    assert found["text"] == body[: 1 << 19]
    assert found["cut"] is True


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"hel", mtime=0) + gzip.compress(b"lo", mtime=0)),
        ("x-gzip", gzip.compress(b"hello", mtime=0)),
        ("deflate", zlib.compress(b"hello")),
        ("deflate", zlib.compress(b"hello")[2:-4]),
        ("identity", b"hello"),
    ],
)
def test_what_a_server_compresses_unasked_is_read(encoding: str, body: bytes) -> None:
    head = f"{OK}Content-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with tcp_server(lambda talk: talk.send(head + body)) as server:
        assert content(fetch(server))["text"] == "hello"


def test_a_compressed_body_is_read() -> None:
    body = gzip.compress(b"hello", mtime=0)
    head = f"{OK}Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with tcp_server(lambda talk: talk.send(head + body)) as server:
        assert content(fetch(server))["text"] == "hello"


def test_redirects_are_answers() -> None:
    with tcp_server(
        lambda talk: talk.send("HTTP/1.1 302 Go\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n")
    ) as server:
        found = content(fetch(server))
    assert found["status"] == 302
    assert ["location", "/there"] in found["headers"]
    assert len(server.heads) == 1


def test_redirects_are_followed_when_asked() -> None:
    def play(talk: Talk) -> None:
        if talk.head.startswith("GET /there "):
            talk.send(OK + "Content-Length: 4\r\n\r\nhere")
        else:
            talk.send("HTTP/1.1 302 Go\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n")

    with tcp_server(play) as server:
        assert content(fetch(server, redirects=True))["text"] == "here"


def test_a_redirect_to_itself_ends() -> None:
    with tcp_server(lambda talk: talk.send("HTTP/1.1 302 Go\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")) as server:
        found = problem(fetch(server, redirects=True))
    assert found == Problem("BROKEN", "more than 10 redirects, one after the other")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nothing_of_ones_own_goes_along_to_another_origin(status: int) -> None:
    own = (
        ("Authorization", "Bearer app"),
        ("X-Serverless-Authorization", "Bearer id"),
        ("X-Api-Key", "k"),
        ("Cookie", "sid=1"),
        ("Accept", "application/json"),
        ("User-Agent", "probe/1"),
        ("traceparent", "00-1-2-01"),
    )
    with tcp_server(lambda talk: talk.send(OK + "Content-Length: 0\r\n\r\n")) as other:
        location = (
            f"HTTP/1.1 {status} Go\r\nSet-Cookie: a=b\r\nLocation: http://127.0.0.1:{other.port}/\r\n"
            "Content-Length: 0\r\n\r\n"
        )
        with tcp_server(lambda talk: talk.send(location)) as server:
            found = content(fetch(server, redirects=True, headers=own))
    assert found["status"] == 200
    assert found["url"] == f"http://127.0.0.1:{other.port}/"
    for _, value in own:
        assert value in server.heads[0]
    assert sorted(line.split(": ")[0].lower() for line in other.heads[0].split("\r\n")[1:] if line) == [
        "accept",
        "accept-encoding",
        "host",
        "traceparent",
        "user-agent",
    ]


def test_what_is_ones_own_goes_along_within_an_origin_and_never_comes_back_to_it() -> None:
    def play(talk: Talk) -> None:
        to = {"/ ": "/a", "/a ": f"http://localhost:{server.port}/b", "/b ": f"http://127.0.0.1:{server.port}/c"}
        found = next((to[path] for path in to if talk.head.startswith(f"POST {path}")), "")
        head = f"HTTP/1.1 308 Go\r\nSet-Cookie: seen=1\r\nLocation: {found}\r\n" if found else OK
        talk.send(head + "Content-Length: 0\r\n\r\n")

    with tcp_server(play) as server:
        content(fetch(server, redirects=True, method="POST", headers=(("X-Key", "1"),)))
    assert ["X-Key" in head for head in server.heads] == [True, True, False, False]
    assert ["seen=1" in head for head in server.heads] == [False, True, False, False]


@pytest.mark.parametrize("status", [307, 308])
def test_a_body_does_not_go_to_another_origin(status: int) -> None:
    with tcp_server(lambda talk: talk.send(OK + "Content-Length: 0\r\n\r\n")) as other:
        to = f"http://127.0.0.1:{other.port}/"
        location = f"HTTP/1.1 {status} Go\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
        with tcp_server(lambda talk: talk.send(location)) as server:
            found = problem(fetch(server, redirects=True, method="POST", body=b"secret"))
    told = f"the redirect ({status}) to {to} is not followed: the body would go to another origin"
    assert found == Problem("REFUSED", told)
    assert not other.heads


def test_a_post_becomes_a_get_where_the_redirect_says_so() -> None:
    def play(talk: Talk) -> None:
        first = talk.head.startswith("POST / ")
        talk.send(("HTTP/1.1 303 Go\r\nLocation: /done\r\n" if first else OK) + "Content-Length: 0\r\n\r\n")

    with tcp_server(play) as server:
        content(
            fetch(server, redirects=True, method="POST", body=b"{}", headers=(("Content-Type", "application/json"),))
        )
    assert server.heads[1].startswith("GET /done ")
    assert "Content-Type" not in server.heads[1]


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/computeMetadata/v1/",
        "http://2852039166/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token",
        "http://METADATA.goog./",
    ],
)
@pytest.mark.parametrize("connection", [Direct(), Emulated("127.0.0.1", 1, 1)])
def test_a_metadata_server_is_never_asked(location: str, connection: Direct | Emulated) -> None:
    sources = connect(connection)
    found = problem(sources(Exchange("GET", location), 5))
    sources.close()
    assert found.code == "REFUSED"
    assert found.message.startswith(f"{location} is not asked: ")
    answer = f"HTTP/1.1 302 Go\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    with tcp_server(lambda talk: talk.send(answer)) as server:
        assert problem(fetch(server, redirects=True)) == found


@pytest.mark.usefixtures("unproxied")
def test_a_name_that_leads_to_a_metadata_server_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def resolver(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host == "innocent.example":
            return [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))
                for address in ("127.0.0.1", "169.254.169.254")
            ]
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    found = problem(connect(Direct())(Exchange("GET", "http://innocent.example/"), 5))
    assert found == Problem("REFUSED", "innocent.example is not asked: 169.254.169.254 is a link-local address")


@pytest.mark.usefixtures("unproxied")
@pytest.mark.parametrize(
    "location", ["http://[::1", "//", "file:///etc/passwd", "gopher://a/", "http://\xff\xfe/", ":::"]
)
def test_an_odd_location_is_no_error_until_it_is_followed(location: str) -> None:
    answer = f"HTTP/1.1 302 Go\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
    with tcp_server(lambda talk: talk.send(answer)) as server:
        assert content(fetch(server))["status"] == 302
        assert problem(fetch(server, redirects=True)).code in ("REFUSED", "BROKEN", "CONNECT")


def test_a_redirects_body_is_not_read() -> None:
    def play(talk: Talk) -> None:
        talk.send("HTTP/1.1 302 Go\r\nLocation: /there\r\n\r\n")
        for _ in range(10_000):
            talk.send("x" * 100_000)

    with tcp_server(play) as server:
        found = content(fetch(server))
        assert server.closed.wait(5), "the connection stayed open"
    assert (found["text"], found["unread"]) == ("", True)


@pytest.mark.parametrize("interim", ["100 Continue", "102 Processing", "103 Early Hints"])
def test_interim_answers_are_not_the_answer(interim: str) -> None:
    head = f"HTTP/1.1 {interim}\r\nLink: </a.css>\r\n\r\n"
    with tcp_server(lambda talk: talk.send(head * 3 + OK + "Content-Length: 2\r\n\r\nok")) as server:
        found = content(fetch(server))
    assert (found["status"], found["text"], found["headers"]) == (200, "ok", [["content-length", "2"]])


@pytest.mark.parametrize("length", ["-1", "abc", "1.5", "3, 4", "\xb2", "0x3", "+3"])
def test_a_length_that_is_none_is_broken(length: str) -> None:
    answer = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\nabc".encode("latin-1")
    with tcp_server(lambda talk: talk.send(answer)) as server:
        found = problem(fetch(server))
    assert found.code == "BROKEN"


@pytest.mark.parametrize("size", ["-1", "zz", "0x3", "", "1_0"])
def test_a_chunk_without_a_size_is_broken(size: str) -> None:
    with tcp_server(
        lambda talk: talk.send(f"{OK}Transfer-Encoding: chunked\r\n\r\n{size}\r\nabc\r\n0\r\n\r\n")
    ) as server:
        found = problem(fetch(server))
    assert found.code == "BROKEN"
    assert "the size of a chunk is" in found.message


@pytest.mark.parametrize("body", ["5\r\nab", "2\r\nab\r\n", "2\r\nab\r\n5"])
def test_chunks_that_end_early_are_broken(body: str) -> None:
    with tcp_server(lambda talk: talk.send(f"{OK}Transfer-Encoding: chunked\r\n\r\n{body}")) as server:
        found = problem(fetch(server))
    assert found.code == "BROKEN"


def test_grpcs_trailers_are_kept() -> None:
    answer = f"{OK}Content-Type: application/grpc\r\nTransfer-Encoding: chunked\r\n\r\n0\r\ngrpc-status: 14\r\nX-B: 1\r\n\r\n"
    with tcp_server(lambda talk: talk.send(answer)) as server:
        assert content(fetch(server))["trailers"] == [["grpc-status", "14"]]


def test_credentials_of_a_netrc_are_not_sent(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with tcp_server(lambda talk: talk.send(OK + "Content-Length: 0\r\n\r\n")) as server:
        fetch(server)
    assert "Authorization" not in server.heads[0]


def test_a_refused_port_is_no_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    found = problem(connect(Direct())(Exchange("GET", f"http://127.0.0.1:{port}/"), 5))
    assert found == Problem("CONNECT", f"127.0.0.1:{port} refused the connection")


@pytest.mark.usefixtures("unproxied")
def test_an_unknown_name_is_no_connection() -> None:
    found = problem(connect(Direct())(Exchange("GET", "http://no-such-host.invalid/"), 5))
    assert found.code == "CONNECT"
    assert found.message.startswith("no-such-host.invalid is not known to the resolver: ")


def test_tls_with_a_server_that_has_none_is_no_connection() -> None:
    with tcp_server(lambda talk: talk.send("220 mail ready\r\n"), wait=False) as server:
        found = problem(connect(Direct())(Exchange("GET", f"https://127.0.0.1:{server.port}/"), 5))
    assert found.code == "CONNECT"
    assert found.message.startswith(f"TLS with 127.0.0.1:{server.port} failed: ")


def test_tls_that_never_comes_about_is_no_connection() -> None:
    with tcp_server(lambda _talk: None) as server:  # it waits for the end of a head that TLS never sends
        began = time.monotonic()
        found = problem(connect(Direct())(Exchange("GET", f"https://127.0.0.1:{server.port}/"), 0.5))
    assert found == Problem("CONNECT", f"no connection to 127.0.0.1:{server.port} within 500 ms")
    assert time.monotonic() - began < 1.5


def test_a_full_backlog_is_no_connection() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", port))
        found = problem(connect(Direct())(Exchange("GET", f"http://127.0.0.1:{port}/"), 0.5))
        for client in waiting:
            client.close()
    assert found == Problem("CONNECT", f"no connection to 127.0.0.1:{port} within 500 ms")


def test_no_url_is_no_connection() -> None:
    found = problem(connect(Direct())(Exchange("GET", "/health"), 5))
    assert found.code == "CONNECT"
    assert found.message.startswith("not sent: ")


def test_a_header_that_cannot_be_sent_is_no_connection() -> None:
    with tcp_server(lambda _talk: None) as server:
        found = problem(fetch(server, headers=(("X-A", "1\r\nX-B: 2"),)))
    assert found.code == "CONNECT"
    assert not server.heads


@pytest.mark.parametrize(
    ("first", "drip", "message"),
    [
        ("", "", "no answer within 600 ms"),
        (OK + "X-Long: ", "x", "no answer within 600 ms"),
        ("HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "no answer within 600 ms"),
        (OK + "Content-Length: 900\r\n\r\n", "x", "bytes of the body, not its end, within 600 ms"),
        (OK + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", "bytes of the body, not its end, within 600 ms"),
        (OK + "\r\n", "x", "bytes of the body, not its end, within 600 ms"),
    ],
)
def test_a_server_that_drips_is_left_at_the_deadline(first: str, drip: str, message: str) -> None:
    def play(talk: Talk) -> None:
        talk.send(first)
        if drip:
            talk.drip(drip)
        talk.closing.wait(10)

    with tcp_server(play) as server:
        began = time.monotonic()
        found = problem(fetch(server, timeout=0.6))
        assert time.monotonic() - began < 1.2
        assert found.code == "TIMEOUT"
        assert found.message.startswith(f"connected to 127.0.0.1:{server.port}; ")
        assert found.message.endswith(message)
        assert not drip or server.closed.wait(3), "the connection stayed open"


def test_the_thread_of_an_exchange_ends_with_it() -> None:
    with tcp_server(lambda talk: talk.drip("x")) as server:
        problem(fetch(server, timeout=0.3))
        for thread in threading.enumerate():
            if thread.name == "exchange":
                thread.join(3)
                assert not thread.is_alive()


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_a_reset_before_the_answer_is_broken() -> None:
    with tcp_server(lambda talk: _reset(talk.connection)) as server:
        assert problem(fetch(server)) == Problem("BROKEN", f"127.0.0.1:{server.port} reset the connection")


def test_a_close_before_the_answer_is_broken() -> None:
    with tcp_server(lambda _talk: None) as server:
        found = problem(fetch(server))
    assert found == Problem("BROKEN", f"127.0.0.1:{server.port} closed the connection without an answer")


def test_a_reset_in_the_body_is_broken() -> None:
    def play(talk: Talk) -> None:
        talk.send(OK + "Content-Length: 9\r\n\r\nabc")
        talk.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with tcp_server(play) as server:
        assert problem(fetch(server)).code == "BROKEN"


@pytest.mark.parametrize("head", ["HTTP/1.1 200 OK", OK, OK + "X-A: 1", OK + "X-A: 1\r\n"])
def test_a_head_that_ends_early_is_broken(head: str) -> None:
    with tcp_server(lambda talk: talk.send(head)) as server:
        found = problem(fetch(server))
    assert found == Problem("BROKEN", f"127.0.0.1:{server.port} ended the head of its answer early")


def test_a_body_that_ends_early_is_broken() -> None:
    with tcp_server(lambda talk: talk.send(OK + "Content-Length: 9\r\n\r\nabc")) as server:
        found = problem(fetch(server))
    assert found == Problem(
        "BROKEN", f"127.0.0.1:{server.port} ended the body early: 3 bytes came, 6 more were announced"
    )


@pytest.mark.parametrize("answer", ["SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 abc\r\n\r\n"])
def test_an_answer_that_is_not_http_is_broken(answer: str) -> None:
    with tcp_server(lambda talk: talk.send(answer)) as server:
        found = problem(fetch(server))
    assert found.code == "BROKEN"
    assert f"127.0.0.1:{server.port} sent what is not HTTP: " in found.message


def test_a_broken_compression_is_broken() -> None:
    with tcp_server(lambda talk: talk.send(OK + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")) as server:
        assert problem(fetch(server)).code == "BROKEN"


def test_emulated_every_url_is_connected_to_the_emulator_with_its_host() -> None:
    with tcp_server(lambda talk: talk.send(OK + "Content-Length: 2\r\n\r\nok")) as server:
        sources = connect(Emulated("127.0.0.1", server.port, 1))
        for url in ("https://app-abc.a.run.app/health", "http://tag---app.a.run.app:81/", "https://u:p@x.example/"):
            assert content(sources(Exchange("GET", url), 5))["text"] == "ok"
        sources.close()
    assert [_host(head) for head in server.heads] == ["app-abc.a.run.app", "tag---app.a.run.app:81", "x.example"]
    assert server.heads[0].startswith("GET /health HTTP/1.1\r\n")


def test_emulated_redirects_stay_with_the_emulator_and_name_their_host() -> None:
    def play(talk: Talk) -> None:
        if _host(talk.head) == "a.example":
            talk.send("HTTP/1.1 302 Go\r\nLocation: https://b.example/x\r\nContent-Length: 0\r\n\r\n")
        else:
            talk.send(OK + "Content-Length: 0\r\n\r\n")

    with tcp_server(play) as server:
        sources = connect(Emulated("127.0.0.1", server.port, 1))
        sources(Exchange("GET", "https://a.example/", redirects=True), 5)
        sources.close()
    assert [_host(head) for head in server.heads] == ["a.example", "b.example"]


def test_emulated_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    with tcp_server(lambda talk: talk.send(OK + "Content-Length: 0\r\n\r\n")) as server:
        sources = connect(Emulated("127.0.0.1", server.port, 1))
        assert content(sources(Exchange("GET", "https://a.example/"), 5))["status"] == 200
        sources.close()


def test_emulated_timeouts_and_latency_are_in_the_gates_time() -> None:
    def play(talk: Talk) -> None:
        if "/slow" in talk.head:
            talk.drip("x")
        talk.closing.wait(0.1)
        talk.send(OK + "Content-Length: 0\r\n\r\n")

    with tcp_server(play) as server:
        sources = connect(Emulated("127.0.0.1", server.port, 1, time.time(), 20))
        assert 2 <= content(sources(Exchange("GET", "https://a.example/"), 60))["latency"] < 30
        began = time.monotonic()
        found = problem(sources(Exchange("GET", "https://a.example/slow"), 10))
        assert time.monotonic() - began < 2
        sources.close()
    assert found.message.endswith("no answer within 10 s")


def _host(head: str) -> str:
    return next(line[6:] for line in head.split("\r\n") if line.startswith("Host: "))


def test_a_proxy_of_the_environment_is_used_and_not_asked_for_a_metadata_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with tcp_server(lambda talk: talk.send(OK + "Content-Length: 0\r\n\r\n")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert content(connect(Direct())(Exchange("GET", "http://shop.example/a"), 5))["status"] == 200
        assert problem(connect(Direct())(Exchange("GET", "http://metadata/a"), 5)).code == "REFUSED"
    assert [head.split("\r\n")[0] for head in proxy.heads] == ["GET http://shop.example/a HTTP/1.1"]


def test_credentials_of_a_netrc_do_not_follow_a_redirect(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with tcp_server(lambda talk: talk.send(OK + "Content-Length: 0\r\n\r\n")) as other:
        location = f"HTTP/1.1 302 Go\r\nLocation: {other.url}\r\nContent-Length: 0\r\n\r\n"
        with tcp_server(lambda talk: talk.send(location)) as server:
            content(fetch(server, redirects=True))
    assert "Authorization" not in server.heads[0] + other.heads[0]
