"""Stored workflows, run by a real worker with a real Prefect server beside it."""

import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.queue.recovery import request_cancel
from db.tables import RunEvent
from support.product.backend import Backend, EndedRun, edge, eventually, graph, node

FAST = {"retryDelaySeconds": 0.05}


def marketing_kit() -> Any:
    """Text in, an LLM, another LLM that needs the first."""
    return graph(
        [
            node("role", "text", text="You are a copywriter."),
            node("product", "text", text="say A fine cup."),
            node("describe", "llm"),
            node("post", "llm", userMessage="say Buy: {{input}}"),
        ],
        [
            edge("role", "describe", "systemPrompt"),
            edge("product", "describe", "userMessage"),
            edge("role", "post", "systemPrompt"),
            edge("describe", "post", "userMessage"),
        ],
    )


def test_every_node_of_a_run_is_recorded_with_what_went_in_and_came_out(backend: Backend) -> None:
    ended = backend.run(marketing_kit())

    assert ended.run.status == "COMPLETED"
    assert {row.status for row in ended.nodes.values()} == {"COMPLETED"}
    describe = ended.nodes["describe"]
    assert describe.output == {"kind": "text", "text": "A fine cup."}
    assert describe.input["userMessage"] == [{"kind": "text", "text": "say A fine cup."}]
    assert describe.usage is not None
    assert describe.usage["totalTokens"] == 16
    assert ended.nodes["post"].output == {"kind": "text", "text": "Buy: A fine cup."}
    assert backend.scripted_model.requests[-1]["systemInstruction"]["parts"][0]["text"] == (
        "You are a copywriter."
    )


def test_prefect_shows_a_flow_run_with_a_task_run_for_each_node(backend: Backend) -> None:
    ended = backend.run_stored(backend.store(marketing_kit()), reuse="never")

    flow_run_id = eventually(lambda: backend.read_run(ended.run.id).run.prefect_flow_run_id)
    tasks = backend.task_runs(flow_run_id, 4)
    assert set(tasks) == {"Role", "Product", "Describe", "Post"}
    assert {each["state_name"] for each in tasks.values()} == {"Completed"}
    assert "llm-execution" in tasks["Describe"]["tags"]
    assert f"run:{ended.run.id}" in tasks["Describe"]["tags"]
    needs = tasks["Post"]["task_inputs"]["userMessage"]
    assert [each["id"] for each in needs] == [tasks["Describe"]["id"]]
    [flow_run] = backend.prefect(
        "/flow_runs/filter", flow_runs={"id": {"any_": [str(flow_run_id)]}}
    )
    assert flow_run["name"] == f"A workflow · {str(ended.run.id)[:8]}"
    assert flow_run["parameters"] == {
        "workflow_id": ended.run.workflow_id,
        "run_id": str(ended.run.id),
    }


def test_a_failing_node_fails_only_what_depends_on_it(backend: Backend) -> None:
    ended = backend.run(
        graph(
            [
                node("bad", "llm", userMessage="refuse"),
                node("after", "llm", userMessage="say never"),
                node("last", "llm"),
                node("other", "llm", userMessage="say fine"),
                node("after-other", "llm", userMessage="say {{input}}"),
            ],
            [
                edge("bad", "after", "systemPrompt"),
                edge("after", "last", "userMessage"),
                edge("other", "after-other", "userMessage"),
            ],
        )
    )

    assert ended.run.status == "FAILED"
    assert ended.run.error is not None
    assert "“Bad” failed" in ended.run.error["message"]
    assert "2 of 5 nodes completed, 1 failed, 2 skipped" in ended.run.error["message"]
    bad = ended.nodes["bad"].error
    assert bad is not None
    assert bad["code"] == "wrong_key"
    assert "GEMINI_API_KEY" in bad["message"]
    assert ended.status("after") == "SKIPPED"
    skipped = ended.nodes["last"].error
    assert skipped is not None
    assert skipped["message"] == "Not run, because “After” gave no output."
    assert ended.status("after-other") == "COMPLETED"
    assert backend.scripted_model.count("say never") == 0


def test_a_failed_run_is_failed_in_prefect_too(backend: Backend) -> None:
    ended = backend.run(graph([node("bad", "llm", userMessage="refuse")]))

    flow_run_id = eventually(lambda: backend.read_run(ended.run.id).run.prefect_flow_run_id)
    tasks = backend.task_runs(flow_run_id, 1)
    assert tasks["Bad"]["state_name"] == "Failed"
    [flow_run] = eventually(
        lambda: [
            each
            for each in backend.prefect(
                "/flow_runs/filter", flow_runs={"id": {"any_": [str(flow_run_id)]}}
            )
            if each["state_name"] == "Failed"
        ]
    )
    # Without more if it was executed inside of Prefect, with the error if it was recorded.
    assert flow_run["state"]["message"].startswith("0 of 1 nodes completed, 1 failed")


def started(ended: EndedRun, node_id: str) -> Any:
    return ended.nodes[node_id].started_at


def finished(ended: EndedRun, node_id: str) -> Any:
    return ended.nodes[node_id].finished_at


def test_a_branch_never_waits_for_another_one(backend: Backend) -> None:
    """Branch A is slow; branch B, of three nodes, ends before A's first node does."""
    ended = backend.run(
        graph(
            [
                node("a1", "llm", userMessage="wait 1.5 say slow"),
                node("a2", "llm"),
                node("b1", "llm", userMessage="say quick 1"),
                node("b2", "llm", userMessage="say 2 {{input}}"),
                node("b3", "llm", userMessage="say 3 {{input}}"),
                node("join", "llm", userMessage="say {{input}}"),
            ],
            [
                edge("a1", "a2", "userMessage"),
                edge("b1", "b2", "userMessage"),
                edge("b2", "b3", "userMessage"),
                edge("a2", "join", "userMessage"),
                edge("b3", "join", "systemPrompt"),
            ],
        )
    )

    assert ended.run.status == "COMPLETED"
    # a1 and b1 have the same depth, and so have a2 and b2: layers would have waited for a1.
    assert started(ended, "b2") < finished(ended, "a1")
    assert finished(ended, "b3") < finished(ended, "a1")
    assert started(ended, "join") >= finished(ended, "a2")


def test_a_node_is_tried_again_and_every_attempt_is_in_the_events(backend: Backend) -> None:
    message = "fail 2 say third time lucky"
    ended = backend.run(graph([node("flaky", "llm", userMessage=message, settings=FAST)]))

    flaky = ended.nodes["flaky"]
    assert (flaky.status, flaky.attempt, flaky.error) == ("COMPLETED", 3, None)
    assert backend.scripted_model.count(message) == 3
    assert len(backend.scripted_model.keys(message)) == 1  # the same key in each attempt
    with Session(backend.engine) as session:
        events = session.scalars(
            select(RunEvent).where(RunEvent.run_id == ended.run.id).order_by(RunEvent.seq)
        ).all()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    attempts = [
        (event.body["attempt"], event.body["status"], (event.body["error"] or {}).get("code"))
        for event in events
        if event.kind == "node"
    ]
    assert attempts == [
        (1, "RUNNING", None),
        (2, "RUNNING", "provider_unavailable"),
        (3, "RUNNING", "provider_unavailable"),
        (3, "COMPLETED", None),
    ]


def test_a_node_fails_when_its_attempts_are_used_up(backend: Backend) -> None:
    message = "fail 9 say never"
    settings = FAST | {"retries": 1}
    ended = backend.run(graph([node("down", "llm", userMessage=message, settings=settings)]))

    down = ended.nodes["down"]
    assert (down.status, down.attempt) == ("FAILED", 2)
    assert backend.scripted_model.count(message) == 2


def test_a_node_that_takes_too_long_fails_and_says_so(backend: Backend) -> None:
    settings = {"retries": 0, "timeoutSeconds": 0.4}
    ended = backend.run(graph([node("slow", "llm", userMessage="wait 20", settings=settings)]))

    error = ended.nodes["slow"].error
    assert error is not None
    assert error["code"] == "timed_out"
    assert re.search(r"within 0.4 seconds.*timeoutSeconds", error["message"])


def test_cancelling_stops_the_running_node_and_starts_no_other(backend: Backend) -> None:
    broken_off = backend.scripted_model.broken_off
    run_id = backend.start(
        graph(
            [node("stuck", "llm", userMessage="hang"), node("next", "llm")],
            [edge("stuck", "next", "userMessage")],
        )
    )
    eventually(
        lambda: (
            backend.read_run(run_id).status("stuck") == "RUNNING"
            and backend.scripted_model.count("hang")
        )
    )
    with Session(backend.engine) as session, session.begin():
        request_cancel(session, "ann", run_id)

    ended = backend.end(run_id, 10)
    assert ended.run.status == "CANCELLED"
    assert {row.status for row in ended.nodes.values()} == {"CANCELLED"}
    eventually(lambda: backend.scripted_model.broken_off > broken_off)


def test_many_runs_at_once_all_complete(backend: Backend) -> None:
    runs = [backend.start(graph([node("a", "llm", userMessage=f"say {n}")])) for n in range(25)]

    for number, run_id in enumerate(runs):
        ended = backend.end(run_id)
        assert ended.run.status == "COMPLETED"
        assert ended.nodes["a"].output == {"kind": "text", "text": str(number)}
