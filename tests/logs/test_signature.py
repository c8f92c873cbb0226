"""Signatures: what is masked, what is not, and which words are values.

Two errors taken for one hide a new one, so of what cannot be told apart by its form (`worker7`, `psycopg2`) each is its own.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.logs.entry import Entry
from validator.logs.event import Event, events
from validator.logs.signature import Signatures, signature
from validator.logs.template import template

SPRING = "\n***************************\nAPPLICATION FAILED TO START\n***************************\n\nDescription:\n\n{}\n\nAction:\n\n{}\n"
PYDANTIC = "{} validation error{} for Settings\n{}\n    For further information visit https://errors.pydantic.dev/2.5/v/missing"
PYTHON = 'Traceback (most recent call last):\n  File "/app/shop/{}.py", line {}, in {}\n    {}\n{}'
JAVA = "java.lang.IllegalStateException: {}\n\tat com.acme.{}(Cart.java:{})\n\tat com.acme.Main.main(Main.java:3)"

SAME: list[tuple[str, str, str]] = [
    ("durations are masked", "took 12ms", "took 1,234.5ms"),
    ("exponents and signs belong to numbers", "took 1e-5 s", "took -3 s"),
    ("lists of numbers may be longer", "pid 17, 18, 19 died", "pid 4 died"),
    ("UUIDs are ids", "order 550e8400-e29b-41d4-a716-446655440000 lost", "order 6ba7b810-9dad-11d1-80b4-00c04fd430c8 lost"),
    ("hexadecimal may have digits only", "commit 8c0f3a9de1b74c2f lost", "commit 1234567890123456 lost"),
    ("places in memory", "<Cart object at 0x7f3b2c1d> is gone", "<Cart object at 0x7ffd00a1> is gone"),
    ("request ids", "request req-9bfec124 lost", "request req-12345678 lost"),
    ("the random part of an id", "connection main_9bfec124 lost", "connection main_12345678 lost"),
    ("ids of mixed case", "token cus_NffrFeUfNV2Hib lost", "token cus_1BcdeFghijK9lm lost"),
    ("ULIDs", "job 01ARZ3NDEKTSV4RRFFQ69G5FAV lost", "job 01BX5ZZKBKACTAV9WEVGEMMVRZ lost"),
    ("nanoids", "link V1StGXR8_Z5jdHi6B is dead", "link U4kgB2x9_J5m9g0JDMb is dead"),
    ("pod names", "web-7d9f8c6b5-x7kq2 is gone", "web-6c8e7d5f4-b2w9z is gone"),
    ("addresses with ports", "from 10.0.0.7:5432", "from 192.168.1.255"),
    ("IPv6 addresses", "from [2001:db8::1]:443", "from fe80::1"),
    ("e-mail addresses", "mail to a.b@example.com failed", "mail to root@mail.example.org failed"),
    ("ports", "cannot listen on port 8080", "cannot listen on port 3000"),
    ("temporary files", "cannot open /tmp/build-1/x.py", "cannot open /tmp/tmpa8f3k2/y.bin"),
    ("a file that moved with its folder", "cannot open /app/templates/de.html", "cannot open /workspace/templates/de.html"),
    ("a file on another drive", "cannot open C:\\work\\app\\a.txt", "cannot open D:\\app\\a.txt"),
    ("an id in a file's name", "cannot read /data/uploads/9bfec124.png", "cannot read /data/uploads/12345678.png"),
    ("the query of a URL", "GET https://api.example.com/v1/orders?x=1 failed", "GET https://api.example.com/v1/orders?y=2 failed"),
    ("ids in a route", "GET https://api.example.com/v1/orders/7 failed", "GET https://api.example.com/v1/orders/8123 failed"),
    ("ids in a route without host", "POST /carts/17/items failed", "POST /carts/9034/items failed"),
    ("credentials in a URL", "no answer of https://u:p1@api.example.com/x", "no answer of https://v:q2@api.example.com/x"),
    ("timestamps", "[2026-09-21 13:00:01,123] late", "[2026-09-21T13:00:02.5Z] late"),
    ("clocks", "at 13:00:01 late", "at 9:12:00.5 late"),
    ("dates of mails", "on Mon, 21 Sep 2026 13:00:01 GMT late", "on Tue, 1 Sep 2026 01:02:03 GMT late"),
    ("dates of Apache", "[Mon Sep 21 13:00:01.123 2026] [core:error] late", "[Tue Sep 01 01:02:03.456 2026] [core:error] late"),
    ("klog's head", "E0102 03:04:05.123456 7 main.go:12] late", "E0921 13:00:01.654321 9 main.go:14] late"),
    ("NestJS's head", "[Nest] 7  - 01/02/2026, 3:04:05 AM   ERROR late", "[Nest] 9  - 09/21/2026, 1:00:01 PM   ERROR late"),
    ("colours", "\x1b[31merror\x1b[0m  in   it", "error in it"),
    ("versions move with each build", "library 1.2.3 is old", "library 2.0.1 is old"),
    ("versions with a v", "library v1.2.3 is old", "library v2.10.0 is old"),
    ("sizes", "body of 1048577 bytes is too large", "body of 2,097,153 bytes is too large"),
    ("line numbers", "syntax error at line 12, column 5", "syntax error at line 140, column 33"),
    ("threads", "[http-nio-8080-exec-5] cart is broken", "[http-nio-8080-exec-11] cart is broken"),
    ("workers", "worker-3 died", "worker-12 died"),
    ("tickets", "order ORD-10017 is empty", "order ORD-20456 is empty"),
    ("tickets at the end", "order not found: ORD-10017", "order not found: ORD-20456"),
    ("dates in names", "backup_20260102 failed", "backup_20260103 failed"),
    ("counts after a colon", "error: 17 orders are lost", "error: 18 orders are lost"),
    ("a Python trace at other lines", PYTHON.format("cart", 12, "add", "x", "ValueError: order 17 is empty"), PYTHON.format("cart", 40, "add", "x", "ValueError: order 9034 is empty")),
    ("a Java trace at other lines", JAVA.format("batch 17 is closed", "Cart.add", 9), JAVA.format("batch 18 is closed", "Cart.add", 12)),
    ("a banner with other ids", SPRING.format("Port 8080 was already in use.", "x"), SPRING.format("Port 9090 was already in use.", "x")),
    ("another value of the same field", PYDANTIC.format(1, "", "total\n  Input should be a number [type=float, input_value='a']"), PYDANTIC.format(1, "", "total\n  Input should be a number [type=float, input_value='b']")),
    ("times beside a status code", "upstream returned 502 in 12 ms", "upstream returned 502 in 900 ms"),
]  # fmt: skip
DIFFERENT: list[tuple[str, str, str]] = [
    ("status codes", "Request failed with status code 404", "Request failed with status code 500"),
    ("status codes as keys", "upstream status=404 url=/x", "upstream status=500 url=/x"),
    ("status codes in JSON", '{"statusCode":404,"id":7}', '{"statusCode":502,"id":7}'),
    ("status codes by their phrase", "answer: 502 Bad Gateway", "answer: 503 Service Unavailable"),
    ("status codes of an answer", "payments returned 401", "payments returned 503"),
    ("status codes in parentheses", "payments failed (401)", "payments failed (503)"),
    ("status codes of HTTP", "HTTP/1.1 401 from payments", "HTTP/1.1 503 from payments"),
    ("status codes after a route", "GET /orders/7 404 12ms", "GET /orders/7 500 12ms"),
    ("exit codes", "child exited with code 1", "child exited with code 137"),
    ("exit statuses", "returned non-zero exit status 1", "returned non-zero exit status 127"),
    ("signals", "worker killed by signal 9", "worker killed by signal 11"),
    ("numbers of errno", "[Errno 2] it failed", "[Errno 13] it failed"),
    ("numbers of the system", "it failed (os error 2)", "it failed (os error 111)"),
    ("MySQL's numbers", "ERROR 1045 (28000): it failed", "ERROR 1146 (42S02): it failed"),
    ("MongoDB's codes", "E11000 it failed", "E11600 it failed"),
    ("Oracle's codes", "DatabaseError: ORA-00942: it failed", "DatabaseError: ORA-01017: it failed"),
    ("Postgres's codes", "query failed (SQLSTATE 42P01)", "query failed (SQLSTATE 42703)"),
    ("TypeScript's codes", "error TS2304: it failed", "error TS2322: it failed"),
    ("Prisma's codes", "invalid call, code: 'P2002'", "invalid call, code: 'P2025'"),
    ("Node.js's codes", "connect ECONNREFUSED 10.0.0.1:5432", "connect ETIMEDOUT 10.0.0.1:5432"),
    ("Windows's codes", "it failed: HRESULT 0x80070005", "it failed: HRESULT 0x80070002"),
    ("Apache's codes", "[core:error] AH00037: it failed", "[core:error] AH00124: it failed"),
    ("modules", "ModuleNotFoundError: No module named 'oauth2client'", "ModuleNotFoundError: No module named 'psycopg2cffi'"),
    ("modules with one digit", "No module named 'psycopg2'", "No module named 'psycopg3'"),
    ("names to import", "cannot import name 'A1' from 'b'", "cannot import name 'B1' from 'b'"),
    ("variables of the environment", "environment variable DB1_HOST is not set", "environment variable OAUTH2_SECRET is not set"),
    ("variables that end in a number", "REPLICA_1_URL is not set", "REPLICA_2_URL is not set"),
    ("fields", "column address_line_1 does not exist", "column address_line_2 does not exist"),
    ("classes", "no bean of type S3Client", "no bean of type OAuth2Client"),
    ("long names of classes", "no bean of type IPv4ToIPv6Mapper", "no bean of type Log4J2Appender"),
    ("functions", "base64_decode() failed", "sha256_sum() failed"),
    ("character sets", "unknown collation utf8mb4_general_ci", "unknown collation utf8mb4_0900_ai_ci"),
    ("attributes", "'Cart' object has no attribute 'total'", "'Cart' object has no attribute 'items'"),
    ("keys", "KeyError: 'alice'", "KeyError: 'bob'"),
    ("files", "cannot open /app/templates/de.html", "cannot open /var/secrets/payment-key"),
    ("files of one name", "cannot read /secrets/db/password", "cannot read /secrets/mail/password"),
    ("hosts", "GET https://api.example.com/ failed", "GET https://mail.example.com/ failed"),
    ("routes", "GET /carts/7 failed", "GET /orders/7 failed"),
    ("routes of a host", "GET https://api.example.com/v1/orders failed", "GET https://api.example.com/v1/payments failed"),
    ("methods", "GET /carts/7 failed", "DELETE /carts/7 failed"),
    ("what stands below a banner", SPRING.format("A bean of type Mailer could not be found.", "x"), SPRING.format("Failed to configure a DataSource: no url is given.", "x")),
    ("fields of a validation error", PYDANTIC.format(1, "", "coupon\n  Field required [type=missing]"), PYDANTIC.format(1, "", "total\n  Field required [type=missing]")),
    ("what is wrong with a field", PYDANTIC.format(1, "", "total\n  Field required [type=missing]"), PYDANTIC.format(1, "", "total\n  Input should be a number [type=float]")),
    ("one field more", PYDANTIC.format(1, "", "a\n  Field required"), PYDANTIC.format(2, "s", "a\n  Field required\nb\n  Field required")),
    ("what stands below a heading", "Startup failed:\n  no database", "Startup failed:\n  no queue"),
    ("what stands below .NET's category", "fail: Shop.Cart[0]\n      cart is broken", "fail: Shop.Cart[0]\n      mail is broken"),
    ("the second line", "it failed\nreason: no database", "it failed\nreason: no queue"),
    ("errors of one namespace", "ActiveRecord::RecordNotFound", "ActiveRecord::RecordInvalid"),
    ("what a trace says", PYTHON.format("cart", 12, "add", "x", "ValueError: order is empty"), PYTHON.format("cart", 12, "add", "x", "ValueError: order is closed")),
    ("where it was raised", PYTHON.format("cart", 12, "add", "x", "ValueError: it failed"), PYTHON.format("cart", 12, "drop", "x", "ValueError: it failed")),
    ("the type of an error", PYTHON.format("cart", 12, "add", "x", "ValueError: it failed"), PYTHON.format("cart", 12, "add", "x", "TypeError: it failed")),
    ("the cause of an error", JAVA.format("x", "Cart.add", 9) + "\nCaused by: a.B: no database", JAVA.format("x", "Cart.add", 9) + "\nCaused by: a.B: no queue"),
    ("fields below a trace", PYTHON.format("a", 1, "f", "x", "ValidationError: 1 validation error for S\nDB_URL\n  Field required"), PYTHON.format("a", 1, "f", "x", "ValidationError: 1 validation error for S\nMQ_URL\n  Field required")),
    ("two users, until there are three", "user alice is gone", "user bob is gone"),
    ("words that masks are made of", "<path> is missing", "number is missing"),
    ("loggers", "2026-01-02 03:04:05 ERROR shop.cart: it failed", "2026-01-02 03:04:05 ERROR shop.mail: it failed"),
]  # fmt: skip


def event(text: str) -> Event:
    (found,) = events([Entry.read({"logName": "projects/p/logs/run.googleapis.com%2Fstderr", "textPayload": text})])
    return found


@pytest.mark.parametrize(("reason", "one", "other"), SAME)
def test_an_error_is_the_same_whatever_differs_by_run(reason: str, one: str, other: str) -> None:
    assert signature(event(one)) == signature(event(other)), reason


@pytest.mark.parametrize(("reason", "one", "other"), DIFFERENT)
def test_two_errors_stay_two(reason: str, one: str, other: str) -> None:
    assert signature(event(one)) != signature(event(other)), reason


def test_the_tables_are_long_enough() -> None:
    assert len(SAME) + len(DIFFERENT) >= 80


@given(st.text())
def test_a_template_is_its_own_template(text: str) -> None:
    assert template(template(template(text))) == template(template(text))


@given(st.integers(min_value=0), st.integers(min_value=0))
def test_any_two_numbers_are_alike(one: int, other: int) -> None:
    assert template(f"{one} of it") == template(f"{other} of it")


@pytest.mark.parametrize(
    "piece",
    ["a.b@", "/a", "1:", "1_", "https://", "{", "a1", "A-1", "code ", "[", "\n", "a\n  b\n", "GET /", "\\a", "'1"],
)
def test_a_hostile_text_takes_no_long_time(piece: str) -> None:
    began = time.process_time()
    assert len(template(piece * 500_000)) <= 300
    assert len(signature(event(piece * 100_000))) < 10_000
    assert time.process_time() - began < 3


GONE = {f"user {name} is gone": [name] for name in ("alice", "bob", "carol")}


def test_a_place_with_three_words_holds_a_value_where_there_are_many_of_its_sort() -> None:
    known = Signatures(GONE)
    assert known.find("user dave is gone") == "user <*> is gone"
    assert known.count("user <*> is gone") == 3
    assert known.find("user dave is late") == ""
    assert known.find("group alice is gone") == ""


def test_two_words_are_two_errors() -> None:
    known = Signatures(dict(list(GONE.items())[:2]))
    assert known.find("user alice is gone") == "user alice is gone"
    assert known.find("user dave is gone") == ""


def test_the_first_word_is_never_a_value() -> None:
    known = Signatures({f"{name}: it failed": [1] for name in ("KeyError", "ValueError", "TypeError")})
    assert known.find("ImportError: it failed") == ""


@pytest.mark.parametrize(
    ("words", "new"),
    [
        ("ModuleNotFoundError: No module named '{}'", ["yaml", "redis", "boto", "grpc"]),
        ("environment variable {} is not set", ["HOST", "PORT", "TOKEN", "SECRET"]),
        ("connection to {} is refused", ["redis", "kafka", "postgres", "mongo"]),
        ("cache is {}", ["stale", "cold", "full", "corrupt"]),
        ("health check of {} failed", ["mail", "search", "ledger", "payments"]),
        ("column {} does not exist", ["total", "coupon", "price", "tax"]),
        ("Request failed with status code {}", ["401", "403", "404", "500"]),
        ("cannot open <path>/app/{}", ["de.html", "fr.html", "it.html", "key.pem"]),
        ("user {} is gone", ["load_cart()", "app.Cart", "DB_USER", "id2name"]),
    ],
)
def test_what_errors_are_about_is_no_value_however_many_there_are(words: str, new: list[str]) -> None:
    known = Signatures({words.format(word): [1] for word in new[:3]})
    assert known.find(words.format(new[3])) == ""
