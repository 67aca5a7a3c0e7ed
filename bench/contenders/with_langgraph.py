"""LangGraph with its checkpoints on the same PostgreSQL server, as its documentation sets it up."""

import asyncio
import operator
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Final, TypedDict
from uuid import uuid4

import psycopg
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import END, START, StateGraph
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from bench.node_work import crop_job, do_node_work, resize_job
from bench.workloads import Kind, Workload

STEPS_BESIDE: Final = 10
"""LangGraph ends a run after so many steps more than its graph is deep."""


class _State(TypedDict):
    """How many nodes have ended."""

    ended: Annotated[int, operator.add]


class LangGraph:
    """LangGraph in this process; each graph is compiled once."""

    name = "LangGraph"

    def __init__(self, checkpoints: AsyncPostgresSaver, photo: Path) -> None:
        """Keep checkpoints there; know where the picture is."""
        self._checkpoints = checkpoints
        self._photo = photo
        self._compiled: dict[str, Any] = {}

    async def run(self, workload: Workload) -> None:
        """Do it as a thread of its own."""
        if workload.name not in self._compiled:
            graph = self._image_graph() if workload.kind == "picture" else make_graph(workload)
            self._compiled[workload.name] = graph.compile(checkpointer=self._checkpoints)
        config = RunnableConfig(
            configurable={"thread_id": str(uuid4())},
            recursion_limit=workload.depth + STEPS_BESIDE,
        )
        await self._compiled[workload.name].ainvoke({"ended": 0}, config)

    def _image_graph(self) -> StateGraph[_State]:
        """Crop and scale in one node, as for DBOS: a checkpoint would hold the picture."""

        async def image(state: _State) -> _State:
            data = await asyncio.to_thread(self._photo.read_bytes)
            await asyncio.to_thread(resize_job, await asyncio.to_thread(crop_job, data))
            return {"ended": 1}

        graph = StateGraph(_State)
        graph.add_node("image", image)
        graph.add_edge(START, "image")
        graph.add_edge("image", END)
        return graph


def make_graph(workload: Workload) -> StateGraph[_State]:
    """Give a workload's graph: the shape that `Workload.walk` walks."""
    graph = StateGraph(_State)
    for depth, width in product(range(workload.depth), range(workload.width)):
        graph.add_node(_name(depth, width), partial(_run_node, kind=workload.kind))
        if depth == 0:
            graph.add_edge(START, _name(0, width))
        elif workload.layered:
            beside = (width + 1) % workload.width
            graph.add_edge([_name(depth - 1, width), _name(depth - 1, beside)], _name(depth, width))
        else:
            graph.add_edge(_name(depth - 1, width), _name(depth, width))
    last = [_name(workload.depth - 1, width) for width in range(workload.width)]
    if workload.join:
        graph.add_node("join", partial(_run_node, kind="nodes"))
        graph.add_edge(last, "join")
        last = ["join"]
    for name in last:
        graph.add_edge(name, END)
    return graph


async def _run_node(state: _State, kind: Kind) -> _State:
    await do_node_work(kind)
    return {"ended": 1}


def _name(depth: int, width: int) -> str:
    return f"node {depth} {width}"


@asynccontextmanager
async def start_langgraph(server_url: str, photo: Path) -> AsyncGenerator[LangGraph]:
    """Make its database on the server and its tables there."""
    async with await psycopg.AsyncConnection.connect(server_url, autocommit=True) as connection:
        await connection.execute("create database langgraph")
    url = server_url.rpartition("/")[0] + "/langgraph"
    options = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    pool = AsyncConnectionPool[psycopg.AsyncConnection[DictRow]](
        url, kwargs=options, max_size=10, open=False
    )
    async with pool:
        checkpoints = AsyncPostgresSaver(pool)
        await checkpoints.setup()
        yield LangGraph(checkpoints, photo)
