"""The level that a line of text tells, as the common loggers print it.

The place in the line's structure decides, not the word: a level stands first, or after fields such as times, process ids,
brackets and names of loggers, and is closed off from the message. Only the head of the first line is looked at, field by
field and without backtracking, so the time is bounded whatever the text is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from validator.words.pattern import Pattern

_HEAD = 400
"""Characters of a text that are looked at, colours taken off."""
_COLOURED = 1200
"""Characters of a text that are looked at, with colours."""
_FIELDS = 12
"""Fields before a level at most."""

NAMES: Mapping[str, str] = {
    name: severity
    for severity, names in {
        "DEBUG": "trace trce trc trac debug dbug dbg debu d verbose vrb silly fine finer finest t",
        "INFO": "info inf information informational i log config http success system",
        "NOTICE": "notice note",
        "WARNING": "warn warning wrn warni w",
        "ERROR": "error err erro eror e severe fail",
        "CRITICAL": "critical crit c fatal ftl fata f panic pani dpanic",
        "ALERT": "alert",
        "EMERGENCY": "emergency emerg",
    }.items()
    for name in names.split()
}
"""What loggers call a level, in small letters -> its severity."""

_ANSI = Pattern(r"\x1b\[[0-9;:?]{0,40}[A-Za-z]")


def bare(text: str) -> str:
    """A text without terminal colours."""
    return _ANSI.sub("", text) if "\x1b" in text else text


def _any(*names: str) -> str:
    return "(?:" + "|".join(" ".join(names).split()) + ")"


_LOUD = "ALERT EMERGENCY EMERG PANIC DPANIC"
_CAPITALS = "TRACE DEBUG VERBOSE INFO NOTICE WARNING WARN ERROR SEVERE CRITICAL CRIT FATAL"
_SHORT = "TRCE TRC TRAC DBUG DEBU DBG VRB INFORMATION INF NOTE WRN WARNI ERRO EROR ERR FTL FATA PANI LOG FINE CONFIG"
_SMALL = (
    "trace debug dbug verbose silly info information notice warning warn error err severe fail critical crit fatal"
    " panic dpanic alert emergency emerg"
)
_EVERY = _any(_LOUD, _CAPITALS, _SHORT, _SMALL)
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATE = (
    rf"(?:\d{{4}}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/](?:\d\d?|{_MONTH})(?:[-/]\d{{2,4}})?|\d\d? {_MONTH} \d{{4}}|\d{{6}}"
    rf"|(?:[A-Z][a-z]{{2}},? )?{_MONTH} {{1,2}}\d\d?,?(?: \d{{4}})?)"
)
_CLOCK = r"\d\d?:\d\d(?::\d\d)?(?:[.,:]\d{1,9})?(?: ?[AP]M)?"
_ZONE = r" ?(?:Z|UTC|GMT|CES?T|[ECMP][SD]T|BST|IST|JST|[+-]\d\d:?\d\d)\b"
_TIME = rf"(?:(?:{_DATE}(?:[T,:_-] ?| {{1,2}}))?{_CLOCK}(?:{_ZONE})?(?: \d{{4}}\b)?|\d{{10,19}}(?:\.\d+)?\b|\d\.\d+e\+?\d\d\b)"
_BRACKET = r"(?:\[[^\[\]\n]{0,120}\]|\([^()\n]{0,80}\)|\{[^{}\n]{0,80}\}|<[\d.]+>)"
_NAME = (
    r"(?:[A-Za-z_][\w$-]*+(?:(?:\.|::|/)[\w$-]++)+|[A-Za-z]*_\w+|root|[\w.-]+\[\d+\]"
    r"|(?=[\d.-]*[A-Za-z_])[A-Za-z-]*\d[\w.-]*)(?=[ \t:|\[(]|$)"
)
"""A name such as no prose has: with dots or the like, an underscore or a digit; `root` is Python's own."""
_SIGN = r"[\u2190-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]{1,4}"

_FIRST = Pattern(
    rf"(?:(?P<time>{_TIME})|(?P<bracket>{_BRACKET})|{_SIGN}|\d+(?=[ \t]+\[)|(?P<dashed>[A-Za-z][\w.:/$-]*+[ \t]+-[ \t])"
    rf"|[A-Za-z][\w.:/$-]*+[ \t]*\||[A-Za-z][\w-]*:(?=[ \t]+(?:\[|[A-Z]+:))|[>*#=!-]{{2,4}}(?=[ \t]+[A-Z]+:)|(?:{_NAME}):?|[A-Z][A-Z0-9_]{{2,}}(?=[ \t]+[A-Z]+:))(?P<tab>\t)?[ \t]*"
)
_LATER = Pattern(
    rf"(?:(?P<time>{_TIME})|(?P<bracket>{_BRACKET})|{_SIGN}|(?P<dashed>[A-Za-z][\w.-]*+[ \t]+-[ \t])"
    rf"|[A-Za-z][\w.-]*+[ \t]+\||(?:{_NAME}):?|\w+=\S+|[\w.-]+@[\w.-]+|[A-Za-z][\w.-]*(?=[ \t]+(?:[\w.-]+\[\d+\]:|[A-Z]{{4,8}}:[ \t]))|\d+(?:\#\d+)?:?(?=[ \t]|$)|(?P<bar>\||-(?=[ \t]))|[-:/,*>·•]{{1,3}})"
    r"(?P<tab>\t)?[ \t]*"
)
_LEVEL = Pattern(
    rf"[\[<({{*]{{0,2}}[ \t]*(?:({_any(_CAPITALS)})(?=[\])}}>|: \t*]|$)|({_any(_LOUD)})(?=[ \t]*(?:[\])}}>|:*]|-[ \t])))"
    rf"|[\[<(][ \t]*(?:[\w.-]{{0,40}}:)?((?i:{_EVERY}))[ \t]*[\])>]"
    rf"|({_any(_SMALL)}|Warning|Critical|Fatal(?=[ \t]error:)|fatal(?=[ \t]error:)|Fatal|Error)(?:[ \t]error)?:(?=[ \t]|$)"
)
"""Anywhere a level may stand."""
_AFTER_TIME = Pattern(
    rf"[\[<(]?({_any(_SHORT, _LOUD)})(?=[\])>|: \t]|$)|\[([TDIWEFC])\]|({_any(_SMALL)})(?=[ \t]{{2}}|\t)"
)
_CLOSED = Pattern(rf"({_any(_SMALL, _LOUD, _CAPITALS, _SHORT, 'SUCCESS')})[ \t]*(?:\||\t|$)")
"""Between bars or tabs."""
_DASHED = Pattern(rf"({_any(_LOUD, _CAPITALS, _SHORT, _SMALL)})[ \t]*(?:-[ \t]|:|\|)")
"""After a name and a dash."""

_PAIR = r"(?!(?:level|lvl|severity|log\.level)=)[\w.@/-]++=(?:\"(?:[^\"\\]|\\.)*+\"|[^\s\"]*+)[ \t]++"
_OWN = Pattern(
    "|".join(
        (
            # klog, glog: E0102 03:04:05.678 7 main.go:12] ; tornado: [E 260102 03:04:05 web:12]
            rf"\[?([DIWEF])(?:\d{{4}}[ T]|\d{{6}}[ T]|\d{{8}}[ T]| {_DATE}[ T]| ){_CLOCK}[ \]]",
            # ruby: E, [2026-01-02T03:04:05.678 #7] ERROR -- : msg
            r"([DIWEF]), \[\d{4}-",
            # tensorflow: TIME: E tensorflow/a.cc:12] ; telegraf: TIME E! [outputs] msg
            rf"{_TIME}:? ([DIWEF])(?: \S+:\d+\]|! )",
            # env_logger, serilog, celery, chromium: in the brackets of the time
            rf"\[(?:\d+:)*(?:{_TIME}|\d{{4}}/\d{{6}}\.\d+)[:, \t]+((?i:{_EVERY}))[\] \t/:]",
            # logrus, slog, go-kit: level=error among the keys and values that begin the line
            rf"(?:{_PAIR}){{0,12}}+(?:level|lvl|severity|log\.level)=\"?([A-Za-z]+)\"?(?=\s|$)",
            # logrus on a terminal: ERRO[0001] msg ; log15: EROR[01-02|03:04:05] msg
            rf"({_any(_CAPITALS, _LOUD, _SHORT)})\[[\d|:-]+\]",
            # postgres: LOG:  msg
            r"(LOG|PANIC):  ",
            # monolog, laravel: [TIME] app.ERROR: msg
            rf"(?:\[?{_TIME}\]?[ \t]+)?[\w-]+\.({_any(_CAPITALS, _LOUD)}):[ \t]",
            # npm
            r"npm ((?i:ERR|error|warn|notice|info|verbose))!?[ \t]",
            # Next.js: the small word and a dash
            rf"({_any(_SMALL)}) - ",
            # java.util.logging: the level begins the second line
            rf"{_MONTH} \d\d?, \d{{4}} {_CLOCK} \S+ \S+\n({_any(_CAPITALS, _SHORT)}): ",
        )
    )
)
"""What some loggers print in a shape of their own."""
_PRIORITY = Pattern(r"<(\d{1,3})>(?=\S)")
"""Of syslog: https://datatracker.ietf.org/doc/html/rfc5424#section-6.2.1"""
_SYSLOG = ("EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG")
_PHP = Pattern(
    rf"(?:{_BRACKET}[ \t]+){{0,4}}(?:[A-Z]+: \[pool \w+\] child \d+ said into std\w+: \")?(?:NOTICE: )?(?:PHP message: )?"
    r"PHP (Fatal|Parse|Recoverable fatal|Warning|Notice|Deprecated)(?: error)?: "
)
_PHP_NAMES = {"Warning": "WARNING", "Notice": "NOTICE", "Deprecated": "NOTICE", "Fatal": "CRITICAL"}
_RUNTIME = Pattern(
    rf"(?:(?:\[?{_TIME}\]?|[Uu]ncaught|Caused by:|-{{1,4}}>)[ \t]+){{0,2}}"
    r"(?:(panic: |fatal error: )"
    r"|Traceback \(most recent call last\)|Exception in thread |Unhandled (?:[Ee]xception|rejection )"
    r"|(?:\(node:\d+\) )?UnhandledPromiseRejection|terminate called after throwing |Segmentation fault|Internal Server Error: /"
    r"|thread '[^'\n]{0,80}' panicked at "
    r"|(?:[A-Za-z_]\w{0,80}+(?:\.|::|\\)){0,12}+(?:[A-Z]\w{0,80})?(?:Error|Exception)(?: \[\w+\])?: "
    r"|(?:[A-Za-z_]\w{0,80}+[.$]){1,12}+[A-Z]\w{0,80}(?:Error|Exception)[ \t]*(?:$|\n))"
)
"""An error as a runtime prints it, by its name, below its trace or alone."""
_NO_LEVEL = Pattern(
    r"[\])}>|:*]*[ \t-]*(?:(?:0|none|null|nil|false|true|undefined|no|yes|on|off|enabled|disabled|n/a|\[\]|\{\}|\"\"|'')[.,;]?[ \t]*(?:$|\n|[,;|] )"
    r"|(?:rate|count|counter|total|ratio|budget)s?\b[^a-z\n]*(?:$|\n))"
    r"|:[ \t]*\d[\d.,]*[ \t]*%?[ \t]*(?:$|\n|[,;|] )",
    re.IGNORECASE,
)
"""After a level: it was the name of a number or of nothing, as in `error: 0`."""


def read(text: str) -> str:
    """The severity that a text tells, one of LogSeverity's names; empty if it tells none."""
    head = bare(text[:_COLOURED])[:_HEAD].lstrip("\r\n")
    own = _OWN.match(head)
    if own:
        word = next(filter(None, own.groups()))
        return NAMES.get(word.lower(), "")
    php = _PHP.match(head) if "PHP " in head else None
    if php:
        return _PHP_NAMES.get(php[1], "ERROR")
    priority = _PRIORITY.match(head)
    if priority and int(priority[1]) < 192:
        return _SYSLOG[int(priority[1]) % 8]
    return _scanned(head) or _runtime(head)


def _scanned(head: str) -> str:
    """The level that stands after fields of the line, one after another."""
    place = len(head) - len(head.lstrip(" \t"))
    if place > 3:
        return ""
    patterns = [_LEVEL]
    for number in range(_FIELDS):
        for pattern in patterns:
            level = pattern.match(head, place)
            if level:
                word = next(filter(None, level.groups())).lower()
                return "" if _NO_LEVEL.match(head, level.end()) else NAMES[word]
        field = (_LATER if number else _FIRST).match(head, place)
        if not field:
            return ""
        place = field.end()
        patterns = _next(field)
    return ""


def _next(field: re.Match[str]) -> list[Pattern]:
    """How a level may stand after a field."""
    groups = field.groupdict()
    if groups["dashed"]:
        return [_DASHED]
    closed = [_CLOSED] if groups["tab"] else [_CLOSED, _DASHED] if groups.get("bar") else []
    return [*closed, _LEVEL, *([_AFTER_TIME] if groups["time"] or groups["bracket"] else [])]


def _runtime(head: str) -> str:
    found = _RUNTIME.match(head)
    if not found or _NO_LEVEL.match(head, found.end()):
        return ""
    return "CRITICAL" if found[1] else "ERROR"
