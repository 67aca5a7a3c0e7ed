"""Versions of workflows as the outside sees them."""

from api.views.times import utc
from db.versions import HistoryEntry, VersionSnapshot
from flows.graph.changes import compare_outlines
from schemas.graph import Viewport
from schemas.wire.version import GraphRead, VersionRead


def present_version(entry: HistoryEntry) -> VersionRead:
    """Present an entry of a history."""
    row = entry.row
    return VersionRead(
        id=row.version_id,
        revision=row.revision,
        origin=row.origin,  # pyright: ignore[reportArgumentType] - a CHECK keeps it to these
        source_revision=row.source_revision,
        created_at=utc(row.created_at),
        began_at=utc(row.began_at),
        saves=row.saves,
        label=row.label,
        pinned=row.pinned,
        current=entry.current,
        node_count=len(entry.outline["nodes"]),
        edge_count=len(entry.outline["edges"]),
        changes=compare_outlines(entry.before, entry.outline),
    )


def present_graph(snapshot: VersionSnapshot) -> GraphRead:
    """Present a graph as it was."""
    return GraphRead(
        id=snapshot.version_id,
        workflow_id=snapshot.workflow_id,
        revision=snapshot.revision,
        created_at=utc(snapshot.created_at),
        name=snapshot.graph["name"],
        nodes=snapshot.graph["nodes"],
        edges=snapshot.graph["edges"],
        viewport=Viewport.model_validate(snapshot.graph["viewport"]),
        inputs=snapshot.graph.get("inputs", []),
        outputs=snapshot.graph.get("outputs", []),
    )
