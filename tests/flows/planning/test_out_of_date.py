"""Which results no longer fit what is drawn, and what is said of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from flows.planning.cache_key import resolve_step
from flows.planning.compiled import CompiledVersion
from flows.planning.out_of_date import (
    OTHER_MAKING,
    OTHER_TYPE,
    LongValues,
    RecordedResult,
    ResultCheck,
)
from schemas.graph import Edge, Graph, Node
from schemas.values import TextValue, Value
from support.nodes.graphs import edge, graph, node
from tasks.registry import node_types

RUN, LATER = uuid4(), uuid4()
SAID = {"words": "Tea.", "writer": "Fine tea.", "poet": "O tea."}


def kit(*more: Node | Edge, words: str = "Tea.", **writer: Any) -> Graph:
    return graph(
        node("words", "text", text=words),
        node("writer", "llm", **writer),
        node("poet", "llm"),
        edge("words", "writer", "userMessage"),
        edge("writer", "poet", "userMessage"),
        *more,
    )


def ran(made: Graph, said: Mapping[str, str] = SAID, run: UUID = RUN) -> dict[str, RecordedResult]:
    """What is recorded of a run of the graph in which nodes gave these texts."""
    version = CompiledVersion.of(made, node_types())
    results: dict[str, RecordedResult] = {}
    for step in version.plan(frozenset(said)).steps:
        connected: dict[str, list[Value]] = {
            binding.handle: [TextValue(text=said[source.node_id]) for source in binding.sources]
            for binding in step.bindings
        }
        resolved = resolve_step(step, node_types()[step.node_type], connected, demo=False)
        assert resolved is not None
        values = {"output": TextValue(text=said[step.node_id])}
        results[step.node_id] = RecordedResult(uuid4(), run, run, resolved.key, values)
    return results


def nothing_long(ids: frozenset[UUID]) -> None:
    raise AssertionError(f"{ids} are asked for, which are not long")


def reasons(
    drawn: Graph,
    results: Mapping[str, RecordedResult],
    long_values: LongValues = nothing_long,
    **executed: Graph,
) -> dict[str, str]:
    """Say what is out of date; `executed` are the graphs of the runs."""
    documents = {RUN: executed.get("first", kit()).document()}
    documents[LATER] = executed.get("later", kit()).document()
    version = CompiledVersion.of(drawn, node_types())
    check = ResultCheck(version, results, documents.__getitem__, long_values, demo=False)
    found = check.out_of_date()
    assert all(each.execution_id == results[each.node_id].execution_id for each in found)
    return {each.node_id: each.reason for each in found}


def test_what_was_made_of_what_is_drawn_is_up_to_date():
    assert reasons(kit(), ran(kit())) == {}


def test_a_change_reaches_down_to_the_end_and_says_what_it_was():
    assert reasons(kit(words="Coffee."), ran(kit())) == {
        "words": "“Text” changed.",
        "writer": "An input changed: “words”.",
        "poet": "An input changed: “writer”.",
    }
    assert reasons(kit(systemPrompt="Be loud.", model="gemini-2.5-pro"), ran(kit())) == {
        "writer": "“Model” and “System prompt” changed.",
        "poet": "An input changed: “writer”.",
    }


def test_what_is_moved_renamed_or_retried_otherwise_stays_up_to_date():
    drawn = kit(label="Another name", settings={"retries": 7, "reuse": "never"})
    drawn.nodes[0].position.x = 900
    assert reasons(drawn, ran(kit())) == {}


def test_a_typed_text_that_a_connection_replaces_is_no_reason():
    assert reasons(kit(userMessage="Nobody reads this."), ran(kit())) == {}


def test_other_connections_are_a_reason():
    more = node("more", "text", text="Hot.")
    results = ran(kit(more), {**SAID, "more": "Hot."})
    drawn = kit(more, edge("more", "writer", "userMessage"))
    assert reasons(drawn, results, first=kit(more))["writer"] == (
        "The connections of “User message” changed."
    )
    without = kit()
    without.edges.pop()
    without.nodes[2].data["userMessage"] = "Alone."
    assert reasons(without, ran(kit())) == {
        "poet": "“User message” changed. The connections of “User message” changed."
    }


def test_a_new_result_of_a_source_makes_what_was_made_of_the_old_one_out_of_date():
    again = {"words": "Tea.", "writer": "Finer tea."}
    results = ran(kit()) | {"writer": ran(kit(), again, LATER)["writer"]}
    assert reasons(kit(), results) == {"poet": "An input changed: “writer”."}
    same = ran(kit()) | {"writer": ran(kit(), SAID, LATER)["writer"]}
    assert reasons(kit(), same) == {}


def test_an_undone_change_fits_the_result_that_was_made_before_it():
    changed = ran(kit(words="Coffee."), {**SAID, "words": "Coffee."}, LATER)
    later = kit(words="Coffee.")
    assert set(reasons(kit(), changed, later=later)) == {"words", "writer", "poet"}
    assert reasons(kit(), ran(kit()), later=later) == {}


def test_a_failure_is_out_of_date_once_what_it_was_given_is_mended():
    results = ran(kit())
    failed = results["writer"]
    results["writer"] = RecordedResult(failed.execution_id, RUN, RUN, failed.cache_key, None)
    del results["poet"]
    assert reasons(kit(), results) == {}
    assert set(reasons(kit(words="Coffee."), results)) == {"words", "writer"}
    unbound = RecordedResult(failed.execution_id, RUN, RUN, None, None)
    assert reasons(kit(), results | {"writer": unbound}) == {"writer": OTHER_MAKING}


def test_a_draft_with_problems_is_judged_as_far_as_it_goes():
    broken = kit(userMessage="{{input}}", temperature=99)
    assert reasons(broken, ran(kit())) == {
        "writer": "“User message” and “Temperature” changed.",
        "poet": "An input changed: “writer”.",
    }
    circle = kit(edge("poet", "words", "text"))
    assert reasons(circle, ran(kit())) == {}


def test_a_node_of_another_type_and_one_that_is_new_are_told():
    drawn = kit()
    drawn.nodes[1] = node("writer", "text", text="Mine.")
    drawn.edges.pop(0)
    assert reasons(drawn, ran(kit()))["writer"] == OTHER_TYPE
    grown = kit(node("new", "text", text="New."), edge("new", "writer", "systemPrompt"))
    assert reasons(grown, ran(kit()))["writer"] == (
        "The connections of “System prompt” changed. An input changed: “new”."
    )


def test_what_was_not_taken_stays_so_until_something_is_sent():
    results = ran(kit())
    words = results["words"]
    silent = RecordedResult(words.execution_id, RUN, RUN, words.cache_key, {})
    skipped = {
        id: RecordedResult(uuid4(), RUN, RUN, None, {}, not_taken=True) for id in ("writer", "poet")
    }
    assert reasons(kit(), {"words": silent, **skipped}) == {}
    assert "writer" in reasons(kit(), {"words": words, **skipped})
    assert "writer" in reasons(kit(), results | {"words": silent})


@pytest.mark.parametrize("words", ["Tea.", "Coffee."])
def test_a_result_without_a_key_is_judged_by_what_was_drawn(words: str):
    results = {
        id: RecordedResult(each.execution_id, RUN, RUN, None, each.values)
        for id, each in ran(kit()).items()
    }
    assert bool(reasons(kit(words=words), results)) is (words != "Tea.")


def test_long_values_are_read_for_what_takes_them_and_only_then():
    results = ran(kit())
    left_out = {id: replace(one, values={}, is_long=True) for id, one in results.items()}
    by_execution = {results[id].execution_id: results[id].values or {} for id in SAID}
    asked: list[frozenset[UUID]] = []

    def read(ids: frozenset[UUID]) -> Mapping[UUID, Mapping[str, Value]]:
        asked.append(ids)
        return {id: by_execution[id] for id in ids}

    assert reasons(kit(), left_out, read) == {}
    assert asked == [frozenset({results[id].execution_id}) for id in ("words", "writer")]
    again = ran(kit(), SAID | {"writer": "Finer tea."}, LATER)["writer"]
    assert reasons(kit(), left_out | {"writer": again}, read) == {
        "poet": "An input changed: “writer”."
    }


def test_what_is_more_than_a_node_can_be_given_fits_only_what_failed_by_it():
    results = ran(kit())
    words = replace(results["words"], values={}, is_long=True)
    failed = replace(results["writer"], cache_key=None, values=None)
    shown = {"words": words, "writer": failed}
    assert reasons(kit(), shown, lambda _: None) == {}
    assert set(reasons(kit(), results | {"words": words}, lambda _: None)) == {"writer", "poet"}
