"""A journal written as JSON is read as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.test_laws import CHECKS, SCENARIOS
from tests.simulated import HEAD, overlaid, simulate
from validator.checks import kinds
from validator.engine.verdicts import Verdicts
from validator.evidence.baseline import BaselineOf
from validator.evidence.build import OriginOf
from validator.evidence.grpc import Grpc
from validator.evidence.http import Http
from validator.evidence.journal import Ended, Observation, Record, Sent, Unobtainable
from validator.evidence.logs import EntriesOf, LogsOf
from validator.evidence.record_json import UnknownSortError, read, written
from validator.evidence.service import ServiceOf
from validator.evidence.websocket import WebSocket
from validator.logs.entry import Sort
from validator.logs.selector import Selector
from validator.words.call import Answer, Exchange, GetService, ListBuilds, ListEntries, Problem
from validator.words.conversation import Converse, Step
from validator.words.ending import Ending
from validator.words.grpc_call import Invoke


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_a_journal_is_read_as_it_was_written(scenario: Path) -> None:
    run = simulate(CHECKS, scenario)
    again = [read(json.loads(json.dumps(written(record)))) for record in run.engine.journal]
    assert again == run.engine.journal
    assert [hash(record.query) for record in again if hasattr(record, "query")]
    assert Verdicts.replay(run.engine.spec, kinds(), again).standings == run.engine.standings


names = st.text(max_size=20)
pairs = st.lists(st.tuples(names, names), max_size=3).map(tuple)
steps = st.lists(st.builds(Step, st.booleans(), st.none() | names, st.none() | names, st.none() | names)).map(tuple)
queries = st.one_of(
    st.builds(ServiceOf, names),
    st.builds(OriginOf, names),
    st.builds(LogsOf, names),
    st.builds(EntriesOf, names, st.builds(Selector, names, names, st.lists(st.sampled_from(Sort)).map(tuple))),
    st.builds(BaselineOf, names, st.floats(0, 1e6), st.sampled_from(Sort), names),
    st.builds(
        Http,
        names,
        names,
        pairs,
        st.floats(0, 100),
        st.booleans(),
        names,
        names,
        st.none() | st.binary(),
        st.booleans(),
    ),
    st.builds(Grpc, names, names, pairs, st.floats(0, 100), st.booleans(), names, names, names, st.binary()),
    st.builds(WebSocket, names, names, pairs, st.floats(0, 100), st.booleans(), names, st.just(("v1",)), steps),
)
calls = st.one_of(
    st.builds(GetService, names),
    st.builds(ListBuilds, names, names, st.integers(0, 100), names),
    st.builds(ListEntries, st.lists(names, max_size=3).map(tuple), names),
    st.builds(Converse, names, pairs, st.lists(names).map(tuple), steps, st.booleans(), names),
    st.builds(Exchange, names, names, pairs, st.none() | st.binary(), st.booleans(), names),
    st.builds(Invoke, names, pairs, names, st.binary(), st.booleans(), names),
)
results = st.one_of(
    st.builds(Answer, st.dictionaries(names, names | st.integers() | st.none() | st.lists(names))),
    st.builds(Problem, names, names),
)
times = st.floats(0, 1e10)
records = st.one_of(
    st.builds(Observation, times, st.integers(0), queries, calls, times, times, results),
    st.builds(Sent, times, queries, calls),
    st.builds(Unobtainable, times, queries, names, names),
    st.builds(Ended, times, st.sampled_from(Ending)),
)


@given(records)
def test_whatever_is_written_is_read(record: Record) -> None:
    assert read(json.loads(json.dumps(written(record)))) == record


def test_a_record_of_a_newer_version_is_told_as_that(tmp_path: Path) -> None:
    run = simulate(HEAD + "  - {name: Up, http: {path: /health}}\n", overlaid(tmp_path, ""))
    data = json.loads(json.dumps(written(run.engine.journal[1])))
    data["query"]["is"] = "TideOf"
    with pytest.raises(UnknownSortError, match="TideOf is not known to this version"):
        read(data)
