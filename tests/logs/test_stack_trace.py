"""Stack traces as the runtimes print them: which lines are one, and what it tells.

Python, Node.js and Java are what Python 3.11, Node.js 20 and OpenJDK 17 printed; Go, Ruby and .NET follow traces in public
issues, names changed.
"""

from __future__ import annotations

import pytest

from validator.logs.stack_trace import Trace, find, read, suggests

PYTHON = """\
Traceback (most recent call last):
  File "<string>", line 5, in a
KeyError: 'x'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "<string>", line 8, in <module>
  File "<string>", line 7, in a
RuntimeError: no order 42"""
PYTHON_GROUP = """\
Traceback (most recent call last):
  File "<string>", line 4, in g
  File "<string>", line 2, in f
ValueError: bad 7

During handling of the above exception, another exception occurred:

  + Exception Group Traceback (most recent call last):
  |   File "<string>", line 6, in <module>
  |   File "<string>", line 5, in g
  | ExceptionGroup: two failed (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "<string>", line 4, in g
    |   File "<string>", line 2, in f
    | ValueError: bad 7
    +---------------- 2 ----------------
    | TypeError: x
    +------------------------------------"""
NODE = """\
TypeError: Cannot read properties of undefined (reading 'id')
    at load (/app/x.js:1:50)
    at OrderService.place (/app/x.js:2:39)
    at main (/app/x.js:3:55)"""
NODE_CAUSE = """\
Error: order 42 could not be placed
    at Object.<anonymous> (/app/y.js:2:44)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    ... 4 lines matching cause stack trace ...
    at node:internal/main/run_main_module:28:49 {
  [cause]: TypeError: Cannot read properties of null (reading 'foo')
      at Object.<anonymous> (/app/y.js:2:12)
      at Module._compile (node:internal/modules/cjs/loader:1521:14)
      at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
      at Module.load (node:internal/modules/cjs/loader:1266:32)
      at Module._load (node:internal/modules/cjs/loader:1091:12)
      at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
      at node:internal/main/run_main_module:28:49
}"""
JAVA = """\
Exception in thread "main" java.lang.RuntimeException: order 42 could not be placed
	at Main.place(Main.java:4)
	at Main.lambda$main$0(Main.java:5)
	at java.base/java.lang.Iterable.forEach(Iterable.java:75)
	at Main.main(Main.java:5)
Caused by: java.lang.IllegalStateException: connection to 10.0.0.7:5432 refused
	at Main$Repo.load(Main.java:3)
	at Main.place(Main.java:4)
	at Main.lambda$main$0(Main.java:5)
	at java.base/java.lang.Iterable.forEach(Iterable.java:75)
	at Main.main(Main.java:5)"""
GO = """\
2024/01/29 16:04:41 http: panic serving 10.244.0.1:59326: runtime error: invalid memory address or nil pointer dereference
goroutine 2941 [running]:
net/http.(*conn).serve.func1()
	/usr/local/go/src/net/http/server.go:1868 +0x13d
panic({0x32b73a0?, 0x4d26160?})
	/usr/local/go/src/runtime/panic.go:920 +0x290
example.com/shop/orders.validate(0xc000d21440, 0xc000d21cb0)
	/src/orders/validate.go:143 +0x153
example.com/shop/orders.(*Webhook).Update(0x4dac380, {0x3969518, 0xc000d206f0}, {0x394a518, 0xc000f76960})
	/src/orders/webhook.go:136 +0x65
created by net/http.(*Server).Serve in goroutine 1
	/usr/local/go/src/net/http/server.go:3086 +0x5cb"""
GO_PANIC = """\
panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.pick(...)
	/app/main.go:12
main.main()
	/app/main.go:8 +0x1d
exit status 2"""
RUBY = """\
division_service.rb:9:in `/': divided by 0 (ZeroDivisionError)
	from division_service.rb:9:in `divide'
	from division_service.rb:13:in `<main>'"""
OLD_RUBY = """\
Traceback (most recent call last):
	2: from division_service.rb:13:in `<main>'
	1: from division_service.rb:9:in `divide'
division_service.rb:9:in `/': divided by 0 (ZeroDivisionError)"""
DOTNET = """\
Unhandled exception. System.Net.Http.HttpRequestException: The SSL connection could not be established, see inner exception.
 ---> System.Security.Authentication.AuthenticationException: Authentication failed, see inner exception.
 ---> Interop+AndroidCrypto+SslException: Exception of type 'Interop+AndroidCrypto+SslException' was thrown.
   --- End of inner exception stack trace ---
   at System.Net.Security.SslStream.<ForceAuthenticationAsync>d__173`1[[System.Net.Security.AsyncReadWriteAdapter, System.Net.Security, Version=6.0.0.0, Culture=neutral]].MoveNext()
   at System.Net.Http.ConnectHelper.EstablishSslConnectionAsync(SslClientAuthenticationOptions sslOptions, CancellationToken cancellationToken)
   --- End of inner exception stack trace ---
   at System.Net.Http.HttpConnectionPool.ConnectAsync(HttpRequestMessage request, Boolean async, CancellationToken cancellationToken)
   at Shop.Orders.Place(Int32 id) in /src/Orders.cs:line 355"""

TRACES = {
    "PYTHON": (PYTHON, Trace(error="RuntimeError: no order 42", cause="KeyError: 'x'", function="a")),
    "PYTHON_GROUP": (
        PYTHON_GROUP,
        Trace(error="ExceptionGroup: two failed (2 sub-exceptions)", cause="ValueError: bad 7", function="f"),
    ),
    "NODE": (
        NODE,
        Trace(error="TypeError: Cannot read properties of undefined (reading 'id')", cause="", function="load"),
    ),
    "NODE_CAUSE": (
        NODE_CAUSE,
        Trace(
            error="Error: order 42 could not be placed",
            cause="TypeError: Cannot read properties of null (reading 'foo')",
            function="Object.<anonymous>",
        ),
    ),
    "JAVA": (
        JAVA,
        Trace(
            error="java.lang.RuntimeException: order 42 could not be placed",
            cause="java.lang.IllegalStateException: connection to 10.0.0.7:5432 refused",
            function="Main.place",
        ),
    ),
    "GO": (
        GO,
        Trace(
            error="2024/01/29 16:04:41 http: panic serving 10.244.0.1:59326: runtime error: invalid memory address or nil pointer dereference",
            cause="",
            function="example.com/shop/orders.validate",
        ),
    ),
    "GO_PANIC": (
        GO_PANIC,
        Trace(error="panic: runtime error: index out of range [5] with length 3", cause="", function="main.pick"),
    ),
    "RUBY": (RUBY, Trace(error="divided by 0 (ZeroDivisionError)", cause="", function="/")),
    "OLD_RUBY": (OLD_RUBY, Trace(error="divided by 0 (ZeroDivisionError)", cause="", function="/")),
    "DOTNET": (
        DOTNET,
        Trace(
            error="System.Net.Http.HttpRequestException: The SSL connection could not be established, see inner exception.",
            cause="Interop+AndroidCrypto+SslException: Exception of type 'Interop+AndroidCrypto+SslException' was thrown.",
            function="System.Net.Security.SslStream.<ForceAuthenticationAsync>d__173`1",
        ),
    ),
}

every_trace = pytest.mark.parametrize("name", TRACES)
BEFORE = ["2026-09-21 13:00:00 INFO request done in 12ms", "Listening on port 8080"]
AFTER = ['INFO:     10.1.2.3:5060 - "GET / HTTP/1.1" 200 OK', "worker: idle", "  indented, but not of it"]


@every_trace
def test_all_its_lines_are_one_trace_and_no_other_is(name: str) -> None:
    lines = TRACES[name][0].split("\n")
    found = find([*BEFORE, *lines, *AFTER])
    assert found == [[number + 2 for number in range(len(lines))]]


@every_trace
def test_it_tells_its_error_its_cause_and_its_function(name: str) -> None:
    text, told = TRACES[name]
    assert read(text.split("\n")) == told


@every_trace
def test_lines_of_other_threads_in_it_are_left_out(name: str) -> None:
    lines = TRACES[name][0].split("\n")
    for place in range(2, len(lines)):
        if not lines[place - 1].strip() or not lines[place].strip():
            continue
        mixed = [*lines[:place], "2026-09-21 13:00:01 INFO request done in 7ms", *lines[place:]]
        own = [number for number in range(len(mixed)) if number != place]
        found = find(mixed)
        assert len(found) == 1
        assert place not in found[0]
        assert read([mixed[number] for number in found[0]]).error == TRACES[name][1].error
        assert set(own) - set(found[0]) <= {place + 1}  # a source line without its frame may be lost


@every_trace
def test_two_of_it_are_two(name: str) -> None:
    lines = TRACES[name][0].split("\n")
    assert len(find([*lines, "INFO: between", *lines])) == 2
    assert len(find([*lines, *lines])) == 2


@pytest.mark.parametrize(
    "line",
    ["all is well", "ERROR: it failed", "  at last, a rest", "ValueError: but no trace", "panic button pressed", ""],
)
def test_a_line_alone_is_no_trace(line: str) -> None:
    assert find([line]) == []


def test_a_trace_that_is_cut_off_has_no_error() -> None:
    assert read(PYTHON.split("\n")[-3:-1]) == Trace("")
    assert read(JAVA.split("\n")[1:3]) == Trace("")


@every_trace
def test_a_text_with_it_suggests_it(name: str) -> None:
    assert suggests(f"it went wrong\n{TRACES[name][0]}")
    assert not suggests("it went wrong\nin two lines")


def test_a_hostile_line_takes_no_long_time() -> None:
    lines = ["a.b(" * 50_000, "Error" * 50_000, "/a:1:in `" * 20_000, "x" * 200_000, " at " * 50_000]
    assert find(lines) == []
