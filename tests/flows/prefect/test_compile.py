"""A version of a workflow as a Prefect flow: pure, without a server."""

from uuid import uuid4

from hypothesis import given

from flows.planning.compiled import CompiledVersion, compile_version
from flows.prefect.host.compile import TaskEdge, WorkflowFlow, compile_workflow, describe_document
from flows.prefect.host.node_task import run_node
from schemas.graph import Graph
from support.nodes.graphs import edge, graph, node, working_graphs
from tasks.registry import node_types


def compiled(made: Graph, revision: int = 1) -> WorkflowFlow:
    version = CompiledVersion.of(made, node_types())
    nodes = frozenset(each.id for each in made.nodes)
    return compile_workflow(version, nodes, made.name, revision)


def test_a_task_has_the_name_retries_delays_timeout_and_tags_of_its_node() -> None:
    settings = {"retries": 3, "retryDelaySeconds": 2, "timeoutSeconds": 7.5}
    flow = compiled(
        graph(
            node("role", label="The  role\n"),
            node("ask", "llm", model="gemini-3.8-flash", settings=settings),
            edge("role", "ask", "systemPrompt"),
        ),
        revision=4,
    )
    ask, role = flow.tasks["ask"], flow.tasks["role"]
    assert (flow.name, flow.version) == ("Test", "4")
    assert (ask.retries, ask.retry_delay_seconds, ask.timeout_seconds) == (3, [2, 4, 8], 7.5)
    assert ask.tags == {"llm", "llm-execution", "model:gemini-3.8-flash"}
    assert (role.name, role.retries) == ("The role", 0)
    assert flow.edges == (TaskEdge("role", "output", "ask", "systemPrompt"),)
    assert ask.fn is role.fn is run_node.fn  # no closures: data for one function


@given(working_graphs())
def test_tasks_and_edges_mirror_the_graph(made: Graph) -> None:
    flow = compiled(made)
    assert sorted(flow.tasks) == sorted(each.id for each in made.nodes)
    assert sorted((e.source, e.target, e.target_handle) for e in flow.edges) == sorted(
        (e.source, e.target, e.target_handle or "") for e in made.edges
    )
    seen = set[str]()
    entering = {id: {e.source for e in flow.edges if e.target == id} for id in flow.tasks}
    for id in flow.tasks:  # in the order of their needs
        assert entering[id] <= seen
        seen.add(id)


def test_a_version_is_compiled_once() -> None:
    document = graph(node("a"), node("b")).document()
    id, types = uuid4(), node_types()
    first = compile_version(id, document, types)
    flow = compile_workflow(first, frozenset("ab"), "Test · 1", 1)
    again = compile_version(id, document, types)
    assert compile_workflow(again, frozenset("ab"), "Test · 1", 1) is flow
    part = compile_workflow(again, frozenset("a"), "Test · 1", 1)
    assert list(part.tasks) == ["a"]
    assert compile_workflow(again, frozenset("ab"), "Test · 1", 2).version == "2"


def test_a_large_graph_is_compiled_in_milliseconds_a_task() -> None:
    flow = compiled(graph(*(node(f"n{index}") for index in range(500))))
    assert len({id(task) for task in flow.tasks.values()}) == 500


def test_names_that_prefect_does_not_take_are_cleaned() -> None:
    document = graph(node("a")).document() | {"name": "50 % / <tea> & more"}
    assert describe_document(document, node_types())["name"] == "50 _ _ _tea_ _ more"
