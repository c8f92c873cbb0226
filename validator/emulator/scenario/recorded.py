"""A recording as a scenario: what a run saw of a deployment, as the deployment that is served, at its own times.

Services, revisions and builds are as they were read, and change when they were seen to; entries can be read when the run could
read them at the earliest; a path is answered as its probes were, in turn. What a run did not ask for is not there. Of
conversations (WebSocket, gRPC) nothing is served.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from validator.recording import ndjson
from validator.words.call import Json
from validator.words.instant import seconds
from validator.words.resource_name import short

MAGIC = b"\x1f\x8b"
"""Begins a file that is a recording and no YAML."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_VERBATIM = frozenset({"textPayload", "jsonPayload"})
_KINDS = {"GetService": "services", "GetRevision": "revisions", "GetBuild": "builds"}
_FRAMING = frozenset({"content-length", "transfer-encoding", "content-encoding", "connection", "date", "set-cookie"})
_MOST_TURNS = 100


def text_of(path: Path) -> str:
    """The scenario as JSON, which is YAML too.

    Raises:
        ValueError: it is no recording that can be read; the message says why.
    """
    try:
        return json.dumps(_Recorded(path).scenario(), ensure_ascii=False)
    except ndjson.RecordingError as error:
        raise ValueError(str(error).removeprefix(f"{path} ")) from None
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"is damaged: {type(error).__name__}: {error}") from None


class _Recorded:
    """Takes in a recording line by line."""

    def __init__(self, path: Path) -> None:
        self._lines = ndjson.read(path)
        self._path = path
        self._header = next(self._lines)
        self._began = 0.0
        self._resources: dict[str, dict[str, Any]] = {"services": {}, "revisions": {}, "builds": {}}
        self._newest: dict[tuple[str, str], Any] = {}
        self._changes: list[Json] = []
        self._entries: dict[tuple[Any, ...], Json] = {}
        self._answers: list[tuple[Json, Json]] = []

    def scenario(self) -> Json:
        """All of it, as a scenario's keys."""
        for line in self._lines:
            if line.get("is") == "Started":
                self._began = line["at"]
            elif line.get("is") == "Observation" and line["result"]["is"] == "Answer":
                self._take(line["call"], line["result"]["content"], line["received"])
        return {
            "title": f"recorded: {self._path.name}",
            "env": {name: value for name, value in self._header["spec"]["variables"].items() if value},
            **self._resources,
            "changes": self._changes,
            "behaviour": self._behaviour(),
            "logs": {"entries": list(self._entries.values())},
        }

    def _take(self, call: Json, content: Json, at: float) -> None:
        kind = _KINDS.get(call["is"])
        if kind:
            self._resource(kind, short(content.get("name", "")) or str(content.get("id")), content, at)
        elif call["is"] == "ListRevisions":
            for each in content.get("revisions", ()):
                self._resource("revisions", short(each["name"]), each, at)
        elif call["is"] == "ListEntries":
            for entry in content.get("entries", ()):
                if self._header["run_id"] not in json.dumps(entry.get("httpRequest", {})):  # the run's own probes
                    key = (entry.get("logName"), entry.get("timestamp"), entry.get("insertId"))
                    self._entries.setdefault(key, self._moved(entry))
        elif call["is"] == "Exchange":
            self._answers.append((call, content))

    def _resource(self, kind: str, name: str, content: Json, at: float) -> None:
        if self._newest.get((kind, name)) == content:
            return
        self._newest[kind, name] = content
        if name in self._resources[kind]:
            self._changes.append({"at": f"@+{max(0.0, at - self._began):.3f}s", kind: {name: self._moved(content)}})
        else:
            self._resources[kind][name] = self._moved(content)

    def _moved(self, value: Any) -> Any:
        """The same with its times told from the run's start."""
        if isinstance(value, str):
            return self._offset(seconds(value) - self._began) if _TIME.fullmatch(value) else value
        if isinstance(value, Mapping):
            return {key: part if key in _VERBATIM else self._moved(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self._moved(part) for part in value]
        return value

    @staticmethod
    def _offset(after: float) -> str:
        return f"@{'-' if after < 0 else '+'}{abs(after):.6f}s"

    def _behaviour(self) -> Json:
        """What each service answers to a path, in turn."""
        hosts = {
            urlsplit(url).netloc: name for name, each in self._resources["services"].items() for url in _urls(each)
        }
        found: dict[str, dict[str, list[Json]]] = {}
        for call, content in self._answers:
            url = urlsplit(call["url"])
            service = hosts.get(url.netloc)
            if service:
                replies = found.setdefault(service, {}).setdefault(url.path or "/", [])
                reply = _reply(call, content)
                if len(replies) < _MOST_TURNS and (not replies or replies[-1] != reply):
                    replies.append(reply)
        return {name: {path: _single(each) for path, each in paths.items()} for name, paths in found.items()}


def _urls(service: Json) -> Iterator[str]:
    yield from filter(None, [service.get("uri"), *service.get("urls", ())])
    yield from (each["uri"] for each in service.get("trafficStatuses", ()) if each.get("uri"))


def _reply(call: Json, content: Json) -> Json:
    headers = {name: value for name, value in content.get("headers", ()) if name.lower() not in _FRAMING}
    reply = {"status": content["status"], "headers": headers, "text": content.get("text", "")}
    method = call["method"]
    return {**reply, "when": {"method": method}} if method not in ("GET", "HEAD") else reply


def _single(replies: list[Json]) -> Any:
    return replies[0] if len(replies) == 1 and "when" not in replies[0] else replies
