"""Schedules in Prefect: a deployment per workflow, in step with our rows, and ticks that come through it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest
from sqlalchemy.orm import Session

from db.schedule_ticks import installation_id
from db.schedules import delete_schedule
from db.tables import WorkflowRun
from db.workflows import delete_workflow, rename_workflow, restore_workflow
from support.product.backend import OWNER, Backend, eventually, graph, node
from support.product.scheduled import Scheduled, scheduled


@pytest.fixture
def of(backend: Backend) -> Iterator[Scheduled]:
    nodes = [node("hello", "text", text="a secret of mine"), node("more", "text", text="more")]
    with scheduled(backend, graph(nodes)) as made:
        yield made


def test_a_workflow_has_one_deployment_that_is_changed_and_deleted_in_step(
    backend: Backend, of: Scheduled
) -> None:
    mornings = of.make(name="Mornings <1/2>")
    launch = of.make(name="Launch", timing={"kind": "interval", "everySeconds": 3600})
    found = of.synced()
    with Session(backend.engine) as session:
        own = f"installation:{str(installation_id(session))[:8]}"
    assert found["name"] == "A workflow"
    assert backend.prefect(f"/flows/{found['flow_id']}")["name"] == f"A workflow · {of.workflow}"
    assert set(found["tags"]) == {"nodeloom", own, f"workflow:{of.workflow}"}
    assert (found["version"], found["parameters"]) == ("1", {"workflow_id": of.workflow})
    assert (found["work_pool_name"], found["paused"]) == ("nodeloom", False)
    assert f"(http://127.0.0.1:8000/workflows/{of.workflow})" in found["description"]
    assert "Launch" in found["description"]
    assert "secret" not in str(found)
    shown = of.shown(found, mornings)
    assert (shown["active"], shown["parameters"]) == (True, {"schedule_id": str(mornings)})
    assert shown["schedule"]["cron"] == "30 9 * * 1,2,3,4,5"
    assert shown["schedule"]["timezone"] == "Europe/Berlin"
    assert of.shown(found, launch)["schedule"]["interval"] == 3600

    of.change(mornings, paused=True)
    of.synced()
    assert not of.shown(found, mornings)["active"]
    assert of.shown(found, launch)["active"]
    of.change(mornings, paused=False, timing={"kind": "once", "at": "2031-05-01T09:00:00Z"})
    of.change(launch, name="Lift-off")
    assert "Lift" in of.synced()["description"]
    assert of.shown(found, mornings)["active"]
    planned = backend.prefect(
        "/flow_runs/filter", flow_runs={"deployment_id": {"any_": [found["id"]]}}
    )
    assert all(each["parameters"]["schedule_id"] == str(launch) for each in planned)

    with Session(backend.engine) as session, session.begin():
        delete_schedule(session, OWNER, mornings)
    eventually(lambda: of.shown(found, mornings) is None, 60)
    with Session(backend.engine) as session, session.begin():
        delete_schedule(session, OWNER, launch)
    eventually(lambda: not of.deployments(), 120)


def test_it_is_replaced_when_its_workflow_is_renamed_and_gone_while_that_is_deleted(
    backend: Backend, of: Scheduled
) -> None:
    id = of.make()
    before = of.synced()
    of.update_deployment(before, concurrency_limit=3, tags=[*before["tags"], "mine"])
    with Session(backend.engine) as session, session.begin():
        rename_workflow(session, OWNER, of.workflow, "Another / name")
    eventually(lambda: [each["name"] for each in of.deployments()] == ["Another _ name"], 60)
    after = of.synced()
    assert (
        backend.prefect(f"/flows/{after['flow_id']}")["name"] == f"Another _ name · {of.workflow}"
    )
    assert (after["global_concurrency_limit"]["limit"], "mine" in after["tags"]) == (3, True)
    assert (after["version"], of.shown(after, id)["active"]) == ("2", True)

    with Session(backend.engine) as session, session.begin():
        delete_workflow(session, OWNER, of.workflow)
    eventually(lambda: not of.deployments(), 60)
    with Session(backend.engine) as session, session.begin():
        restore_workflow(session, OWNER, of.workflow)
    assert not of.shown(of.synced(), id)["active"]


def test_a_new_revision_is_shown_and_earlier_ones_can_be_run(
    backend: Backend, of: Scheduled
) -> None:
    of.make()
    deployment = of.synced()
    backend.save(of.workflow, graph([node("hello", "text", text="new"), node("b", "text")]))
    newer = eventually(lambda: found if (found := of.synced())["version"] == "2" else None, 90)
    assert newer["id"] == deployment["id"]
    form = newer["parameter_openapi_schema"]["properties"]
    assert form["nodes"]["items"]["enum"] == ["hello", "b"]
    flow_run = of.start(newer, revision=1, scope="nodes", nodes=["hello"], reuse="never")
    of.flow_run(flow_run["id"], "Completed")
    [run] = of.runs()
    assert (run.revision, run.reuse) == (1, "never")
    assert run.scope == {"kind": "nodes", "nodeIds": ["hello"]}
    ended = backend.read_run(run.id)
    assert ended.nodes["hello"].output == {"kind": "text", "text": "a secret of mine"}


def test_quick_run_runs_all_and_what_cannot_be_is_said(backend: Backend, of: Scheduled) -> None:
    of.make()
    deployment = of.synced()
    quick = backend.prefect(
        f"/deployments/{deployment['id']}/create_flow_run",
        state={"type": "SCHEDULED", "message": "Run from the Prefect UI with defaults"},
    )
    done = of.flow_run(quick["id"], "Completed")
    [run] = of.runs()
    assert (run.scope, run.trigger, done["name"]) == (
        {"kind": "all"},
        "prefect",
        f"A workflow · {str(run.id)[:8]}",
    )
    with pytest.raises(httpx.HTTPStatusError, match="409"):
        of.start(deployment, reuse="sometimes")
    for parameters, sentence in (
        ({"revision": 99}, "has no version 99"),
        ({"scope": "from"}, "Scope “from” takes exactly one node, not 0."),
        ({"nodes": ["hello"]}, "Scope “all” takes no nodes, not 1."),
    ):
        refused = of.flow_run(of.start(deployment, **parameters)["id"], "Failed")
        assert sentence in refused["state"]["message"]
    assert len(of.runs()) == 1


def test_a_rhythm_has_a_schedule_for_the_hour_that_comes_twice(of: Scheduled) -> None:
    """And it stays: the deployment is not changed anew in each round."""
    id = of.make(timing={"kind": "cron", "cron": "*/20 * * * *", "timeZone": "Europe/Berlin"})
    slug = f"schedule-{str(id)[:8]}"
    found = {each["slug"]: each["schedule"] for each in of.synced()["schedules"]}
    assert found.pop(slug)["cron"] == "*/20 * * * *"
    ((again, rule),) = found.items()
    assert again == f"{slug}-repeated-1"
    assert rule["rrule"].endswith("RRULE:FREQ=HOURLY;BYMINUTE=0,20,40;COUNT=3")
    of.make(name="Another")  # wakes who keeps them in step
    before = of.shown(of.synced(), id)["updated"]
    third = of.make(name="A third")
    assert of.shown(of.synced(third), id)["updated"] == before

    of.change(id, timing={"kind": "cron", "cron": "@daily", "timeZone": "Europe/Berlin"})
    slugs = {each["slug"]: each["schedule"] for each in of.synced()["schedules"]}
    assert slugs[slug]["cron"] == "0 0 * * *"
    assert f"{slug}-repeated-1" not in slugs


def test_strays_are_removed_and_what_is_not_ours_is_left_alone(
    backend: Backend, of: Scheduled
) -> None:
    id = of.make()
    ours = of.synced()
    flow = {"flow_id": ours["flow_id"], "parameters": {}}
    own = next(tag for tag in ours["tags"] if tag.startswith("installation:"))
    former = ["nodeloom", own, "workflow:1", f"schedule:{id}"]  # as earlier versions made them
    stray = backend.prefect("/deployments/", name="stray", tags=former, **flow)
    foreign = backend.prefect(
        "/deployments/", name="foreign", tags=["nodeloom", "installation:other"], **flow
    )

    def there(deployment: Any) -> bool:
        try:
            return bool(backend.prefect(f"/deployments/{deployment['id']}"))
        except httpx.HTTPStatusError:
            return False

    eventually(lambda: not there(stray), 120)
    assert there(foreign)
    assert there(ours)


def test_a_tick_comes_through_prefect_as_one_flow_run(backend: Backend, of: Scheduled) -> None:
    id, due = of.make_due(20)
    deployment = of.synced()
    taken = eventually(lambda: of.tick(id, due), 120)
    assert taken.outcome == "run"
    assert taken.run_id is not None
    run = backend.end(taken.run_id).run
    assert (run.status, run.trigger, run.schedule_id, run.late, run.due_at) == (
        "COMPLETED",
        "schedule",
        id,
        False,
        due,
    )

    def shown() -> Any:
        flow_runs = {"deployment_id": {"any_": [deployment["id"]]}}
        found = backend.prefect("/flow_runs/filter", flow_runs=flow_runs)
        ends = [each for each in found if each["state_type"] == "COMPLETED"]
        return ends[0] if ends else None

    flow_run = eventually(shown, 120)
    assert datetime.fromisoformat(flow_run["expected_start_time"]) == due
    with Session(backend.engine) as session:
        row = session.get_one(WorkflowRun, run.id)
        assert str(row.prefect_flow_run_id) == flow_run["id"]
    assert f"run:{run.id}" in flow_run["tags"]
    assert flow_run["parameters"] == {"workflow_id": of.workflow, "schedule_id": str(id)}
