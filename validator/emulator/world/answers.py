"""Which of a scenario's answers a request gets: by path, by what the request has (`when`), and in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from validator.emulator.world.matching import contains, pattern

if TYPE_CHECKING:
    from validator.emulator.world.deployment import Behaviour, Reply

_ANY = object()


@dataclass(frozen=True)
class Request:
    """What a service sees of a request."""

    method: str
    url: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: str = ""

    @property
    def path(self) -> str:
        """Without the query."""
        return urlsplit(self.url).path or "/"


@dataclass(frozen=True)
class When:
    """What a request has to have for an answer: all that is given here."""

    methods: tuple[str, ...]
    """Empty: any. GET stands for HEAD too, as servers take it."""
    query: tuple[tuple[str, Any], ...]
    """Parameter -> its value, or a pattern that is found in it."""
    headers: tuple[tuple[str, Any], ...]
    """Name in lower case -> the same."""
    body: Any
    """A pattern that is found in the body; None: any body."""
    json: Any
    """What the body has as JSON."""

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> When:
        """From `when` of an answer.

        Raises:
            ValueError: it asks for nothing; a pattern that is none.
        """
        if not data:
            raise ValueError("when what? one or more of method, query, headers, body, json")
        method = data.get("method") or ()
        methods = [method] if isinstance(method, str) else list(method)
        return cls(
            tuple(name.upper() for name in methods) + (("HEAD",) if "GET" in methods else ()),
            tuple((str(name), _value(value)) for name, value in (data.get("query") or {}).items()),
            tuple((str(name).lower(), _value(value)) for name, value in (data.get("headers") or {}).items()),
            pattern(data["body"]) if "body" in data else None,
            data.get("json", _ANY),
        )

    def holds(self, request: Request) -> bool:
        """Whether a request has it all."""
        parameters = parse_qsl(urlsplit(request.url).query, keep_blank_values=True) if self.query else []
        return (
            (not self.methods or request.method.upper() in self.methods)
            and all(any(name == key and _is(value, given) for key, given in parameters) for name, value in self.query)
            and all(name in request.headers and _is(value, request.headers[name]) for name, value in self.headers)
            and (self.body is None or bool(self.body.search(request.body)))
            and (self.json is _ANY or contains(request.body, self.json))
        )


def _value(data: Any) -> Any:
    return pattern(data["match"]) if isinstance(data, Mapping) else str(data)


def _is(wanted: Any, found: str) -> bool:
    return wanted == found if isinstance(wanted, str) else bool(wanted.search(found))


def answer(
    behaviour: Behaviour, owners: Sequence[str], request: Request, turns: Mapping[str, int]
) -> tuple[str, Reply] | None:
    """The answer of the first of the owners that has one for a request, and the name under which its turns are counted.

    An owner's answers to the very path come before those to any (`*`); of a path's answers the first whose `when` holds,
    else those without one. What is said for the same requests is said in turn.
    """
    for owner in owners:
        paths = behaviour.get(owner, {})
        for key in (request.path, "*"):
            replies = _fitting(paths.get(key, ()), request)
            if replies:
                name = f"{owner} {key}" + (f" {paths[key].index(replies[0])}" if replies[0].when else "")
                return name, replies[turns.get(name, 0) % len(replies)]
    return None


def _fitting(replies: Sequence[Reply], request: Request) -> list[Reply]:
    held = next((each.when for each in replies if each.when is not None and each.when.holds(request)), None)
    return [each for each in replies if each.when == held]
