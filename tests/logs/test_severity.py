"""Severity: the platform's field, else the payload's level, else the text's own, as the common loggers print it.

The lines have the shapes that the loggers print with their defaults or with the formats of their own documentation.
"""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from validator.logs.entry import Entry
from validator.logs.severity import NOTHING, SEVERITIES, Severity

LOGGERS: dict[str, list[tuple[str, str]]] = {
    "Python logging": [
        ("ERROR:root:cart 17 cannot be stored", "ERROR"),
        ("WARNING:app.mail:no sender is set", "WARNING"),
        ("CRITICAL:shop.ledger:ledger is closed", "CRITICAL"),
        ("2026-03-04 05:06:07,891 - shop.orders - ERROR - order cannot be stored", "ERROR"),
        ("2026-03-04 05:06:07,891 - root - WARNING - slow", "WARNING"),
        ("shop - ERROR - it broke", "ERROR"),
        ("2026-03-04 05:06:07,891 shop.orders ERROR order cannot be stored", "ERROR"),
        ("2026-03-04 05:06:07,891 ERROR shop.orders: order cannot be stored", "ERROR"),
        ("2026-03-04 05:06:07,891 [ERROR] shop.orders: order cannot be stored", "ERROR"),
        ("[2026-03-04 05:06:07,891] {scheduler.py:88} ERROR - no worker is left", "ERROR"),
        ("[2026-03-04 05:06:07,891: ERROR/ForkPoolWorker-2] Task shop.mail.send raised", "ERROR"),
        ("2026-03-04 05:06:07.891 12 ERROR nova.compute.manager [-] no host is left", "ERROR"),
        ("ERROR 03-04 05:06:07 [engine.py:390] engine is gone", "ERROR"),
        ("03/04/26 05:06:07 ERROR queue is full", "ERROR"),
        ("05:06:07.891 | ERROR   | Flow run 'sly-cat' - no deployment", "ERROR"),
        ("ERROR [alembic.util.messaging] Can't locate revision identified by 'ae1027a6acf'", "ERROR"),
        ("[E 2026-03-04 05:06:07.891 ServerApp] kernel died", "ERROR"),
        ("2026-03-04 05:06:07,891 CRIT Supervisor is running as root", "CRITICAL"),
    ],
    "loguru": [
        ("2026-03-04 05:06:07.891 | ERROR    | shop.db:connect:20 - database is gone", "ERROR"),
        ("2026-03-04 05:06:07.891 | SUCCESS  | shop.db:connect:20 - connected", "INFO"),
        (
            "\x1b[32m2026-03-04 05:06:07.891\x1b[0m | \x1b[31m\x1b[1mCRITICAL\x1b[0m | \x1b[36mshop\x1b[0m - \x1b[31mgone\x1b[0m",
            "CRITICAL",
        ),
    ],
    "uvicorn, gunicorn, Flask, Django, structlog": [
        ("ERROR:    Exception in ASGI application", "ERROR"),
        ("\x1b[31mERROR\x1b[0m:    Application startup failed. Exiting.", "ERROR"),
        ('INFO:     10.1.2.3:5060 - "GET /error HTTP/1.1" 200 OK', "INFO"),
        ("[2026-03-04 05:06:07 +0000] [7] [ERROR] Worker (pid:8) was sent SIGKILL! Perhaps out of memory?", "ERROR"),
        ("[2026-03-04 05:06:07 +0000] [7] [INFO] Booting worker with pid: 8", "INFO"),
        ("[2026-03-04 05:06:07,891] ERROR in app: Exception on /cart [POST]", "ERROR"),
        ("ERROR 2026-03-04 05:06:07,891 log 7 140 Internal Server Error: /cart", "ERROR"),
        ("[04/Mar/2026 05:06:07] ERROR [django.request:241] Internal Server Error: /cart", "ERROR"),
        ("2026-03-04 05:06:07 [error    ] payment was refused             order=17", "ERROR"),
        ("\x1b[2m2026-03-04 05:06:07\x1b[0m [\x1b[33m\x1b[1mwarning  \x1b[0m] \x1b[1mslow\x1b[0m", "WARNING"),
    ],
    "winston, NestJS, pino-pretty, bunyan, log4js, npm, Next.js": [
        ("error: payment was refused", "ERROR"),
        ("warn: cache is cold", "WARNING"),
        ("\x1b[31merror\x1b[39m: payment was refused", "ERROR"),
        ("2026-03-04T05:06:07.891Z error: payment was refused", "ERROR"),
        ("2026-03-04T05:06:07.891Z [error]: payment was refused", "ERROR"),
        ("2026-03-04 05:06:07 [billing] error: payment was refused", "ERROR"),
        ("[Nest] 21  - 03/04/2026, 5:06:07 AM   ERROR [ExceptionsHandler] cart is broken", "ERROR"),
        ("[Nest] 21  - 03/04/2026, 5:06:07 AM     LOG [NestFactory] Starting Nest application...", "INFO"),
        ("\x1b[32m[Nest] 21  - \x1b[39m03/04/2026, 5:06:07 AM \x1b[31m  ERROR\x1b[39m \x1b[33m[Mail] \x1b[39mgone", "ERROR"),
        ("[05:06:07.891] ERROR (21): payment was refused", "ERROR"),
        ("[2026-03-04 05:06:07.891 +0000] FATAL (shop/21 on host): gone", "CRITICAL"),
        ("[2026-03-04T05:06:07.891Z] ERROR: shop/21 on host: payment was refused", "ERROR"),
        ("[2026-03-04T05:06:07.891] [ERROR] default - payment was refused", "ERROR"),
        ("npm ERR! code ELIFECYCLE", "ERROR"),
        ("npm warn deprecated har-validator@5.1.5: no longer supported", "WARNING"),
        ("error - Failed to load next.config.js", "ERROR"),
        (" ERROR  [nuxt] payment was refused", "ERROR"),
        ("🚨 [ERROR] payment was refused", "ERROR"),
    ],
    "log4j, logback, Spring, java.util.logging, Tomcat, Quarkus": [
        ("2026-03-04T05:06:07.891Z ERROR 1 --- [           main] o.s.b.SpringApplication   : Application run failed", "ERROR"),
        ("2026-03-04 05:06:07.891  WARN 1 --- [nio-8080-exec-1] c.a.shop.Cart : no ERROR, but slow", "WARNING"),
        ("05:06:07.891 [main] ERROR com.acme.shop.Cart - cart is broken", "ERROR"),
        ("2026-03-04 05:06:07,891 ERROR [main] com.acme.shop.Cart (Cart.java:12) - cart is broken", "ERROR"),
        ("2026-03-04 05:06:07,891 [main] FATAL com.acme.shop.Cart - cart is broken", "CRITICAL"),
        ("122 [main] ERROR com.acme.shop.Cart - cart is broken", "ERROR"),
        ("[main] ERROR com.acme.shop.Cart - cart is broken", "ERROR"),
        ("[2026-03-04T05:06:07,891][ERROR][o.e.b.Elasticsearch] [node-1] fatal exception while booting", "ERROR"),
        ("[ERROR] [03/04/2026 05:06:07.891] [shop-akka.actor-3] restart failed", "ERROR"),
        ("ERROR [2026-03-04 05:06:07,891] com.acme.shop.Cart: cart is broken", "ERROR"),
        ("04-Mar-2026 05:06:07.891 SEVERE [main] org.apache.catalina.startup.Catalina.start failed", "ERROR"),
        ("Mar 04, 2026 5:06:07 AM com.acme.shop.Cart main\nSEVERE: cart is broken", "ERROR"),
        ("SEVERE: cart is broken", "ERROR"),
        ("2026-03-04 05:06:07,891 ERROR [io.qua.run.Application] (main) Failed to start application", "ERROR"),
        ("2026-03-04 05:06:07.891:WARN:oejs.Server:main: slow", "WARNING"),
    ],
    ".NET console, Serilog, NLog, log4net": [
        ("fail: Shop.Orders[0]\n      order cannot be stored", "ERROR"),
        ("crit: Shop.Orders[12]\n      gone", "CRITICAL"),
        ("\x1b[41m\x1b[30mfail\x1b[39m\x1b[22m\x1b[49m: Shop.Orders[0]\n      order cannot be stored", "ERROR"),
        ("2026-03-04 05:06:07 fail: Shop.Orders[0] order cannot be stored", "ERROR"),
        ("[05:06:07 ERR] order cannot be stored", "ERROR"),
        ("[05:06:07 FTL] host terminated unexpectedly", "CRITICAL"),
        ("2026-03-04 05:06:07.891 +00:00 [ERR] order cannot be stored", "ERROR"),
        ("2026-03-04 05:06:07.8912|ERROR|Shop.Orders|order cannot be stored", "ERROR"),
        ("2026-03-04 05:06:07,891 [1] ERROR Shop.Orders - order cannot be stored", "ERROR"),
        ("Unhandled exception. System.InvalidOperationException: no sequence", "ERROR"),
    ],
    "Go: klog, zap, slog, logrus, zerolog, hclog, go-kit, log15": [
        ("E0304 05:06:07.891234       1 server.go:12] ledger cannot be written", "ERROR"),
        ("I0304 05:06:07.891234       1 server.go:12] no ERROR in the ledger", "INFO"),
        ("F0304 05:06:07.891234       1 server.go:12] ledger is gone", "CRITICAL"),
        ("E260304 05:06:07.891234 71 server/node.go:12 ⋮ [n1] 34  ledger cannot be written", "ERROR"),
        ('2026-03-04T05:06:07.891Z\tERROR\tserver/main.go:12\tledger cannot be written\t{"order": 17}', "ERROR"),
        ("2026-03-04T05:06:07.891Z\terror\totelcol@v0.99.0/main.go:12\tledger cannot be written", "ERROR"),
        ("1.772600767891e+09\terror\tserver/main.go:12\tledger cannot be written", "ERROR"),
        ('time=2026-03-04T05:06:07.891Z level=ERROR msg="ledger cannot be written" order=17', "ERROR"),
        ("2026/03/04 05:06:07 ERROR ledger cannot be written order=17", "ERROR"),
        ('time="2026-03-04T05:06:07Z" level=fatal msg="ledger is gone"', "CRITICAL"),
        ('msg="level=info is set" level=error', "ERROR"),
        ("ERRO[0001] ledger cannot be written                     order=17", "ERROR"),
        ("\x1b[31mERRO\x1b[0m[0001] ledger cannot be written", "ERROR"),
        ('ts=2026-03-04T05:06:07.891Z caller=main.go:12 level=error err="ledger cannot be written"', "ERROR"),
        ("logger=sqlstore t=2026-03-04T05:06:07.891Z level=warn msg=slow", "WARNING"),
        ("5:06AM ERR ledger cannot be written order=17", "ERROR"),
        ("2026-03-04T05:06:07Z WRN slow order=17", "WARNING"),
        ("2026-03-04T05:06:07.891Z [ERROR] raft: leadership lost", "ERROR"),
        ("EROR[03-04|05:06:07] ledger cannot be written", "ERROR"),
        ("2026-03-04T05:06:07Z E! [outputs.file] ledger cannot be written", "ERROR"),
        ("panic: assignment to entry in nil map", "CRITICAL"),
    ],
    "Rust: tracing, env_logger": [
        ("2026-03-04T05:06:07.891234Z ERROR shop::db: pool is empty", "ERROR"),
        ("\x1b[2m2026-03-04T05:06:07.891234Z\x1b[0m \x1b[31mERROR\x1b[0m \x1b[2mshop::db\x1b[0m\x1b[2m:\x1b[0m pool is empty", "ERROR"),
        ("[2026-03-04T05:06:07Z ERROR shop::db] pool is empty", "ERROR"),
        ("[2026-03-04T05:06:07Z INFO  shop::db] ERROR was handled", "INFO"),
        ("thread 'main' panicked at src/main.rs:4:5:\nindex out of bounds", "ERROR"),
        ("Error: pool is empty", "ERROR"),
    ],
    "PHP, Monolog, Ruby": [
        ("PHP Fatal error:  Uncaught TypeError: cart() expects int in /app/cart.php:3", "CRITICAL"),
        ("PHP Warning:  Undefined variable $error in /app/cart.php on line 3", "WARNING"),
        ("PHP Parse error:  syntax error, unexpected end of file in /app/cart.php on line 9", "ERROR"),
        ("[04-Mar-2026 05:06:07 UTC] PHP Fatal error:  Allowed memory size exhausted", "CRITICAL"),
        ('[04-Mar-2026 05:06:07] WARNING: [pool www] child 7 said into stderr: "PHP message: PHP Fatal error:  Uncaught X"', "CRITICAL"),
        ('[2026-03-04T05:06:07.891234+00:00] app.ERROR: cart is broken {"id":17} []', "ERROR"),
        ("[2026-03-04 05:06:07] production.CRITICAL: cart is gone", "CRITICAL"),
        ("E, [2026-03-04T05:06:07.891234 #21] ERROR -- : cart is broken", "ERROR"),
        ("F, [2026-03-04T05:06:07.891234 #21] FATAL -- shop: gone", "CRITICAL"),
        ("2026-03-04T05:06:07.891Z pid=21 tid=ouw class=MailJob ERROR: mail is gone", "ERROR"),
    ],
    "nginx, Apache, envoy, Postgres, MySQL, syslog, others": [
        ("2026/03/04 05:06:07 [error] 7#7: *1 connect() failed (111: Connection refused)", "ERROR"),
        ('2026/03/04 05:06:07 [emerg] 1#1: host not found in upstream "api"', "EMERGENCY"),
        ('nginx: [emerg] unknown directive "servr" in /etc/nginx/nginx.conf:3', "EMERGENCY"),
        ("[Wed Mar 04 05:06:07.891234 2026] [core:error] [pid 7:tid 8] AH00037: Symbolic link not allowed", "ERROR"),
        ("[Wed Mar 04 05:06:07 2026] [error] [client 10.0.0.1] File does not exist: /srv/x", "ERROR"),
        ("[2026-03-04 05:06:07.891][7][error][upstream] [source/common/upstream.cc:12] no healthy host", "ERROR"),
        ("[2026-03-04 05:06:07.891][1][critical][main] [source/server/server.cc:12] error initializing", "CRITICAL"),
        ('2026-03-04 05:06:07.891 UTC [7] ERROR:  relation "carts" does not exist at character 15', "ERROR"),
        ('FATAL:  password authentication failed for user "shop"', "CRITICAL"),
        ("LOG:  database system is ready to accept connections", "INFO"),
        ("2026-03-04T05:06:07.891234Z 0 [ERROR] [MY-010119] [Server] Aborting", "ERROR"),
        ("2026-03-04  5:06:07 0 [Warning] Insecure configuration", "WARNING"),
        ("2026.03.04 05:06:07.891234 [ 7 ] {4f1c-aa} <Error> TCPHandler: Code: 60", "ERROR"),
        ("<3>ledger cannot be written", "ERROR"),
        ("<11>Mar  4 05:06:07 web shop: ledger cannot be written", "ERROR"),
        ("<134>1 2026-03-04T05:06:07Z web shop 7 - - ERROR stands in the text", "INFO"),
        ("Mar  4 05:06:07 web-1 shop[7]: ERROR: ledger cannot be written", "ERROR"),
        ("[7:7:0304/050607.891234:ERROR:gpu_init.cc(12)] no display", "ERROR"),
        ("2026-03-04 05:06:07.891234: E tensorflow/core/cuda.cc:12] no device", "ERROR"),
        ("Mar 04 05:06:07 web shop[7]: [error] ledger cannot be written", "ERROR"),
        ("2026-03-04 05:06:07.891 UTC [7] shop@ledger FATAL:  no such role", "CRITICAL"),
        ("shop: ERROR: ledger cannot be written", "ERROR"),
        (">>> ERROR: ledger cannot be written", "ERROR"),
        ("2026-03-04T05:06:07.891Z - error - ledger cannot be written", "ERROR"),
        ("web-1  | ERROR: ledger cannot be written", "ERROR"),
        ("05:06:07.891 [error] GenServer #PID<0.1.0> terminating", "ERROR"),
    ],
    "a runtime's own words": [
        ("ImportError: cannot import name 'Cart' from 'shop'", "ERROR"),
        ("sqlalchemy.exc.OperationalError: no connection", "ERROR"),
        ("java.lang.IllegalStateException: no cart", "ERROR"),
        ("Uncaught TypeError: x is not a function", "ERROR"),
        ("java.lang.NullPointerException", "ERROR"),
        ("Caused by: java.lang.NullPointerException", "ERROR"),
        ("(node:7) UnhandledPromiseRejectionWarning: Error: gone", "ERROR"),
        ("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "CRITICAL"),
        ("terminate called after throwing an instance of 'std::runtime_error'", "ERROR"),
        ("Traceback (most recent call last):", "ERROR"),
        ('Exception in thread "main" java.lang.IllegalStateException: no cart', "ERROR"),
    ],
    "the first level counts": [
        ("INFO: the ERROR page was rendered", "INFO"),
        ("2026-03-04 05:06:07 INFO shop - ERROR page was rendered", "INFO"),
        ("WARNING: error: 7", "WARNING"),
        ("DEBUG:shop:error=None", "DEBUG"),
        ("SHOP WARNING: no ERROR here", "WARNING"),
    ],
}  # fmt: skip

PROSE = [
    "no ERROR occurred", "2026-03-04 05:06:07 no ERROR occurred", "the error was handled", "errors are fine here",
    "0 errors", "3 ERROR lines were found", "All checks passed, 0 errors, 0 warnings", "Found 2 warnings and 1 error",
    "error: 0", "Error: 0", "errors: 0", "ERRORS: 0", "fatal errors: 0", "warnings: 0, error: 0", "error: none",
    "error: null", "error: false,", "ERROR rate: 0.1%", "ERROR count: 7", "GET /errors 200", "GET /ERROR/7 500 12ms",
    '10.0.0.1 - - [04/Mar/2026:05:06:07 +0000] "GET /ERROR HTTP/1.1" 200 5', "Rendering ERROR page", "log level: ERROR",
    "Log level set to ERROR", "status: ERROR", "registered a handler for ERROR", "error handling is installed",
    "ErrorHandler: installed", "Errors: none", "user error@example.com signed in", "Loading /app/error.py",
    "started; ERROR_LOG=/var/log/x", "ERROR-PAGE was rendered", "Terror: a film", "alert rules are loaded",
    "ALERT rules are loaded", "critical path computed", "https://shop.example.com/error: seen", "warn-threshold is 5",
    "info page rendered", "failing over to zone b", "panic button pressed", "Listening on port 8080", "", "   ",
    "[errors] 0 of 7", "emergency exits are open", "fatalities: none", "debugger listening on ws://127.0.0.1:9229/7",
    "error: true", "alert: enabled", "fail: 0, pass: 12",
    '{"errors": 0, "text": "ERROR: none"}', "at Cart.error (/app/cart.js:3:5)", "    error: 'x',", "<b>error</b>",
]  # fmt: skip

PAYLOADS: list[tuple[Any, str]] = [
    ({"severity": "ERROR"}, "ERROR"),
    ({"severity": "warning", "message": "ERROR: it is not"}, "WARNING"),
    ({"level": "error", "msg": "gone"}, "ERROR"),
    ({"level": "\x1b[31merror\x1b[39m", "message": "gone"}, "ERROR"),
    ({"level": 50, "time": 1, "pid": 7, "msg": "gone"}, "ERROR"),
    ({"level": 60, "v": 0, "name": "shop", "msg": "gone"}, "CRITICAL"),
    ({"level": 35, "msg": "own level of pino"}, "INFO"),
    ({"level": "50", "msg": "gone"}, "ERROR"),
    ({"levelname": "ERROR", "levelno": 40}, "ERROR"),
    ({"levelno": 40, "message": "gone"}, "ERROR"),
    ({"log.level": "error", "ecs.version": "1.6.0"}, "ERROR"),
    ({"log": {"level": "ERROR", "logger": "shop"}}, "ERROR"),
    ({"log": "a text", "level": "error"}, "ERROR"),
    ({"log_level": "Critical"}, "CRITICAL"),
    ({"lvl": "eror", "msg": "gone"}, "ERROR"),
    ({"loglevel": "ERROR"}, "ERROR"),
    ({"LogLevel": "Error", "Category": "Shop"}, "ERROR"),
    ({"@t": "2026-03-04T05:06:07Z", "@l": "Fatal", "@mt": "gone"}, "CRITICAL"),
    ({"@level": "warn", "@message": "slow"}, "WARNING"),
    ({"severityText": "ERROR", "severityNumber": 17}, "ERROR"),
    ({"severityNumber": 18, "body": "gone"}, "ERROR"),
    ({"severity_text": "Warn"}, "WARNING"),
    ({"message": "gone", "level": 400, "level_name": "ERROR", "channel": "app"}, "ERROR"),
    ({"level": 550, "message": "gone"}, "ALERT"),
    ({"severity": 500, "message": "gone"}, "ERROR"),
    ({"short_message": "gone", "version": "1.1", "level": 3}, "ERROR"),
    ({"PRIORITY": "3", "MESSAGE": "gone"}, "ERROR"),
    ({"syslog_severity": 4}, "WARNING"),
    ({"text": "gone", "record": {"level": {"name": "ERROR", "no": 40}}}, "ERROR"),
    ({"t": {"$date": "2026"}, "s": "E", "c": "NETWORK", "id": 1, "msg": "gone"}, "ERROR"),
    ({"level": "SEVERE", "loggerName": "shop"}, "ERROR"),
    ({"level": "dpanic"}, "CRITICAL"),
]

NO_LEVEL_IN_PAYLOADS: list[Any] = [
    {"message": "gone"}, {"level": 3, "message": "the third level of a game"}, {"level": True}, {"level": None},
    {"level": "high"}, {"level": ["error"]}, {"level": -50}, {"level": 10**400}, {"level": "²"}, {"level": float("nan")},
    {"error": "none"}, {"log": {"level": 7}}, {"priority": "critical"}, {"status": "error"},
]  # fmt: skip


def told(**raw: Any) -> Severity:
    return Entry.read({"logName": "projects/p/logs/run.googleapis.com%2Fstdout", **raw}).told


@pytest.mark.parametrize(
    ("line", "severity"), [pair for pairs in LOGGERS.values() for pair in pairs], ids=lambda value: str(value)[:50]
)
def test_a_line_tells_its_level(line: str, severity: str) -> None:
    assert told(textPayload=line) == Severity(severity, "text")
    assert told(jsonPayload={"message": line, "shop": 7}) == Severity(severity, "text")


def test_the_table_is_long_enough() -> None:
    assert sum(map(len, LOGGERS.values())) >= 120
    assert len(PROSE) >= 25


@pytest.mark.parametrize("line", PROSE)
def test_prose_tells_none(line: str) -> None:
    assert told(textPayload=line) == NOTHING


@pytest.mark.parametrize(("payload", "severity"), PAYLOADS, ids=str)
def test_a_payload_tells_its_level(payload: Any, severity: str) -> None:
    assert told(jsonPayload=payload) == Severity(severity, "payload")
    assert told(textPayload=json.dumps(payload)) == Severity(severity, "payload")


@pytest.mark.parametrize("payload", NO_LEVEL_IN_PAYLOADS, ids=lambda payload: str(payload)[:40])
def test_what_is_no_level_in_a_payload_tells_none(payload: Any) -> None:
    assert told(jsonPayload=payload) == NOTHING


@pytest.mark.parametrize(
    ("field", "severity"),
    [
        ("ERROR", "ERROR"),
        (500, "ERROR"),
        ("500", "ERROR"),
        (250, "INFO"),
        ("250", "INFO"),
        (100, "DEBUG"),
        (99_999, "EMERGENCY"),
    ],
)
def test_the_platforms_field_counts_first_and_its_numbers_lie_between_names(field: Any, severity: str) -> None:
    assert told(severity=field, textPayload="CRITICAL: gone") == Severity(severity, "platform")


@pytest.mark.parametrize("field", ["DEFAULT", "FATAL", "", 0, 7, -100, True, None, [], "-500", 10**400])
def test_a_field_of_no_known_name_tells_nothing(field: Any) -> None:
    assert told(severity=field, textPayload="CRITICAL: gone") == Severity("CRITICAL", "text")
    assert told(severity=field, jsonPayload={"level": "warn"}) == Severity("WARNING", "payload")
    assert told(severity=field, textPayload="gone") == NOTHING
    assert Entry.read({"severity": field}).severity in SEVERITIES


def test_json_too_deep_or_too_large_to_be_read_is_text() -> None:
    assert told(textPayload='{"a":' * 100_000) == NOTHING
    assert told(textPayload='{"level": 1' + "0" * 100_000 + "}") == NOTHING
    assert told(textPayload="[" * 100_000) == NOTHING


@pytest.mark.parametrize(
    "piece",
    ["a.b@", "/a", "1:", "1_", "https://", "{", "a.b(", "[", "[a] ", "a=b ", 'a="', "\x1b[", "\x1b[1m", " ", "\n", "A",
     "a-", "1 ", "A::", "2026-03-04 ", "05:06:07 ", "Error", "<1> ", "| ", "a - "],
)  # fmt: skip
def test_a_hostile_line_takes_no_long_time(piece: str) -> None:
    began = time.process_time()
    assert told(textPayload=piece * (10**7 // len(piece))) == NOTHING
    assert time.process_time() - began < 0.5


TRACE = 'Traceback (most recent call last):\n  File "/app/cart.py", line 3, in add\n    store()\nOutOfStock: none left'


@pytest.mark.parametrize(
    ("raw", "severity"),
    [
        ({"textPayload": f"it failed\n{TRACE}"}, Severity("ERROR", "text")),
        ({"textPayload": f"WARNING:shop:it failed\n{TRACE}"}, Severity("ERROR", "text")),
        ({"textPayload": f"CRITICAL:shop:it failed\n{TRACE}"}, Severity("CRITICAL", "text")),
        ({"jsonPayload": {"message": "it failed", "exc": {"trace": TRACE}}}, Severity("ERROR", "payload")),
        ({"jsonPayload": {"message": "seen", "level": "warn", "stack": TRACE}}, Severity("WARNING", "payload")),
        ({"textPayload": TRACE, "severity": "INFO"}, Severity("INFO", "platform")),
        ({"textPayload": "it failed\n  at all\n  at once"}, NOTHING),
    ],
)
def test_a_whole_trace_is_an_error_unless_its_logger_says_otherwise(raw: dict[str, Any], severity: Severity) -> None:
    assert told(**raw) == severity
