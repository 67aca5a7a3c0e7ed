"""An executor is stopped for longer than its leases and wakes up: it is too late for everything."""

import os
import signal
import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.workflow import RunEvent
from support.world import World, edge, eventually, graph, node


def test_who_wakes_up_after_its_lease_writes_nothing_and_calls_nobody(empty_world: World) -> None:
    world = empty_world
    others = [each for each in world.workers if each.running]
    sleeper = world.start_worker()
    for other in others:
        other.stop()
    slow, second, third = "wait 4 say first", "wait 1 say second", "say third"
    run_id = world.start(
        graph(
            [
                node("first", "llm", userMessage=slow),
                node("second", "llm", userMessage=second),
                node("third", "llm", userMessage=third),
            ],
            [edge("first", "second", "systemPrompt"), edge("second", "third", "systemPrompt")],
        )
    )
    eventually(lambda: world.brain.count(slow))
    os.kill(sleeper.pid, signal.SIGSTOP)
    try:
        world.start_worker()
        ended = world.end(run_id, 40)
        before = len(_events(world, run_id))
    finally:
        os.kill(sleeper.pid, signal.SIGCONT)

    assert ended.run.status == "COMPLETED"
    assert ended.run.epoch == 2
    log = world.home / "logs" / f"worker-{len(world.workers) - 2}.log"
    eventually(lambda: "no longer ours" in log.read_text())
    time.sleep(1)  # time in which it could do what it must not
    assert len(_events(world, run_id)) == before
    assert world.brain.count(slow) == 2
    assert len(world.brain.keys(slow)) == 1
    assert (world.brain.count(second), world.brain.count(third)) == (1, 1)


def _events(world: World, run_id: object) -> list[int]:
    with Session(world.engine) as session:
        return list(session.scalars(select(RunEvent.seq).where(RunEvent.run_id == run_id)))
