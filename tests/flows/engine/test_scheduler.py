"""The scheduler: by dependency, never by layer."""

import asyncio
from collections.abc import Mapping

import pytest

from flows.engine.outcome import Outcome
from flows.engine.scheduler import Scheduler
from flows.planning.plan import Binding, Source, Step
from schemas.values import TextValue
from schemas.wire.run import NodeStatus

DONE = Outcome(NodeStatus.COMPLETED, {"output": TextValue(text="done")})


def step(node_id: str, *dependencies: str) -> Step:
    return Step(
        node_id=node_id,
        ordinal=0,
        node_type="text",
        version=1,
        label=node_id,
        data={},
        retries=0,
        retry_delay_seconds=0,
        timeout_seconds=1,
        bindings=(Binding("text", tuple(Source(id) for id in dependencies)),)
        if dependencies
        else (),
        dependencies=frozenset(dependencies),
        task_name="text-input",
    )


async def test_every_step_runs_once_and_after_what_it_needs() -> None:
    order: list[str] = []

    async def execute(step: Step, needed: Mapping[str, Outcome]) -> Outcome:
        assert set(needed) == set(step.dependencies)
        assert set(step.dependencies) <= set(order)
        order.append(step.node_id)
        return DONE

    steps = [step("c", "a", "b"), step("a"), step("b", "a"), step("d", "c", "a")]
    outcomes = await Scheduler(steps, execute).run({})

    assert order == ["a", "b", "c", "d"]
    assert set(outcomes) == {"a", "b", "c", "d"}


async def test_what_has_ended_before_is_held_only_for_those_who_take_it() -> None:
    seen: list[Mapping[str, Outcome]] = []

    async def execute(step: Step, needed: Mapping[str, Outcome]) -> Outcome:
        seen.append(needed)
        return DONE

    scheduler = Scheduler([step("a"), step("b", "a"), step("c", "b")], execute)
    await scheduler.run({"a": DONE, "b": DONE})
    assert seen == [{"b": DONE}]
    assert not scheduler.outcomes["a"].values


async def test_a_branch_does_not_wait_for_a_slower_one_of_the_same_depth() -> None:
    slow_may_end = asyncio.Event()
    ended: list[str] = []

    async def execute(step: Step, needed: Mapping[str, Outcome]) -> Outcome:
        if step.node_id == "slow":
            await slow_may_end.wait()
        ended.append(step.node_id)
        if step.node_id == "quick-3":
            slow_may_end.set()  # never happens when layers wait for each other
        return DONE

    steps = [
        step("slow"),
        step("quick-1"),
        step("after-slow", "slow"),
        step("quick-2", "quick-1"),
        step("quick-3", "quick-2"),
    ]
    await asyncio.wait_for(Scheduler(steps, execute).run({}), timeout=5)

    assert ended == ["quick-1", "quick-2", "quick-3", "slow", "after-slow"]


async def test_what_has_ended_before_is_not_run_again() -> None:
    ran: list[str] = []

    async def execute(step: Step, needed: Mapping[str, Outcome]) -> Outcome:
        ran.append(step.node_id)
        return DONE

    steps = [step("a"), step("b", "a"), step("c", "b")]
    outcomes = await Scheduler(steps, execute).run({"a": DONE, "b": DONE})

    assert ran == ["c"]
    assert set(outcomes) == {"a", "b", "c"}


async def test_cancelling_cancels_all_running_steps() -> None:
    started = asyncio.Event()
    cancelled: list[str] = []

    async def execute(step: Step, needed: Mapping[str, Outcome]) -> Outcome:
        try:
            started.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(step.node_id)
            raise
        return DONE

    work = asyncio.create_task(Scheduler([step("a"), step("b")], execute).run({}))
    await started.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work

    assert sorted(cancelled) == ["a", "b"]


async def test_a_defect_in_one_step_stops_the_others_and_is_raised() -> None:
    async def execute(step: Step, needed: Mapping[str, Outcome]) -> Outcome:
        if step.node_id == "a":
            raise ZeroDivisionError
        await asyncio.Event().wait()
        return DONE

    with pytest.raises(ExceptionGroup) as caught:
        await asyncio.wait_for(Scheduler([step("a"), step("b")], execute).run({}), timeout=5)

    assert caught.value.subgroup(ZeroDivisionError) is not None


async def test_a_chain_of_five_hundred_and_a_fan_of_five_hundred_run() -> None:
    async def execute(step: Step, needed: Mapping[str, Outcome]) -> Outcome:
        return DONE

    chain = [step("0"), *(step(str(i), str(i - 1)) for i in range(1, 500))]
    fan = [step("in"), *(step(f"f{i}", "in") for i in range(500))]
    for steps in (chain, fan):
        assert len(await Scheduler(steps, execute).run({})) == len(steps)


async def test_a_value_is_held_until_the_last_step_that_takes_it_has_ended() -> None:
    held: dict[str, set[str]] = {}

    async def execute(step: Step, needed: Mapping[str, Outcome]) -> Outcome:
        assert all(outcome.values for outcome in needed.values())
        held[step.node_id] = {id for id, one in scheduler.outcomes.items() if one.values}
        return DONE

    steps = [step("a"), step("b", "a", "outside"), step("c", "b"), step("d", "a", "c"), step("e")]
    scheduler = Scheduler(steps, execute)
    outcomes = await scheduler.run({"outside": DONE})

    assert held["c"] == {"a", "b"}
    assert held["d"] == {"a", "c"}
    assert all(outcome.completed and not outcome.values for outcome in outcomes.values())


async def test_what_values_take_is_counted_until_the_last_step_that_takes_them_has_ended() -> None:
    held: list[int] = []
    seen: dict[str, int] = {}
    long, wide = "x" * 100_000, "é€" * 50_000

    async def execute(step: Step, needed: Mapping[str, Outcome]) -> Outcome:
        seen[step.node_id] = sum(held) // 100_000
        if step.node_id == "breaks":
            raise ZeroDivisionError
        texts = {"a": long, "same": needed.get("a", DONE).values["output"], "wide": wide}
        said = texts.get(step.node_id, "short")
        value = TextValue(text=said) if isinstance(said, str) else said
        return Outcome(NodeStatus.COMPLETED, {"output": value})

    steps = [step("a"), step("same", "a"), step("wide", "same"), step("last", "wide", "same")]
    await Scheduler(steps, execute, held.append).run({})
    assert seen == {"a": 0, "same": 1, "wide": 1, "last": 3}
    assert sum(held) == 0

    given = Outcome(NodeStatus.COMPLETED, {"output": TextValue(text=long)})
    with pytest.raises(ExceptionGroup):
        await Scheduler([step("breaks", "given")], execute, held.append).run({"given": given})
    assert seen["breaks"] == 1
    assert sum(held) == 0
