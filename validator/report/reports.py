"""The reports of a run: the files in its folder, and those of the GitHub runner and of Cloud Build, in an order in which none takes another.

A report that is lost makes a green run inconclusive, and the summary says so: it never disagrees with the exit code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from validator.report import cloud_build, github
from validator.report import document as doc
from validator.report.artifact import prepare, remove, write_text
from validator.report.formats import FORMATS, written_for
from validator.report.in_toto import NoStatementError
from validator.report.summary import without_report


class Reports:
    """Where the reports of one run go."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        token: str,
        *,
        on_github: bool = False,
        formats: Iterable[str] = (),
    ) -> None:
        self._folder, self._formats = folder, written_for(formats)
        self._environment, self._token = environment, token
        self._github = environment if on_github else {}
        self.written: list[str] = []
        self.lost: list[str] = []
        """What could not be written, and why."""

    def prepare(self) -> None:
        """See that they can be written, and take away those of an earlier run: whatever ends this one, they are not its.

        Raises:
            OSError: they cannot be written.
        """
        prepare(self._folder)
        for each in FORMATS.values():
            remove(self._folder / each.file)

    def write(self, summary: doc.Summary) -> doc.Summary:
        """Write all of them; the summary as it is when some are lost."""
        files = [(self._folder / each.file, each.write) for each in self._formats]
        self.written = [str(path) for path, made in files if self._file(path, made, summary)]
        self._attempt("the step summary", self._publish_report, summary)
        summary = without_report(summary, self.lost)
        if not self._attempt("the step's outputs", self._publish_outputs, summary):
            summary = without_report(summary, self.lost)
        for path, made in files if self.lost else ():
            self._file(path, made, summary)
        self.lost = list(dict.fromkeys(self.lost))
        return summary

    def _file(self, path: Path, made: Callable[[doc.Summary], str], summary: doc.Summary) -> bool:
        return self._attempt(str(path), lambda told: write_text(path, made(told)), summary)

    def _attempt(self, name: str, write: Callable[[doc.Summary], None], summary: doc.Summary) -> bool:
        try:
            write(summary)
        except OSError as error:
            self.lost.append(f"{name} cannot be written: {error.strerror or error}")
        except NoStatementError as error:
            self.lost.append(f"{name} cannot be written: {error}")
        except github.GitHubError as error:
            self.lost.append(str(error))
        except Exception as error:  # noqa: BLE001 - a defect in one report must not take the others
            self.lost.append(f"{name} cannot be written: a defect of the gate: {type(error).__name__}: {error}")
        else:
            return True
        return False

    def _publish_report(self, summary: doc.Summary) -> None:
        github.publish_report(summary, self._github)

    def _publish_outputs(self, summary: doc.Summary) -> None:
        github.publish_outputs(summary, self._github, self._folder / FORMATS["json"].file, self._token)
        cloud_build.publish_outputs(summary, self._environment)
