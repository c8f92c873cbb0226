"""A text with all masked that differs by run, and all kept that tells what it is about.

Masked: times, durations, quantities, ports, process ids, line numbers, versions (they move with each build), addresses,
ids of all sorts, temporary files, the folders far above a file, the queries of URLs. Kept: words; names of modules, classes,
functions, variables and fields, with their digits; status codes, exit codes, error codes; files; the shape of routes.
"""

from __future__ import annotations

import re

from validator.words.pattern import Pattern

_READ = 2000
"""Characters of a text that are masked."""
_LONGEST = 300
"""Characters of a template."""
_CONTEXT = 48
"""Characters before a number that tell what it is."""
_VALUE = "<#>"
"""Stands for numbers and ids of all sorts: a hexadecimal id may happen to have digits only."""
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CLOCK = r"\d\d?:\d\d:\d\d(?:[.,]\d+)?"
_ZONE = r"(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)\b)?"

_MASKS = tuple(
    (Pattern(pattern, re.ASCII), mask)
    for pattern, mask in (
        (r"\x1b\[[0-9;]*m", ""),
        (r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b", _VALUE),
        (rf"\b\d{{4}}[-/.]\d\d[-/.]\d\d[T ]{_CLOCK}{_ZONE}", "<time>"),
        (rf"\b{_DAY},? \d\d? {_MONTH} \d{{4}} {_CLOCK}{_ZONE}", "<time>"),
        (rf"\b(?:{_DAY} )?{_MONTH} [ \d]\d {_CLOCK}(?: \d{{4}})?\b", "<time>"),
        (rf"\b\d\d[/-]{_MONTH}[/-]\d{{4}}[: ]{_CLOCK}{_ZONE}", "<time>"),
        (rf"\b\d\d?/\d\d?/\d{{4}},? {_CLOCK}(?: [AP]M)?", "<time>"),
        (rf"\b([DIWEF])\d{{4}} {_CLOCK}", r"\1 <time>"),
        (r"\b\d{4}-\d\d-\d\d\b", "<time>"),
        (rf"\b{_CLOCK}\b", "<time>"),
        (r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b", "<address>"),
        (r"(?<![\w:])\[?(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}\]?(?::\d{1,5})?(?![\w:])", "<address>"),
        (r"\b([a-z][a-z0-9+.-]{1,15}://)(?:[^\s/?#'\"<>)\]@]{1,200}@)?([^\s?#'\"<>)\]]*)(?:[?#][^\s'\"<>)\]]*)?", r"\1\2"),
        (r"\b((?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)[ :]+\"?/[^\s?#'\"]*)[?#][^\s\"']*", r"\1"),
        (r"\b[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{2,64}", "<email>"),
    )
)  # fmt: skip
_FILE = Pattern(r"(?<![\w<>./:])(?:~|\.{1,2})?(?:/[\w@%+=:,.~$-]+)+/?|\b[A-Za-z]:(?:\\[\w.$-]+)+", re.ASCII)
_METHOD = Pattern(r"\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)[ :]+\"?$")
_TEMPORARY = Pattern(r"/(?:tmp|var/tmp|private|var/folders|dev/shm|run/user|proc/\d+)/|.*\\te?mp\\", re.IGNORECASE)

_ERROR_CODE = r"[A-Z][A-Z_]{0,9}-?\d{2,6}[A-Z]?"
_SQLSTATE = r"(?=\d*[A-Z])\d[0-9A-Z]{4}"
_NUMBER = r"(?:\d[\d_,]*)?\.?\d+(?:[eE][+-]?\d+)?(?:\.\d+)*"
_TOKEN = Pattern(
    rf"(?P<hex>\b0[xX][0-9a-fA-F]+)|(?P<code>\b(?:{_ERROR_CODE}|{_SQLSTATE})\b)|\bv(?P<version>\d+(?:\.\d+)+)"
    rf"|(?P<number>(?:(?<![\w<>)\]])[+-])?(?<!\w){_NUMBER})(?P<unit>(?:[a-zA-Z]{{1,3}}(?!\w))?)(?!\w)|(?P<word>\w*\d\w*)",
    re.ASCII,
)
_NUMBERED = Pattern(
    r"(?:\b(?:status|code|errno|exit|exited|signal|sqlstate|hresult)(?:[ _-]?(?:code|status)| with)?|status_?code|error_?code"
    r"|\b(?:died|exited) with|\bHTTP(?:/(?:\d(?:\.\d)?)?)?|\berror(?= ))[\"']?\s{0,2}[=:]?\s{0,2}[\"'(\[]{0,2}-?$",
    re.IGNORECASE,
)
"""What stands before a number that is a code."""
_ANSWERED = Pattern(
    r"(?:\b(?:returned|responded|response|answered|got|with|failed|received)|\s/[^\s\"]{0,40}\"?(?: -)?)[:,]? {0,2}[(\[\"]{0,2}$",
    re.IGNORECASE,
)
"""What stands before a number from 400 to 599 that is a status code."""
_REASON = Pattern(
    r"[ :-]{1,3}(?:Bad Request|Unauthori[sz]ed|Payment Required|Forbidden|Not Found|Method Not Allowed|Not Acceptable|Request Time"
    r"|Conflict|Gone\b|Precondition|Payload|Unsupported|Unprocessable|Locked|Failed Dependency|Too Many|Internal Server"
    r"|Not Implemented|Bad Gateway|Service Unavailable|Gateway Time|Client Error|Server Error)",
    re.IGNORECASE,
)
"""What stands after a status code."""
_CODED = Pattern(
    r"(?:^|[\[(\]|] ?|\b(?:\w*(?:error|exception|warning)|fatal|code|errno|with|sqlstate)\b[\"']?[ =:]{0,3}[\"'\[(]{0,2})$",
    re.IGNORECASE,
)
"""What stands before an error code."""
_AGAIN = Pattern(r"(<[\w#]+>)(?:,? ?\1)+")
_SPACE = Pattern(r"\s+")
_LETTERS = Pattern(r"[A-Za-z]+")
_CHUNKS = Pattern(r"[A-Z]+[a-z]*|[a-z]+")
_DIGITS = Pattern(r"\d+")
_HEXADECIMAL = Pattern(r"[0-9a-f]{7,}|[0-9A-F]{7,}")


def template(text: str) -> str:
    """A text with all masked that varies."""
    text = text[:_READ]
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    text = _TOKEN.sub(_token, _FILE.sub(_file, text))
    return _SPACE.sub(" ", _AGAIN.sub(r"\1", text)).strip()[:_LONGEST]


def _file(found: re.Match[str]) -> str:
    """A file by its name and its folder's; a route, which stands after a method, as it is."""
    if _METHOD.search(found.string[max(0, found.start() - _CONTEXT) : found.start()]):
        return found[0]
    if _TEMPORARY.match(found[0]):
        return "<path>"
    parts = [part for part in re.split(r"[/\\]", found[0]) if part.strip(".~")]
    return "/".join(["<path>", *parts[-2:]])


def _token(found: re.Match[str]) -> str:
    """A number or a word with digits: what it is about if it is a code or a name, else its mask."""
    before = found.string[max(0, found.start() - _CONTEXT) : found.start()]
    if found["code"]:
        return found[0] if _CODED.search(before) or _NUMBERED.search(before) else _word(found[0])
    if found["hex"] or (found["number"] and not found["unit"]):
        return found[0] if _NUMBERED.search(before) or _is_status(found, before) else _VALUE
    if found["version"]:
        return _VALUE
    if found["number"] and not _HEXADECIMAL.fullmatch(found[0]):
        return f"{_VALUE}{found['unit']}"
    return _word(found[0])


def _is_status(found: re.Match[str], before: str) -> bool:
    if not (len(found[0]) == 3 and found[0][0] in "45"):
        return False
    after = found.string[found.end() : found.end() + _CONTEXT]
    return bool(_ANSWERED.search(before) or _REASON.match(after)) or before[-1:] + after[:1] in ("()", "[]")


def _word(word: str) -> str:
    """A word with digits: a name stays, its parts that are ids do not."""
    if word.isupper() and all(len(digits) < 4 for digits in _DIGITS.findall(word)) and not _is_id(word):
        return word  # a variable of the environment
    return re.sub(r"[^_-]+", _part, word)


def _part(found: re.Match[str]) -> str:
    part = found[0]
    if part.isdigit():
        return part if len(part) == 1 and found.start() else _VALUE
    if _is_id(part):
        return _VALUE
    return re.sub(r"\d{4,}", _VALUE, part)


def _is_id(word: str) -> bool:
    """Whether a word with digits was drawn by chance, and given by nobody."""
    digits, letters = _DIGITS.findall(word), _LETTERS.findall(word)
    if not digits:
        return False
    if word[0].isdigit() or _HEXADECIMAL.fullmatch(word):
        return True
    spelled = sum(map(len, letters))
    if len(digits) > 1 and len(word) > 4 and spelled < (2 if len(digits) == 2 else 3) * len(letters):
        return True
    chunks = [chunk for run in letters for chunk in _CHUNKS.findall(run)]
    mixed = len(word) > 7 and not word.islower() and not word.isupper()
    return mixed and spelled < (2.7 if len(word) > 9 else 2.5) * len(chunks)
