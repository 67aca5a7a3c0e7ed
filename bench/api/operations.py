"""What is measured: each operation as an HTTP request, and as queries by psycopg alone."""

import hashlib
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import event
from sqlalchemy.orm import Session

from bench.api.rows import NODES, OWNER
from db.lists.workflow_list import list_workflows
from db.postgres.engine import make_sync_engine
from db.runs import list_runs

Connection = psycopg.AsyncConnection[Any]
DirectQuery = Callable[[Connection, int], Awaitable[object]]
MOVED_NODES: Final = 5
"""Nodes that one save of positions moves."""


@dataclass(frozen=True)
class Request:
    """A request: method, path, and a JSON body if there is one."""

    method: str
    path: str
    body: object = None

    def encode(self, host: str) -> bytes:
        """Give it as bytes."""
        body = b"" if self.body is None else json.dumps(self.body).encode()
        head = f"{self.method} {self.path} HTTP/1.1\r\nHost: {host}\r\n"
        if self.body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return f"{head}\r\n".encode() + body


@dataclass(frozen=True)
class Operation:
    """One row of the table; both functions get the number of one of the owner's workflows."""

    name: str
    make_request: Callable[[int], Request]
    direct: DirectQuery


async def _all(connection: Connection, query: Any, **values: Any) -> list[Any]:
    return await (await connection.execute(query, values)).fetchall()


async def _read(connection: Connection, workflow: int) -> object:
    query = """
        select id, name, revision, version_id, graph, positions, created_at, updated_at
        from workflows where id = %(id)s and user_id = %(owner)s and deleted_at is null
    """
    return await _all(connection, query, id=workflow, owner=OWNER)


async def _read_run(connection: Connection, workflow: int) -> object:
    values = {"id": _run_of(workflow), "owner": OWNER}
    run = "select * from workflow_runs where id = %(id)s and owner_id = %(owner)s"
    nodes = """
        select * from node_executions where run_id = %(id)s and owner_id = %(owner)s
        order by ordinal, node_id
    """
    return await _all(connection, run, **values), await _all(connection, nodes, **values)


async def _move(connection: Connection, workflow: int) -> object:
    query = """
        update workflows set positions = positions || %(moved)s
        where id = %(id)s and user_id = %(owner)s and deleted_at is null returning id
    """
    return await _all(connection, query, moved=Jsonb(_random_positions()), id=workflow, owner=OWNER)


async def _start(connection: Connection, workflow: int) -> object:
    """Make a run and its node executions, as start does once graph and scope are judged."""
    insert_run = """
        insert into workflow_runs
          (id, owner_id, workflow_id, version_id, revision, scope, reuse, trigger, total_nodes)
        select %(run)s, user_id, id, version_id, revision, '{"kind": "all"}', 'auto', 'api', %(nodes)s
        from workflows where id = %(id)s and user_id = %(owner)s returning id
    """
    insert_nodes = """
        insert into node_executions (run_id, owner_id, node_id, node_type, label, ordinal)
        select %(run)s, %(owner)s, 'n' || n, 'text', 'Node ' || n, n
        from generate_series(0, %(nodes)s - 1) n
    """
    values = {"run": uuid4(), "owner": OWNER, "id": workflow, "nodes": NODES}
    async with connection.transaction():
        await _read(connection, workflow)
        await connection.execute(insert_run, values)
        await connection.execute(insert_nodes, values)
        await _all(connection, "select * from workflow_runs where id = %(run)s", **values)
        nodes = "select * from node_executions where run_id = %(run)s order by ordinal"
        return await _all(connection, nodes, **values)


def _random_positions() -> dict[str, Any]:
    chosen = random.sample(range(NODES), MOVED_NODES)
    return {f"n{number}": {"x": random.uniform(0, 999), "y": number / 3} for number in chosen}


def _run_of(workflow: int) -> str:
    """Give the id of the run that `rows.load` made of a workflow."""
    return hashlib.md5(f"run{workflow}".encode(), usedforsecurity=False).hexdigest()


def _path(workflow: int, rest: str = "") -> str:
    return f"/api/workflows/{workflow}{rest}"


def operations(url: str) -> tuple[Operation, ...]:
    """Give all of them; lists are asked of psycopg in the very words of our own queries."""
    workflows, runs = record_statements(url, list_workflows), record_statements(url, list_runs)
    return (
        Operation("list workflows", lambda _: Request("GET", "/api/workflows?limit=50"), workflows),
        Operation("list runs", lambda _: Request("GET", "/api/runs?limit=50"), runs),
        *_OF_ONE,
    )


def record_statements(url: str, make_request: Callable[[Session, str], object]) -> DirectQuery:
    """Note the statements of a query function, and give a function that repeats them."""
    statements: list[tuple[Any, Any]] = []

    def record(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        statements.append((statement, values))

    engine = make_sync_engine(url)
    with Session(engine) as session:
        session.connection()  # what connecting asks is not to be noted
        event.listen(engine, "before_cursor_execute", record)
        make_request(session, OWNER)
    engine.dispose()

    async def replay(connection: Connection, _: int) -> object:
        return [
            await (await connection.execute(statement, values)).fetchall()
            for statement, values in statements
        ]

    return replay


_OF_ONE: Final = (
    Operation("read a workflow", lambda id: Request("GET", _path(id)), _read),
    Operation("read a run", lambda id: Request("GET", f"/api/runs/{_run_of(id)}"), _read_run),
    Operation(
        "save positions",
        lambda id: Request("PATCH", _path(id, "/positions"), {"positions": _random_positions()}),
        _move,
    ),
    Operation("start a run", lambda id: Request("POST", _path(id, "/runs"), {}), _start),
)
