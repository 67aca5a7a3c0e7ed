"""What operators do with schedules, deployments and ticks in Prefect, and what comes of it. On a real server."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from support.product.backend import Backend, eventually, graph, node
from support.product.scheduled import Scheduled, scheduled, slow_workflow


@pytest.fixture
def of(backend: Backend) -> Iterator[Scheduled]:
    with scheduled(backend, graph([node("hello", "text", text="hello")])) as made:
        yield made


def test_a_schedule_that_is_switched_off_there_is_paused_here_and_the_other_way_round(
    of: Scheduled,
) -> None:
    id, other = of.make(), of.make(name="Another")
    deployment = of.synced()
    of.activate(deployment, id, active=False)
    eventually(lambda: of.row(id).paused)
    assert not of.row(other).paused
    of.change(other, name="Wakes who keeps them in step")
    of.synced()
    time.sleep(6)  # another round
    assert (of.row(id).paused, of.shown(deployment, id)["active"]) == (True, False)
    of.activate(deployment, id, active=True)
    eventually(lambda: not of.row(id).paused)
    assert of.row(id).next_at is not None
    of.change(id, paused=True)
    eventually(lambda: not of.shown(deployment, id)["active"])
    of.change(id, paused=False)
    eventually(lambda: of.shown(deployment, id)["active"])


def test_a_schedule_that_prefects_command_line_resumed_has_its_parameters_again(
    of: Scheduled,
) -> None:
    """And no flow run that was planned meanwhile makes a run beside that of the tick."""
    id, due = of.make_due(12)
    deployment = of.synced()
    of.patch_schedule(deployment, id, active=False)
    of.patch_schedule(deployment, id, active=True)
    planned = eventually(lambda: of.planned(deployment), 30)
    assert len(planned) >= 1
    eventually(lambda: of.shown(deployment, id)["parameters"] == {"schedule_id": str(id)})
    tick = eventually(lambda: of.tick(id, due))
    time.sleep(5)
    assert [run.id for run in of.runs()] == [tick.run_id]


def test_what_is_due_after_a_pause_there_is_not_taken_here(of: Scheduled) -> None:
    id, due = of.make_due(12)
    deployment = of.synced()
    of.activate(deployment, id, active=False)
    eventually(lambda: of.row(id).paused)
    time.sleep(26)  # an executor takes what Prefect does not bring within ten
    assert (of.tick(id, due), of.runs()) == (None, [])


def test_a_paused_deployment_pauses_all_of_its_schedules_until_it_is_resumed(
    of: Scheduled,
) -> None:
    off, on = of.make(name="Off", paused=True), of.make(name="On")
    deployment = of.synced()
    of.update_deployment(deployment, paused=True)
    eventually(lambda: of.row(on).paused)
    of.synced()
    time.sleep(6)
    assert of.backend.prefect(f"/deployments/{deployment['id']}")["paused"]
    of.update_deployment(deployment, paused=False)
    eventually(lambda: not of.row(on).paused)
    assert of.row(off).paused
    of.update_deployment(deployment, paused=True)
    eventually(lambda: of.row(on).paused)
    of.change(off, paused=False)  # its owner wants this one, whatever is paused there
    eventually(lambda: of.shown(deployment, off)["active"])
    assert not of.synced()["paused"]
    assert not of.shown(deployment, on)["active"]


def test_a_deleted_deployment_is_made_again_as_it_was(of: Scheduled) -> None:
    off, on = of.make(name="Off", paused=True), of.make(name="On")
    deployment = of.synced()
    of.backend.send_prefect("DELETE", f"/deployments/{deployment['id']}")
    again = eventually(lambda: next(iter(of.deployments()), None))
    again = of.synced()
    assert again["id"] != deployment["id"]
    assert "made again" in again["description"]
    assert (of.shown(again, off)["active"], of.shown(again, on)["active"]) == (False, True)
    assert (of.row(off).paused, of.row(on).paused) == (True, False)


def test_times_that_are_changed_there_are_set_back_and_what_is_added_there_stays(
    of: Scheduled,
) -> None:
    id = of.make()
    deployment = of.synced()
    shown = of.shown(deployment, id)
    own = {"schedule": {"cron": "0 3 * * *", "timezone": "UTC"}, "active": True}
    path = f"/deployments/{deployment['id']}/schedules"
    of.backend.send_prefect("PATCH", f"{path}/{shown['id']}", **own, slug=shown["slug"])
    eventually(lambda: of.shown(deployment, id)["schedule"]["cron"] == "30 9 * * 1,2,3,4,5")
    made = httpx_list(of.backend, path, own | {"slug": "by-hand"})
    of.change(id, name="Wakes who keeps them in step")
    assert made in [each["id"] for each in of.synced()["schedules"]]


def httpx_list(backend: Backend, path: str, schedule: Any) -> str:
    """Add a schedule to a deployment, which takes a list."""
    auth = (backend.home / "prefect.password").read_text().strip().split(":", 1)
    answer = httpx.post(
        f"{backend.prefect_api_url}{path}", json=[schedule], auth=(auth[0], auth[1]), timeout=30
    )
    return answer.raise_for_status().json()[0]["id"]


def test_a_tick_whose_flow_run_is_cancelled_there_makes_no_run(of: Scheduled) -> None:
    id, due = of.cancel_tick(20, type="CANCELLING", name="Cancelling")
    tick = eventually(lambda: of.tick(id, due), 240)
    assert (tick.outcome, tick.error and tick.error["code"]) == ("refused", "cancelled_in_prefect")
    assert id not in {run.schedule_id for run in of.runs()}


def test_a_tick_whose_flow_run_we_have_ended_without_a_run_is_taken_all_the_same(
    of: Scheduled,
) -> None:
    id, due = of.cancel_tick(20, name="Skipped")
    tick = eventually(lambda: of.tick(id, due), 240)
    assert (tick.outcome, tick.run_id is not None) == ("run", True)


def test_a_limit_of_a_deployment_holds_back_what_is_started_there(backend: Backend) -> None:
    with slow_workflow(backend, 8, "limited") as of:
        of.make()
        deployment = of.synced()
        of.update_deployment(deployment, concurrency_limit=1)
        time.sleep(5)  # so long an earlier answer is believed
        first = of.start(deployment)
        of.flow_run(first["id"], "Running")
        second = of.start(deployment)
        held = of.flow_run(second["id"], "AwaitingConcurrencySlot")
        assert "limit of this deployment, 1, is reached" in held["state"]["message"]
        assert len(of.runs()) == 1
        of.flow_run(first["id"], "Completed")
        of.flow_run(second["id"], "Completed")
        one, two = of.runs()
        assert one.finished_at is not None
        assert two.created_at > one.finished_at

        options = {"collision_strategy": "CANCEL_NEW"}
        of.update_deployment(deployment, concurrency_limit=1, concurrency_options=options)
        time.sleep(5)
        first = of.start(deployment)
        of.flow_run(first["id"], "Running")
        refused = of.flow_run(of.start(deployment)["id"], "Cancelled")
        assert "New runs are cancelled then" in refused["state"]["message"]
        of.flow_run(first["id"], "Completed")
        assert len(of.runs()) == 3


def test_a_tick_waits_for_the_limit_of_its_deployment(backend: Backend) -> None:
    with slow_workflow(backend, 40, "the first at its limit") as of:
        id, due = of.make_due(25, overlap="allow")
        deployment = of.synced()
        of.update_deployment(deployment, concurrency_limit=1)
        time.sleep(5)
        first = of.start(deployment)
        of.flow_run(first["id"], "Running")
        of.flow_run(first["id"], "Completed", seconds=90)
        tick = eventually(lambda: of.tick(id, due))
        assert tick.run_id is not None
        one, two = of.runs()
        assert one.finished_at is not None
        assert (two.id, two.created_at > one.finished_at) == (tick.run_id, True)
        backend.end(two.id, 60)
