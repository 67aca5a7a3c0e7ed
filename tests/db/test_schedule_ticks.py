"""The rules of ticks with a clock of the test's own: each tick makes one run or none."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.queue.claims import claim_run
from db.queue.pauses import request_pause
from db.retention import delete_versions
from db.schedule_ticks import (
    add_tick,
    delete_old_ticks,
    next_due,
)
from db.schedules import delete_schedule
from db.tables import ScheduleTick, Workflow, WorkflowVersion
from db.tables.base import database_time
from db.workflows import NewRevision, delete_workflow, graph_document, save_workflow
from flows.schedules.edit import update_schedule
from flows.schedules.ticks import (
    NoRun,
    refuse_overdue_tick,
    resolve_tick,
    start_queued_tick,
)
from schemas.wire.schedule import ScheduleUpdate
from support.database.rows import digest, graph, make_workflow
from support.database.ticks import (
    NOON,
    Make,
    after,
    catch_up,
    end_runs,
    outcomes,
    runs,
    tick_request,
)


def test_a_tick_makes_a_run_like_any_other(session: Session, make: Make):
    schedule = make(scope={"kind": "nodes", "nodeIds": ["a"]}, reuse="never")
    catch_up(session, after(0.2))
    (run,) = runs(session)
    assert (run.trigger, run.schedule_id, run.due_at) == ("schedule", schedule.id, NOON)
    assert run.started_by == {"kind": "schedule", "name": schedule.name}
    assert (run.status, run.late, run.reuse, run.total_nodes) == ("PENDING", False, "never", 1)
    assert outcomes(session) == ["run"]
    session.refresh(schedule)
    assert schedule.next_at == after(1)
    catch_up(session, after(0.9))
    assert len(runs(session)) == 1


def test_a_server_that_was_down_over_three_ticks_makes_one_late_run(session: Session, make: Make):
    make()
    catch_up(session, after(3.5))
    (run,) = runs(session)
    assert (run.due_at, run.late) == (after(3), True)
    assert outcomes(session) == ["coalesced"] * 3 + ["run"]
    ticks = session.scalars(select(ScheduleTick)).all()
    assert {tick.run_id for tick in ticks} == {run.id}
    end_runs(session)
    catch_up(session, after(4.1))
    assert [(each.due_at, each.late) for each in runs(session)][1:] == [(after(4), False)]


def test_what_was_missed_is_left_out_where_the_rule_says_so(session: Session, make: Make):
    make(catchUp="skip")
    catch_up(session, after(3.5))
    assert outcomes(session) == ["skipped_late"] * 3 + ["run"]
    assert [(run.due_at, run.late) for run in runs(session)] == [(after(3), False)]


def test_a_rare_tick_is_caught_up_long_after(session: Session, make: Make):
    schedule = make(timing={"kind": "cron", "cron": "0 12 1 * *"})
    catch_up(session, NOON + timedelta(days=10))
    assert [(run.due_at, run.late) for run in runs(session)] == [(NOON, True)]
    session.refresh(schedule)
    assert schedule.next_at == datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_once_is_over_after_its_run(session: Session, make: Make):
    schedule = make(timing={"kind": "once", "at": "2098-01-01T00:00:00Z"})
    schedule.timing = {"kind": "once", "at": NOON.isoformat()}
    session.commit()
    catch_up(session, after(0.1))
    catch_up(session, after(99))
    assert outcomes(session) == ["run"]
    session.refresh(schedule)
    assert schedule.next_at is None


def test_overlap_skip(session: Session, make: Make):
    make(overlap="skip")
    catch_up(session, after(0))
    catch_up(session, after(1))
    end_runs(session)
    catch_up(session, after(2))
    assert outcomes(session) == ["run", "skipped_overlap", "run"]


@pytest.mark.parametrize("overlap", ["skip", "queue"])
def test_a_paused_run_has_not_ended(session: Session, make: Make, overlap: str):
    make(overlap=overlap)
    catch_up(session, after(0))
    (run,) = runs(session)
    request_pause(session, run.owner_id, run.id)
    session.commit()
    catch_up(session, after(1))
    assert not start_queued_tick(session)
    assert outcomes(session) == ["run", "queued" if overlap == "queue" else "skipped_overlap"]


def test_overlap_allow(session: Session, make: Make):
    make(overlap="allow")
    for minute in range(3):
        catch_up(session, after(minute))
    assert outcomes(session) == ["run"] * 3
    assert len(runs(session)) == 3


def test_overlap_queue_runs_one_after_another(session: Session, make: Make):
    make(overlap="queue")
    for minute in range(3):
        catch_up(session, after(minute))
    assert outcomes(session) == ["run", "queued", "queued"]
    assert not start_queued_tick(session)
    end_runs(session)
    assert start_queued_tick(session)
    session.commit()
    assert not start_queued_tick(session)
    assert outcomes(session) == ["run", "run", "queued"]
    assert [run.due_at for run in runs(session)] == [after(0), after(1)]
    end_runs(session)
    catch_up(session, after(3))  # waits behind the one that came before
    assert outcomes(session)[2:] == ["queued", "queued"]
    for minute in range(4, 20):
        catch_up(session, after(minute))
    assert outcomes(session).count("queued") == 10
    assert outcomes(session)[-1] == "skipped_overlap"


def test_a_pause_is_not_caught_up_and_lets_nothing_wait(session: Session, make: Make):
    schedule = make(overlap="queue")
    for minute in range(2):
        catch_up(session, after(minute))
    update_schedule(session, "ann", schedule.id, ScheduleUpdate(paused=True))
    session.commit()
    catch_up(session, after(9))
    end_runs(session)
    assert not start_queued_tick(session)
    assert outcomes(session) == ["run", "skipped_overlap"]
    update_schedule(session, "ann", schedule.id, ScheduleUpdate(paused=False))
    assert schedule.next_at is not None
    assert schedule.next_at > datetime.now(UTC)


def test_deleting_while_a_run_goes_on_leaves_the_run_alone(session: Session, make: Make):
    schedule = make()
    catch_up(session, after(0))
    (run,) = runs(session)
    assert claim_run(session, run.id, "executor-1", 15)
    session.commit()
    delete_schedule(session, "ann", schedule.id)
    session.commit()
    catch_up(session, after(9))
    (run,) = runs(session)
    assert (run.status, run.schedule_id) == ("RUNNING", schedule.id)
    assert outcomes(session) == []
    late = resolve_tick(session, schedule.id, tick_request())
    assert isinstance(late, NoRun)
    assert late.outcome is None


def test_a_deleted_workflow_has_no_ticks(session: Session, make: Make):
    schedule = make()
    delete_workflow(session, "ann", schedule.workflow_id)
    session.commit()
    catch_up(session, after(9))
    assert runs(session) == []


def test_a_workflow_that_cannot_run_says_so_at_each_tick(session: Session, make: Make):
    workflow = make_workflow(session)
    make(workflow)
    broken = graph("a") | {"nodes": [{**graph("a")["nodes"][0], "type": "crop", "data": {}}]}
    save_workflow(
        session,
        "ann",
        workflow.id,
        NewRevision(
            graph=broken,
            name="x",
            content_sha256=digest("broken"),
        ),
    )
    session.commit()
    catch_up(session, after(0))
    catch_up(session, after(1))
    assert outcomes(session) == ["refused", "refused"]
    error = session.scalars(select(ScheduleTick.error)).first()
    assert error is not None
    assert error["code"] == "invalid_graph"
    assert "needs an image" in error["message"]
    assert runs(session) == []


def test_inputs_are_put_over_the_stored_ones_for_the_run_alone(session: Session, make: Make):
    workflow = make_workflow(session)
    make(workflow, inputs={"a": {"text": "for today"}}, overlap="allow")
    catch_up(session, after(0))
    catch_up(session, after(1))
    first, second = runs(session)
    assert first.version_id == second.version_id != workflow.version_id
    version = session.get_one(WorkflowVersion, first.version_id)
    assert [node["data"]["text"] for node in version.graph["nodes"]] == ["for today", "b"]
    session.refresh(workflow)
    assert [node["data"]["text"] for node in workflow.graph["nodes"]] == ["a", "b"]
    assert delete_versions(session) == 0


def declare(session: Session, workflow: Workflow, *inputs: tuple[str, str]) -> None:
    declared = [{"name": name, "nodeId": id, "param": "text"} for name, id in inputs]
    document = {**graph_document(workflow), "inputs": declared}
    revision = NewRevision(graph=document, name="x", content_sha256=digest(str(inputs)))
    save_workflow(session, "ann", workflow.id, revision)
    session.commit()


def test_inputs_by_name_are_those_of_the_run(session: Session, make: Make):
    workflow = make_workflow(session)
    # “a” is the name of an input and the id of a node, as of a schedule made before the declaration.
    inputs = {"topic": "by name", "a": {"text": "by node"}}
    declare(session, workflow, ("topic", "b"))
    make(workflow, inputs=inputs, overlap="allow")
    declare(session, workflow, ("topic", "b"), ("a", "a"))
    catch_up(session, after(0))
    (run,) = runs(session)
    assert run.input_values == {"topic": "by name"}
    version = session.get_one(WorkflowVersion, run.version_id)
    assert [node["data"]["text"] for node in version.graph["nodes"]] == ["by node", "by name"]

    declare(session, workflow, ("theme", "b"))  # it was renamed
    catch_up(session, after(1))
    assert outcomes(session) == ["run", "refused"]
    errors = session.scalars(select(ScheduleTick.error).order_by(ScheduleTick.due_at)).all()
    assert errors[1] is not None
    assert "There is no input “topic”" in errors[1]["message"]


def test_inputs_of_a_node_that_is_gone_are_refused_at_the_tick(session: Session, make: Make):
    workflow = make_workflow(session)
    make(workflow, inputs={"b": {"text": "for today"}})
    save_workflow(
        session,
        "ann",
        workflow.id,
        NewRevision(
            graph=graph("a"),
            name="x",
            content_sha256=digest("a"),
        ),
    )
    session.commit()
    catch_up(session, after(0))
    assert outcomes(session) == ["refused"]


def test_a_tick_that_a_defect_of_ours_stops_is_passed_by(session: Session, make: Make):
    schedule = make()
    assert refuse_overdue_tick(session, 0)
    session.refresh(schedule)
    assert schedule.next_at is not None
    assert schedule.next_at > datetime.now(UTC)
    assert outcomes(session) == ["refused"]


def test_ticks_are_forgotten_but_not_those_that_wait(session: Session, make: Make):
    make(overlap="queue")
    for minute in range(3):
        catch_up(session, after(minute))
    session.execute(update(ScheduleTick).values(decided_at=datetime(2020, 1, 1, tzinfo=UTC)))
    assert delete_old_ticks(session, 30, 100) == 1
    assert outcomes(session) == ["queued", "queued"]


def test_it_is_known_when_the_next_schedule_is_due(session: Session, make: Make) -> None:
    assert next_due(session) == (None, False)
    overdue, later = make(), make(overlap="queue")
    now = database_time(session)
    overdue.next_at, later.next_at = now - timedelta(seconds=30), now + timedelta(seconds=60)
    session.flush()
    due_in, queued = next_due(session)
    assert -31 < (due_in or 0) < -29
    assert not queued
    delete_workflow(session, "ann", overdue.workflow_id)
    assert 58 < (next_due(session)[0] or 0) < 61
    add_tick(session, later, NOON, "queued")
    assert next_due(session)[1]
