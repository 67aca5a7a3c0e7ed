"""Plans: order, what enters each step, settings; and what of a graph is content."""

import pytest

from flows.planning.plan import Plan, Source, content_sha256, make_plan
from schemas.errors import InvalidGraphError
from schemas.graph import Edge, Graph, Node
from schemas.problem import ProblemCode
from schemas.wire.run import ScopeAll
from support.nodes.graphs import chain, edge, graph, node
from tasks.registry import node_types


def plan(*parts: Node | Edge) -> Plan:
    return make_plan(graph(*parts), node_types(), ScopeAll(kind="all"))


def order(made: Plan) -> list[str]:
    return [step.node_id for step in made.steps]


def test_every_step_comes_after_what_it_needs_and_the_document_decides_the_rest():
    made = plan(
        node("post", "llm"),
        node("crop", "crop"),
        node("words"),
        node("photo", "image"),
        edge("crop", "post", "images"),
        edge("words", "post", "userMessage"),
        edge("photo", "crop", "image"),
    )
    assert order(made) == ["words", "photo", "crop", "post"]
    assert [step.ordinal for step in made.steps] == [0, 1, 2, 3]
    assert made.steps[-1].dependencies == {"crop", "words"}


def test_inputs_that_take_many_are_ordered_by_number_and_then_as_the_edges_stand():
    photos = [node(name, "image") for name in "abcd"]
    made = plan(
        *photos,
        node("writer", "llm"),
        edge("a", "writer", "images"),
        edge("b", "writer", "images", data={"order": 10}),
        edge("c", "writer", "images"),
        edge("d", "writer", "images", data={"order": 2}),
    )
    [binding] = made.steps[-1].bindings
    assert (binding.handle, binding.sources) == (
        "images",
        tuple(Source(id) for id in "dbac"),
    )


def test_one_node_may_feed_several_inputs_of_another():
    made = plan(
        node("words"),
        node("writer", "llm"),
        edge("words", "writer", "userMessage"),
        edge("words", "writer", "systemPrompt"),
    )
    step = made.steps[-1]
    assert {binding.handle: binding.sources for binding in step.bindings} == {
        "systemPrompt": (Source("words"),),
        "userMessage": (Source("words"),),
    }
    assert step.dependencies == {"words"}


def test_own_settings_go_over_the_defaults_of_the_type_one_by_one():
    own = {"retries": 0, "timeoutSeconds": 1.5}
    usual, step = plan(node("usual", "llm"), node("own", "llm", settings=own)).steps
    defaults = node_types()["llm"].defaults
    assert usual.retries == defaults.retries != 0
    assert (step.retries, step.timeout_seconds) == (0, 1.5)
    assert step.retry_delay_seconds == defaults.retry_delay_seconds


def test_a_step_says_what_it_runs_as():
    [step] = plan(node("photo", "image", label="Front view")).steps
    image = node_types()["image"]
    assert (step.label, step.node_type, step.version) == ("Front view", "image", image.version)
    assert step.task_name == image.task_name
    assert step.data["source"] == {"kind": "url", "url": "https://example.com/file"}


def test_a_graph_with_problems_is_not_planned():
    with pytest.raises(InvalidGraphError) as error:
        plan(node("crop", "crop"), node("writer", "llm", temperature=9))
    found = [problem.code for problem in error.value.problems]
    assert found == [ProblemCode.MISSING_INPUT, ProblemCode.BAD_PARAM]
    assert "2 problems" in str(error.value)


def test_an_empty_graph_has_nothing_to_run():
    with pytest.raises(InvalidGraphError) as error:
        plan()
    assert [problem.code for problem in error.value.problems] == [ProblemCode.NOTHING_TO_RUN]


def test_the_longest_chain_is_planned_in_order():
    made = make_plan(chain(5_000), node_types(), ScopeAll(kind="all"))
    assert order(made) == [f"n{index}" for index in range(5_000)]


def reread(made: Graph) -> Graph:
    return Graph.model_validate_json(made.model_dump_json())


def test_places_names_and_the_order_of_keys_and_nodes_are_not_content():
    made = graph(node("a", "text", text="A", label="L"), node("b", "llm"), edge("a", "b", "images"))
    moved = reread(made)
    moved.name = "Other"
    moved.nodes.reverse()
    moved.nodes[0].position.x = 99.5
    moved.nodes[1].data = {"label": "L", "text": "A"}
    moved.edges[0].source_handle = None
    assert content_sha256(moved) == content_sha256(made)
    assert len(content_sha256(made)) == 32


def test_a_whole_number_is_the_same_content_however_it_is_written():
    one, same = (graph(node("a", "crop", xPercent=value)) for value in (10, 10.0))
    assert content_sha256(one) == content_sha256(same)


@pytest.mark.parametrize(
    "changed",
    [
        graph(node("a", "text", text="B"), node("b", "llm"), edge("a", "b", "userMessage")),
        graph(node("a", label="New"), node("b", "llm"), edge("a", "b", "userMessage")),
        graph(node("a"), node("b", "llm"), edge("a", "b", "systemPrompt")),
        graph(node("a"), node("b", "llm"), edge("a", "b", "userMessage", data={"order": 1})),
        graph(node("a"), node("b", "llm")),
    ],
)
def test_data_and_edges_are_content(changed: Graph):
    made = graph(node("a"), node("b", "llm"), edge("a", "b", "userMessage"))
    assert content_sha256(changed) != content_sha256(made)
