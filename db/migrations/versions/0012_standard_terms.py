"""Names by the field's terms; nodes that nothing was sent to; hot statements as functions."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from alembic import op

revision = "0012_standard_terms"
down_revision = "0011_node_places"
branch_labels = None
depends_on = None

TABLES: Final = (
    ("chores", "leader_tasks"),
    ("node_limits", "concurrency_limits"),
    ("node_places", "concurrency_slots"),
    ("provider_turns", "provider_calls"),
    ("provider_pauses", "provider_cooldowns"),
)
COLUMNS: Final = (
    ("concurrency_limits", "places", "slots"),
    ("concurrency_slots", "asked_at", "requested_at"),
    ("concurrency_slots", "seen_at", "heartbeat_at"),
    ("provider_calls", "asked_at", "requested_at"),
    ("provider_calls", "seen_at", "heartbeat_at"),
    ("provider_calls", "pool", "rate_limit_key"),
    ("provider_cooldowns", "pool", "rate_limit_key"),
    ("workflows", "sketch", "layout_thumbnail"),
)
CONSTRAINTS: Final = (
    ("leader_tasks", "chores_pkey", "leader_tasks_pkey"),
    ("leader_tasks", "chores_name_length", "leader_tasks_name_length"),
    ("concurrency_limits", "node_limits_pkey", "concurrency_limits_pkey"),
    ("concurrency_limits", "node_limits_tag_length", "concurrency_limits_tag_length"),
    ("concurrency_limits", "node_limits_places_range", "concurrency_limits_slots_range"),
    ("concurrency_slots", "node_places_pkey", "concurrency_slots_pkey"),
    ("concurrency_slots", "node_places_owner_id_fkey", "concurrency_slots_owner_id_fkey"),
    ("concurrency_slots", "node_places_tag_length", "concurrency_slots_tag_length"),
    ("provider_calls", "provider_turns_pkey", "provider_calls_pkey"),
    ("provider_calls", "provider_turns_owner_id_fkey", "provider_calls_owner_id_fkey"),
    ("provider_calls", "provider_turns_pool_length", "provider_calls_rate_limit_key_length"),
    ("provider_calls", "provider_turns_tokens_range", "provider_calls_tokens_range"),
    ("provider_cooldowns", "provider_pauses_pkey", "provider_cooldowns_pkey"),
    ("provider_cooldowns", "provider_pauses_pool_length", "provider_cooldowns_rate_limit_key_length"),
    ("workflows", "workflows_sketch_size", "workflows_layout_thumbnail_size"),
)
INDEXES: Final = (
    ("provider_turns_pool_idx", "provider_calls_rate_limit_key_idx"),
    ("workflow_runs_unshown_idx", "workflow_runs_unmirrored_idx"),
)
POLICIES: Final = {"own": "owner", "work": "engine", "look_up": "identity"}
"""Each called after the role that it is for."""


def upgrade() -> None:
    for old, new in TABLES:
        _run(f"alter table {old} rename to {new}")
    for table, old, new in COLUMNS:
        _run(f"alter table {table} rename column {old} to {new}")
    for table, old, new in CONSTRAINTS:
        _run(f"alter table {table} rename constraint {old} to {new}")
    _name_not_null_constraints(new for _, new in TABLES)
    for old, new in INDEXES:
        _run(f"alter index {old} rename to {new}")
    _rename_policies(POLICIES)
    _run("alter function own_rows(regclass, name) rename to isolate_owners")
    _run("alter function announce_events() rename to notify_of_events")
    _run_file("0012_standard_terms.sql")


def downgrade() -> None:
    """Take the names back; a node that nothing was sent to gets an error that says so."""
    _run_file("0012_standard_terms_down.sql")
    _run("alter function notify_of_events() rename to announce_events")
    _run("alter function isolate_owners(regclass, name) rename to own_rows")
    _rename_policies({new: old for old, new in POLICIES.items()})
    for old, new in INDEXES:
        _run(f"alter index {new} rename to {old}")
    for table, old, new in CONSTRAINTS:
        _run(f"alter table {table} rename constraint {new} to {old}")
    for table, old, new in COLUMNS:
        _run(f"alter table {table} rename column {new} to {old}")
    for old, new in TABLES:
        _run(f"alter table {new} rename to {old}")
    _name_not_null_constraints(old for old, _ in TABLES)


def _rename_policies(names: dict[str, str]) -> None:
    found = op.get_bind().exec_driver_sql(
        "select tablename, policyname from pg_policies where schemaname = current_schema()"
    )
    for table, policy in found.all():
        if policy in names:
            _run(f"alter policy {policy} on {table} rename to {names[policy]}")


def _name_not_null_constraints(tables: Iterable[str]) -> None:
    """Call them as a new table's are; before PostgreSQL 18 they have no names."""
    for table in tables:
        found = op.get_bind().exec_driver_sql(
            "select conname, attname from pg_constraint join pg_attribute"
            " on attrelid = conrelid and attnum = conkey[1]"
            f" where contype = 'n' and conrelid = '{table}'::regclass"
        )
        for name, column in found.all():
            if name != f"{table}_{column}_not_null":
                _run(f"alter table {table} rename constraint {name} to {table}_{column}_not_null")


def _run_file(name: str) -> None:
    _run(Path(__file__).with_name(name).read_text(encoding="utf-8"))


def _run(sql: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
