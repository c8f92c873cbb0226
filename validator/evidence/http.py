"""HTTP requests to a target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from validator.evidence.probe import Probe, as_json
from validator.words.call import Exchange


@dataclass(frozen=True)
class Http(Probe):
    """An HTTP request to the target."""

    method: str = "GET"
    body: bytes | None = None
    redirects: bool = False
    """Whether redirects are followed."""

    def call(self, url: str) -> Exchange:
        """One exchange."""
        return Exchange(self.method, url, self.headers, self.body, self.redirects)

    @property
    def shown(self) -> str:
        """Method and place."""
        return f"{self.method} {self.location}"

    @property
    def hops(self) -> bool:
        """If redirects are followed."""
        return self.redirects

    def sensitive(self) -> Iterable[tuple[str, Any]]:
        """Its body too."""
        if self.body:
            kind = next((value for name, value in self.headers if name.lower() == "content-type"), "")
            yield from _fields(self.body, kind)
        yield from super().sensitive()


def _fields(body: bytes, kind: str) -> Iterator[tuple[str, Any]]:
    """What a body of a Content-Type says, by the names that it says it under."""
    text = body.decode("utf-8", "replace")
    if kind.startswith("application/x-www-form-urlencoded"):
        yield from parse_qsl(text)
    elif kind.startswith("multipart/form-data"):
        from email.parser import BytesParser  # few checks send parts

        whole = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
        for part in whole.walk():
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and not part.get_filename():
                yield str(part.get_param("name", "", "content-disposition")), content.decode("utf-8", "replace")
    else:
        yield "body", as_json(text)
