"""The formats of a report that are one text: what each is called, the file that it stands in, and what writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from validator.report import document as doc
from validator.report.html.page import html
from validator.report.in_toto import in_toto
from validator.report.junit import junit
from validator.report.markdown import markdown
from validator.report.sarif import sarif
from validator.report.summary import dumps


@dataclass(frozen=True)
class Format:
    """One format."""

    file: str
    """Its name in the folder of the reports."""
    write: Callable[[doc.Summary], str]
    """The whole of it: safe text, as it may stand in a file and in a build log."""
    always: bool = False
    """Whether a run writes it unasked."""


FORMATS = {
    "json": Format("summary.json", dumps, always=True),
    "markdown": Format("report.md", markdown, always=True),
    "html": Format("report.html", html, always=True),
    "junit": Format("junit.xml", junit, always=True),
    "sarif": Format("report.sarif", sarif),
    "in-toto": Format("report.intoto.json", in_toto),
}


def written_for(asked: Iterable[str]) -> tuple[Format, ...]:
    """What a run writes that was asked for these formats besides what it writes unasked."""
    wanted = frozenset(asked)
    return tuple(each for name, each in FORMATS.items() if each.always or name in wanted)
