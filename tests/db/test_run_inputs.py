"""What enters a run from outside of its scope: the newest there is, kept with the run."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy.orm import Session

from db.queue.claims import claim_run, finish_run
from db.queue.node_states import NodeChange, apply_changes
from db.run_inputs import PriorOutput, find_newest_outputs, get_run_inputs
from db.runs import IdempotentRequest
from db.tables import Workflow
from schemas.errors import InvalidInputError
from schemas.wire.run import NodeStatus, RunStatus
from support.database.rows import BROKEN, TEXT, completed, failed, make_run, make_workflow, running

Refused = Callable[..., str | None]
SOURCE = UUID(int=7)


def text(words: str) -> dict[str, Any]:
    return {"kind": "text", "text": words}


def ran(session: Session, workflow: Workflow, **outputs: str | None) -> UUID:
    """A run that has ended; None: the node failed."""
    run_id = make_run(session, workflow, nodes=outputs)
    session.commit()
    claimed = claim_run(session, run_id, "executor-1", 15)
    assert claimed is not None
    for id, output in outputs.items():
        end = failed(id) if output is None else completed(id, text(output))
        apply_changes(session, run_id, 1, [running(id), end])
    all_good = None not in outputs.values()
    finish_run(session, run_id, 1, RunStatus.COMPLETED if all_good else RunStatus.FAILED)
    session.commit()
    return run_id


def newest(session: Session, workflow: Workflow, owner: str = "ann", **wanted: str) -> Any:
    found = find_newest_outputs(session, owner, workflow.id, wanted, 1_000)
    return {id: (each.run_id, each.outputs["output"]["text"]) for id, each in found.items()}


def test_the_newest_run_in_which_a_node_completed_gives_its_output(session: Session) -> None:
    workflow = make_workflow(session)
    first = ran(session, workflow, a="old a", b="old b")
    second = ran(session, workflow, a="new a", b=None)
    assert newest(session, workflow, a="text", b="text", c="text") == {
        "a": (second, "new a"),
        "b": (first, "old b"),
    }
    assert find_newest_outputs(session, "ann", workflow.id, {}, 1_000) == {}


def test_no_more_is_read_than_a_run_may_take(session: Session) -> None:
    workflow = make_workflow(session)
    ran(session, workflow, a="x" * 400, b="y" * 400)
    wanted = {"a": "text", "b": "text"}
    assert len(find_newest_outputs(session, "ann", workflow.id, wanted, 856)) == 2
    with pytest.raises(InvalidInputError, match="856 bytes as JSON; the limit is 855") as caught:
        find_newest_outputs(session, "ann", workflow.id, wanted, 855)
    assert caught.value.code == "value_too_large"


def test_a_node_that_was_not_taken_gives_nothing_and_nothing_from_before(session: Session) -> None:
    workflow = make_workflow(session)
    ran(session, workflow, a="old a", b="old b")
    run_id = make_run(session, workflow, nodes="ab")
    session.commit()
    claim_run(session, run_id, "executor-1", 15)
    skipped = NodeChange("b", NodeStatus.SKIPPED, skip_reason="not_taken")
    missing = NodeChange("a", NodeStatus.SKIPPED, error=BROKEN)
    apply_changes(session, run_id, 1, [missing, skipped])
    finish_run(session, run_id, 1, RunStatus.FAILED)
    found = find_newest_outputs(session, "ann", workflow.id, {"a": "text", "b": "text"}, 1_000)
    assert found["a"].outputs == {"output": text("old a")}
    assert (found["b"].run_id, found["b"].outputs) == (run_id, {})
    kept = make_run(session, workflow, nodes="c", inputs=[found["b"]])
    assert get_run_inputs(session, [kept]) == {kept: [found["b"]]}


def test_another_owner_workflow_or_node_type_gives_nothing(session: Session) -> None:
    workflow, other = make_workflow(session), make_workflow(session, nodes="xy")
    ran(session, workflow, a="a")
    assert newest(session, workflow, owner="bob", a="text") == {}
    assert newest(session, other, a="text") == {}
    assert newest(session, workflow, a="llm") == {}


def test_inputs_are_kept_with_the_run_and_come_with_its_claim(session: Session) -> None:
    workflow = make_workflow(session)
    inputs = [PriorOutput("a", SOURCE, text("from before"))]
    scope = {"kind": "nodes", "nodeIds": ["b"]}
    run_id = make_run(session, workflow, nodes="b", scope=scope, inputs=inputs)
    assert get_run_inputs(session, [run_id]) == {run_id: inputs}
    session.commit()
    for epoch in (1, 2):
        claimed = claim_run(session, run_id, "executor-1", 0.01)
        assert claimed is not None
        assert (claimed.epoch, claimed.inputs) == (
            epoch,
            {"a": {"output": text("from before")}},
        )
        session.commit()
        _requeue(session)


def _requeue(session: Session) -> None:
    from time import sleep

    from db.queue.recovery import recover_expired_runs

    sleep(0.05)
    assert len(recover_expired_runs(session).requeued) == 1
    session.commit()


def test_the_same_request_again_adds_nothing(session: Session) -> None:
    workflow = make_workflow(session)
    more = {"idempotency": IdempotentRequest("k", b"x" * 32)}
    inputs = [PriorOutput("a", SOURCE, TEXT)]
    first = make_run(session, workflow, nodes="b", inputs=inputs, **more)
    assert make_run(session, workflow, nodes="b", inputs=inputs, **more) == first
    assert len(get_run_inputs(session, [first])[first]) == 1


INSERT = """
    insert into run_inputs (run_id, owner_id, node_id, source_run_id, output)
    values (%(run)s, %(owner)s, 'z', %(source)s, '{"kind": "text", "text": "x"}')
"""


def test_the_database_keeps_inputs_as_they_were_at_the_start(
    session: Session, raw: psycopg.Connection, refused: Refused
) -> None:
    workflow = make_workflow(session)
    inputs = [PriorOutput("a", SOURCE, TEXT)]
    run_id = make_run(session, workflow, nodes="b", inputs=inputs)
    session.commit()
    values: dict[str, Any] = {"run": run_id, "owner": "ann", "source": SOURCE}
    assert refused("update run_inputs set source_run_id = run_id") == "WF010"
    assert refused("delete from run_inputs") == "WF010"
    assert refused(INSERT, **values | {"owner": "bob"}) == "WF009"
    assert refused(INSERT, **values | {"run": uuid4()}) == "WF009"
    claim_run(session, run_id, "executor-1", 15)
    session.commit()
    assert refused(INSERT, **values) == "WF007"
    raw.execute("delete from users where id = 'ann'")
    assert raw.execute("select count(*) from run_inputs").fetchone() == (0,)
