"""A large database, made by PostgreSQL itself in a minute.

Triggers and foreign keys rest while it is loaded: the rows are such as the product writes, and
judging a million of them one by one would take an hour.
"""

from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

from schemas.graph_summary import layout_thumbnail

OWNER: Final = "local"
"""The user of local mode, who has a fifth of all workflows."""
OTHER_OWNERS: Final = 80
NODES: Final = 10
"""Of each workflow and each run."""

_USERS = """
    insert into users (id, email) select 'user-' || n, 'user-' || n || '@example.org'
    from generate_series(1, %(others)s) n on conflict do nothing
"""
_WORKFLOWS = """
    insert into workflows (id, user_id, name, version_id, graph, sketch, created_at, updated_at)
    select n, case when n %% 5 = 0 then %(owner)s else 'user-' || 1 + n %% %(others)s end,
      'Workflow ' || n, md5('version' || n)::uuid, %(graph)s, %(sketch)s,
      now() - n * interval '1 second', now() - n * interval '1 second'
    from generate_series(1, %(count)s) n
"""
_VERSIONS = """
    insert into workflow_versions (id, workflow_id, owner_id, sha256, graph)
    select version_id, id, user_id, sha256(graph::text::bytea), graph from workflows
"""
_RUNS = """
    insert into workflow_runs (id, owner_id, workflow_id, version_id, revision, status, scope,
      trigger, reuse, total_nodes, epoch, seq, created_at, started_at, finished_at, executor_id)
    select md5('run' || id)::uuid, user_id, id, version_id, 1, 'COMPLETED', '{"kind": "all"}',
      'api', 'auto', %(nodes)s, 1, 2 + 2 * %(nodes)s, created_at, created_at,
      created_at + interval '3 seconds', 'executor'
    from workflows
"""
_EXECUTIONS = """
    insert into node_executions (run_id, owner_id, node_id, node_type, label, ordinal, status,
      attempt, epoch, input, output, usage, cache_key, started_at, finished_at, changed_at)
    select r.id, r.owner_id, 'n' || n, 'text', 'Node ' || n, n, 'COMPLETED', 1, 1,
      jsonb_build_object('text', jsonb_build_object('kind', 'text', 'text', repeat('word ', 20))),
      jsonb_build_object('kind', 'text', 'text', repeat('word ', 20)),
      jsonb_build_object('model', 'm', 'inputTokens', 9, 'outputTokens', 9, 'totalTokens', 18),
      md5(r.workflow_id || 'key' || n), r.started_at, r.finished_at, r.finished_at
    from workflow_runs r cross join generate_series(0, %(nodes)s - 1) n
"""


def graph() -> dict[str, Any]:
    """Give a workflow of texts, each joined to the next."""
    nodes = [
        {
            "id": f"n{number}",
            "type": "text",
            "position": {"x": 100 * number, "y": 50},
            "data": {"label": f"Node {number}", "text": "word " * 20},
        }
        for number in range(NODES)
    ]
    return {
        "name": "Workflow",
        "nodes": nodes,
        "edges": [],
        "viewport": {"x": 0, "y": 0, "zoom": 1},
    }


def count_workflows(url: str) -> int:
    """Say how many there are already."""
    with psycopg.connect(url) as connection:
        found = connection.execute("select count(*) from workflows").fetchone()
    return found[0] if found else 0


def load(url: str, workflows: int) -> None:
    """Fill an empty, migrated database; needs a superuser."""
    values = {
        "owner": OWNER,
        "others": OTHER_OWNERS,
        "count": workflows,
        "nodes": NODES,
        "graph": Jsonb(graph()),
        "sketch": Jsonb(layout_thumbnail(graph())),
    }
    with psycopg.connect(url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("insert into users (id, email) values (%s, 'local@localhost')", [OWNER])
        for statement in (_USERS, _WORKFLOWS, _VERSIONS, _RUNS, _EXECUTIONS):
            connection.execute(statement, values)
        connection.execute(
            "select setval(pg_get_serial_sequence('workflows', 'id'), %s)", [workflows]
        )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")
