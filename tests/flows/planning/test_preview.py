"""What a plan says it would do with each node, and why."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import pytest

from flows.planning import preview
from flows.planning.cache_key import ReusableResult, ReusePolicy, resolve_step
from flows.planning.plan import make_plan
from flows.planning.preview import preview_plan
from schemas.graph import Graph
from schemas.values import TextValue, Value
from schemas.wire.run import Reuse, ScopeAll, ScopeNodes
from support.nodes.graphs import chain, edge, graph, node
from tasks.registry import node_types

RUN = UUID("1a2b3c4d-0000-4000-8000-000000000000")


def given(text: str) -> ReusableResult:
    return ReusableResult(RUN, {"output": TextValue(text=text)})


def cached_results(made: Graph, said: Mapping[str, str]) -> dict[str, ReusableResult]:
    """The results of an earlier run of the graph in which nodes gave these texts."""
    found: dict[str, ReusableResult] = {}
    for step in make_plan(made, node_types(), ScopeAll(kind="all")).steps:
        connected: dict[str, list[Value]] = {
            binding.handle: [TextValue(text=said[source.node_id]) for source in binding.sources]
            for binding in step.bindings
        }
        resolved = resolve_step(step, node_types()[step.node_type], connected, demo=False)
        if resolved is not None and step.node_id in said:
            found[resolved.key] = given(said[step.node_id])
    return found


def planned_actions(
    made: Graph,
    known: Mapping[str, ReusableResult],
    *,
    only: tuple[str, ...] = (),
    reuse: Reuse = "auto",
    external: Mapping[str, str] | None = None,
    questions: list[int] | None = None,
) -> dict[str, tuple[str, str]]:
    scope: Any = ScopeNodes(kind="nodes", node_ids=only) if only else ScopeAll(kind="all")

    def find(keys: Collection[str]) -> dict[str, ReusableResult]:
        if questions is not None:
            questions.append(len(keys))
        return {key: known[key] for key in keys if key in known}

    read = preview_plan(
        made,
        make_plan(made, node_types(), scope),
        node_types=node_types(),
        policy=ReusePolicy(reuse, partial=bool(only)),
        find=find,
        external={id: given(text) for id, text in (external or {}).items()},
    )
    return {step.node_id: (step.action, step.reason) for step in read.steps}


def kit(words: str = "Tea.", reuse: str = "always") -> Graph:
    return graph(
        node("words", "text", text=words),
        node("writer", "llm", settings={"reuse": reuse}),
        node("poet", "llm", settings={"reuse": reuse}),
        edge("words", "writer", "userMessage"),
        edge("writer", "poet", "userMessage"),
    )


SAID = {"words": "Tea.", "writer": "Fine tea.", "poet": "O tea."}


def test_what_was_made_from_the_same_inputs_is_reused_along_the_whole_chain():
    assert planned_actions(kit(), cached_results(kit(), SAID)) == dict.fromkeys(
        ("words", "writer", "poet"), ("reuse", "Its inputs are the same as in an earlier run.")
    )


def test_without_earlier_results_everything_runs():
    steps = planned_actions(kit(), {})
    assert steps["words"] == ("run", "There is no earlier result with the same inputs.")
    assert steps["writer"][0] == "run"
    assert steps["writer"][1].startswith("“words” runs again before it; an earlier result")
    assert steps["poet"][1].startswith("“writer” runs again before it")


def test_a_changed_text_runs_with_what_depends_on_it():
    steps = planned_actions(kit("Coffee."), cached_results(kit(), SAID))
    assert {id: action for id, (action, _) in steps.items()} == {
        "words": "run",
        "writer": "run",
        "poet": "run",
    }


def test_what_may_differ_each_time_is_made_anew_in_a_full_run_and_reused_in_a_part():
    warm = kit(reuse="auto")
    full = planned_actions(warm, cached_results(warm, SAID))
    assert full["words"][0] == "reuse"
    assert full["writer"] == (
        "run",
        "Its result may differ each time, so a run of everything makes it anew.",
    )
    assert full["poet"] == ("run", "“writer” runs again before it.")
    part = planned_actions(warm, cached_results(warm, SAID), only=("words", "writer", "poet"))
    assert {action for action, _ in part.values()} == {"reuse"}


def test_a_full_run_may_be_told_to_take_over_also_what_may_differ():
    warm = kit(reuse="auto")
    assert {
        action
        for action, _ in planned_actions(warm, cached_results(warm, SAID), reuse="always").values()
    } == {"reuse"}
    changed = planned_actions(
        kit("Coffee.", reuse="auto"), cached_results(warm, SAID), reuse="always"
    )
    assert changed["words"] == ("run", "There is no earlier result with the same inputs.")
    assert changed["writer"][1].startswith("“words” runs again before it; an earlier result")


def test_a_run_may_be_told_to_take_nothing_over_and_so_may_a_node():
    assert planned_actions(kit(), cached_results(kit(), SAID), reuse="never")["poet"] == (
        "run",
        "The run is to take nothing over from earlier ones.",
    )
    stubborn = kit()
    stubborn.nodes[1].data["settings"] = {"reuse": "never"}
    steps = planned_actions(stubborn, cached_results(kit(), SAID))
    assert steps["writer"] == ("run", "Its settings say that it runs each time.")
    assert steps["words"][0] == "reuse"


def test_nodes_outside_of_the_scope_are_skipped_and_come_last():
    steps = planned_actions(kit(), {}, only=("poet",), external={"writer": "Fine tea."})
    assert list(steps) == ["poet", "words", "writer"]
    assert steps["words"] == ("skip", "It is outside of the run's scope.")
    assert steps["writer"] == (
        "skip",
        "It is outside of the run's scope; what it gave in an earlier run is used.",
    )


def test_what_comes_from_outside_decides_whether_a_node_is_reused():
    known = cached_results(kit(), SAID)
    assert (
        planned_actions(kit(), known, only=("poet",), external={"writer": "Fine tea."})["poet"][0]
        == "reuse"
    )
    assert (
        planned_actions(kit(), known, only=("poet",), external={"writer": "Bad tea."})["poet"][0]
        == "run"
    )


def test_inputs_that_do_not_fit_run_to_say_so():
    made = graph(
        node("words", "text", text="half"),
        node("writer", "llm"),
        edge("words", "writer", "temperature"),
    )
    steps = planned_actions(made, {}, only=("writer",), external={"words": "half"})
    assert steps["writer"][1] == "Its inputs do not fit: running it says what is wrong with them."


def test_nodes_whose_inputs_are_known_together_are_looked_up_together():
    wide = graph(*(node(f"n{index}", "text", text=str(index)) for index in range(50)))
    questions: list[int] = []
    planned_actions(wide, {}, questions=questions)
    assert questions == [50]


def test_a_long_chain_is_told_fast():
    assert len(planned_actions(chain(500), {}, reuse="never")) == 500


def test_no_more_earlier_results_are_looked_up_than_one_run_may_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(preview, "MAX_RUN_TEXT_BYTES", 600)
    monkeypatch.setattr(preview, "MAX_KEYS", 2)
    made = graph(*(node(f"n{number}", text=f"{number}" * 300) for number in range(6)))
    questions: list[int] = []
    said = {each.id: str(each.data["text"]) for each in made.nodes}
    steps = planned_actions(made, cached_results(made, said), questions=questions)
    assert [action for action, _ in steps.values()] == ["reuse"] * 4 + ["run"] * 2
    assert steps["n5"][1].startswith("Earlier results of this run's nodes come to more text")
    assert questions == [2, 2]
