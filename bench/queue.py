"""A long queue of several users: who is served when, and what the database is asked for each run."""

import asyncio
import time
from collections.abc import Mapping
from typing import Final

import psycopg
from sqlalchemy.orm import Session

from bench.product import Product
from bench.workloads import WORKLOADS, graph
from db.postgres.engine import make_sync_engine
from db.users import ensure_user
from db.workflows import create_workflow
from flows.graph.check import read_graph
from flows.graph.content import content_sha256
from flows.runs.start import StartRequest, start_run
from schemas.wire.run import RunCreate

OTHER_OWNERS: Final = ("ben", "cat", "dan")
EARLY_STARTS: Final = 40
"""Starts that are looked at."""
TIMEOUT_SECONDS: Final = 300


async def measure_queue(product: Product, run_count: int) -> None:
    """Queue runs of one user, then a few of three others; print the order and the statements."""
    print(f"\n{run_count} queued runs of one node")
    each = max(10, run_count // 20)
    shares = {"ann": run_count - each * len(OTHER_OWNERS)} | dict.fromkeys(OTHER_OWNERS, each)
    await product.processes.settle()
    with psycopg.connect(product.database_url, autocommit=True) as connection:
        connection.execute("select pg_stat_statements_reset()")
        start = time.perf_counter()
        await asyncio.to_thread(_queue_runs, product.database_url, shares)
        statements_to_fill = _statements(connection)
        await _wait_until_empty(connection)
        seconds = time.perf_counter() - start
        statements = {
            name: count - statements_to_fill.get(name, 0)
            for name, count in _statements(connection).items()
        }
        order = _start_order(connection)
    _print_results(shares, order, statements, run_count, seconds)


def _queue_runs(database_url: str, shares: Mapping[str, int]) -> None:
    """Queue everything in one transaction, so that it is there all at once."""
    read = read_graph(graph(WORKLOADS[0]))
    assert read.graph is not None
    engine = make_sync_engine(database_url)
    with Session(engine) as session, session.begin():
        for owner, run_count in shares.items():
            ensure_user(session, owner, f"{owner}@example.org")
            digest = content_sha256(read.graph)
            workflow = create_workflow(session, owner, "queued", read.graph.document(), digest)
            for _ in range(run_count):
                start_run(
                    session,
                    StartRequest(
                        owner_id=owner,
                        workflow_id=workflow.id,
                        trigger="api",
                        run=RunCreate(reuse="never"),
                    ),
                )
    engine.dispose()


async def _wait_until_empty(connection: psycopg.Connection) -> None:
    ends = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < ends:
        await asyncio.sleep(0.25)
        found = connection.execute(
            "select count(*) from workflow_runs where finished_at is null"
        ).fetchone()
        if found == (0,):
            return
    raise RuntimeError(f"runs are still queued after {TIMEOUT_SECONDS} s")


def _statements(connection: psycopg.Connection) -> dict[str, int]:
    """Give how often statements were sent to our database, triggers' own not counted."""
    rows = connection.execute("""
        select case when query ~* '^(begin|commit|rollback|savepoint|release)' then 'transactions'
            when query ~* 'workflow_runs' then 'about runs'
            when query ~* 'node_executions' then 'about nodes' else 'others' end as kind,
          sum(calls)::bigint
        from pg_stat_statements s join pg_database d on d.oid = s.dbid
        where d.datname = current_database() and s.toplevel group by kind
    """)
    return dict(rows.fetchall())


def _start_order(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        "select owner_id from workflow_runs where owner_id = any(%s) order by started_at, id",
        (["ann", *OTHER_OWNERS],),
    )
    return [owner for (owner,) in rows]


def _print_results(
    shares: Mapping[str, int],
    order: list[str],
    statements: Mapping[str, int],
    run_count: int,
    seconds: float,
) -> None:
    early_starts = {owner: order[:EARLY_STARTS].count(owner) for owner in shares}
    fair = EARLY_STARTS / len(shares)
    starts_waited = max(order.index(owner) for owner in OTHER_OWNERS)
    listed = ", ".join(f"{owner} {early_starts[owner]} (of {shares[owner]})" for owner in shares)
    print(f"{'':4}{run_count / seconds:.1f} runs/s; the first {EARLY_STARTS} starts: {listed}")
    fairly = all(abs(count - fair) <= fair / 2 for count in early_starts.values())
    print(
        f"{'':4}the last of the four users had to wait for {starts_waited} starts of others;",
        end=" ",
    )
    print("start order fair" if fairly else "start order NOT fair")
    total = sum(statements.values()) / run_count
    parts = ", ".join(
        f"{name} {count / run_count:.1f}" for name, count in sorted(statements.items())
    )
    print(f"{'':4}statements a run: {total:.1f} ({parts})", flush=True)
