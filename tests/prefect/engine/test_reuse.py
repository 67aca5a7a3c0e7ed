"""Parts and repeats with a real worker: what is asked of the model again, and what is not."""

import os
import signal
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from schemas.wire.run import ScopeFailed, ScopeFrom, ScopeNodes, ScopeUntil
from support.product.backend import Backend, EndedRun, edge, eventually, graph, node

HttpRequest = Callable[[], list[str]]


def kit(**changed: str) -> Any:
    """The Marketing Kit in small: two prompts, product details, two models, one after the other.

    Its models answer with what they are told, so a changed text changes what comes out.
    """
    words = {
        "copywriter": "You are a copywriter.",
        "details": "say a fine cup",
        "editor": "You are an editor.",
        "launch": "say buy {{input}}",
    } | changed
    return graph(
        [
            node("copywriter", "text", text=words["copywriter"]),
            node("details", "text", text=words["details"]),
            node("editor", "text", text=words["editor"]),
            node("description", "llm", temperature=0.6),
            node("post", "llm", temperature=0.7, userMessage=words["launch"]),
        ],
        [
            edge("copywriter", "description", "systemPrompt"),
            edge("details", "description", "userMessage"),
            edge("editor", "post", "systemPrompt"),
            edge("description", "post", "userMessage"),
        ],
    )


UNTIL_POST = ScopeUntil(kind="until", node_id="post")


@pytest.fixture
def asked(backend: Backend) -> HttpRequest:
    """Gives what the model was asked since the last time."""
    seen = len(backend.scripted_model.calls)

    def new() -> list[str]:
        nonlocal seen
        calls = backend.scripted_model.calls[seen:]
        seen += len(calls)
        return [message for message, _ in calls]

    return new


def reused(ended: EndedRun) -> set[str]:
    assert ended.run.status == "COMPLETED", ended.run.error
    return {id for id, row in ended.nodes.items() if row.reused}


def text_of(ended: EndedRun, node_id: str) -> str:
    output = ended.nodes[node_id].output
    assert output is not None
    return output["text"]


def only(*ids: str) -> ScopeNodes:
    return ScopeNodes(kind="nodes", node_ids=ids)


def test_changing_one_prompt_runs_exactly_what_depends_on_it(
    backend: Backend, asked: HttpRequest
) -> None:
    workflow_id = backend.store(kit())
    first = backend.run_stored(workflow_id, UNTIL_POST, reuse="never")
    assert (reused(first), len(asked())) == (set(), 2)

    again = backend.run_stored(workflow_id, UNTIL_POST)
    assert reused(again) == {"copywriter", "details", "editor", "description", "post"}
    assert asked() == []
    assert text_of(again, "post") == text_of(first, "post") == "buy a fine cup"

    backend.save(workflow_id, kit(editor="You are a strict editor."))
    edited = backend.run_stored(workflow_id, UNTIL_POST)
    assert reused(edited) == {"copywriter", "details", "description"}
    assert asked() == ["say buy a fine cup"]

    backend.save(workflow_id, kit(details="say a fine jug", editor="You are a strict editor."))
    edited = backend.run_stored(workflow_id, UNTIL_POST)
    assert reused(edited) == {"copywriter", "editor"}
    assert asked() == ["say a fine jug", "say buy a fine jug"]
    assert text_of(edited, "post") == "buy a fine jug"

    backend.save(workflow_id, kit())  # and back again: everything has been made before
    assert len(reused(backend.run_stored(workflow_id, UNTIL_POST))) == 5
    assert asked() == []


def test_a_node_that_was_moved_renamed_and_copied_is_not_run_again(
    backend: Backend, asked: HttpRequest
) -> None:
    workflow_id = backend.store(kit(details="say moved"))
    backend.run_stored(workflow_id, UNTIL_POST, reuse="never")
    asked()
    moved = kit(details="say moved")
    for each in moved["nodes"]:
        each["position"] = {"x": 500, "y": 70}
        each["data"] |= {"label": f"New {each['id']}", "settings": {"retries": 1}}
    copy = deepcopy(moved["nodes"][3]) | {"id": "copy"}
    moved["nodes"].append(copy)
    moved["edges"] += [
        edge("copywriter", "copy", "systemPrompt"),
        edge("details", "copy", "userMessage"),
    ]
    backend.save(workflow_id, moved)
    ids = [each["id"] for each in moved["nodes"]]
    assert reused(backend.run_stored(workflow_id, only(*ids))) == set(ids)
    assert asked() == []


def test_a_full_run_asks_the_model_anew_unless_the_node_is_to_give_the_same_answer(
    backend: Backend, asked: HttpRequest
) -> None:
    document = kit(details="say again and again")
    workflow_id = backend.store(document)
    backend.run_stored(workflow_id)
    asked()
    assert reused(backend.run_stored(workflow_id)) == {"copywriter", "details", "editor"}
    assert len(asked()) == 2

    for each in document["nodes"][3:]:
        each["data"]["settings"] = {"reuse": "always"}
    backend.save(workflow_id, document)
    assert len(reused(backend.run_stored(workflow_id))) == 5
    assert asked() == []
    assert reused(backend.run_stored(workflow_id, reuse="never")) == set()
    assert len(asked()) == 2


def test_a_reused_node_has_input_and_output_but_no_attempt_and_no_usage(backend: Backend) -> None:
    workflow_id = backend.store(kit(details="say what it cost"))
    backend.run_stored(workflow_id)
    again = backend.run_stored(workflow_id, UNTIL_POST)
    row = again.nodes["description"]
    assert (row.status, row.reused, row.attempt) == ("COMPLETED", True, 0)
    assert row.usage is None  # nothing was spent in this run
    assert row.input["userMessage"] == [{"kind": "text", "text": "say what it cost"}]
    assert row.output == {"kind": "text", "text": "what it cost"}
    assert row.started_at is None


def test_prefect_shows_what_was_taken_over_as_cached(backend: Backend) -> None:
    workflow_id = backend.store(kit(details="say for the dashboard"))
    first = backend.run_stored(workflow_id)
    again = backend.run_stored(workflow_id, only("post", "description"))
    flow_run_id = eventually(lambda: backend.read_run(again.run.id).run.prefect_flow_run_id)
    tasks = backend.task_runs(flow_run_id, 2)
    assert {each["state_name"] for each in tasks.values()} == {"Cached"}
    assert str(first.run.id) in tasks["Post"]["state"]["message"]
    [need] = tasks["Post"]["task_inputs"]["userMessage"]
    assert need["id"] == tasks["Description"]["id"]
    assert tasks["Post"]["task_inputs"]["systemPrompt"] == []  # it is outside of the scope


def test_a_node_that_is_never_to_be_reused_runs_in_every_run(
    backend: Backend, asked: HttpRequest
) -> None:
    settings = {"reuse": "never"}
    document = graph([node("a", "llm", userMessage="say never reused", settings=settings)])
    workflow_id = backend.store(document)
    for _ in range(2):
        assert reused(backend.run_stored(workflow_id, only("a"))) == set()
    assert len(asked()) == 2


def test_a_part_takes_the_newest_output_from_outside_although_it_was_edited_since(
    backend: Backend, asked: HttpRequest
) -> None:
    workflow_id = backend.store(kit(details="say outside"))
    backend.run_stored(workflow_id)
    asked()
    backend.save(workflow_id, kit(details="say edited and not run", launch="say sell {{input}}"))
    ended = backend.run_stored(workflow_id, ScopeFrom(kind="from", node_id="post"))
    assert set(ended.nodes) == {"post"}
    assert text_of(ended, "post") == "sell outside"
    assert asked() == ["say sell outside"]


def test_what_failed_is_run_again_and_what_had_completed_is_not(
    backend: Backend, asked: HttpRequest
) -> None:
    message = "fail 1 say at last {{input}}"
    settings = {"retries": 0}
    document = graph(
        [
            node("good", "llm", userMessage="say paid for"),
            node("bad", "llm", userMessage=message, settings=settings),
            node("after", "llm", userMessage="say after {{input}}"),
        ],
        [edge("good", "bad", "userMessage"), edge("bad", "after", "userMessage")],
    )
    workflow_id = backend.store(document)
    first = backend.run_stored(workflow_id)
    assert first.run.status == "FAILED"
    assert (first.status("good"), first.status("bad")) == ("COMPLETED", "FAILED")
    asked()

    retry = backend.run_stored(workflow_id, ScopeFailed(kind="failed", run_id=first.run.id))
    assert retry.run.status == "COMPLETED"
    assert retry.run.parent_run_id == first.run.id
    assert set(retry.nodes) == {"bad", "after"}
    assert text_of(retry, "after") == "after at last paid for"
    assert asked() == ["fail 1 say at last paid for", "say after at last paid for"]


def test_a_part_keeps_its_inputs_over_a_crash_and_a_newer_run(
    backend_without_worker: Backend,
) -> None:
    backend = backend_without_worker
    slow = "wait 5 say then {{input}}"

    def document(said: str) -> Any:
        return graph(
            [
                node("first", "llm", userMessage=f"say {said}"),
                node("last", "llm", userMessage=slow),
            ],
            [edge("first", "last", "userMessage")],
        )

    victim = backend.start_worker()
    for other in [each for each in backend.workers if each is not victim and each.running]:
        other.stop()
    workflow_id = backend.store(document("old"))
    backend.end(backend.start_stored(workflow_id, only("first")))
    run_id = backend.start_stored(workflow_id, only("last"))
    eventually(lambda: backend.scripted_model.count("wait 5 say then old"))
    backend.save(workflow_id, document("new"))
    newer = backend.end(backend.start_stored(workflow_id, only("first")))
    assert text_of(newer, "first") == "new"
    os.kill(victim.pid, signal.SIGKILL)
    backend.start_worker()

    ended = backend.end(run_id, 40)
    assert ended.run.recoveries == 1
    assert text_of(ended, "last") == "then old"
    assert backend.scripted_model.count("wait 5 say then old") == 2
    assert backend.scripted_model.count("wait 5 say then new") == 0


def test_results_survive_a_restart_of_the_worker(backend_without_worker: Backend) -> None:
    backend = backend_without_worker
    if not any(each.running for each in backend.workers):
        backend.start_worker()
    workflow_id = backend.store(kit(details="say over a restart"))
    backend.run_stored(workflow_id)
    for worker in [each for each in backend.workers if each.running]:
        worker.stop()
    backend.start_worker()
    before = len(backend.scripted_model.calls)
    assert len(reused(backend.run_stored(workflow_id, UNTIL_POST))) == 5
    assert len(backend.scripted_model.calls) == before
