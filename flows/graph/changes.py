"""What changed from one version of a workflow to the next, told by their outlines."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flows.graph.wording import join_words, quoted
from schemas.wire.version import Changes

_MAX_NAMED: Final = 3
"""Nodes that a sentence names before it only counts them."""

Outline = Mapping[str, Any]


def compare_outlines(before: Outline | None, after: Outline) -> Changes:
    """Compare two outlines; without one before, say what there is."""
    old, new = (before or {"nodes": {}, "edges": []}), after
    added = [label for id, (_, label) in new["nodes"].items() if id not in old["nodes"]]
    removed = [label for id, (_, label) in old["nodes"].items() if id not in new["nodes"]]
    changed = [
        label
        for id, (digest, label) in new["nodes"].items()
        if id in old["nodes"] and old["nodes"][id][0] != digest
    ]
    edges_before, edges_after = Counter(old["edges"]), Counter(new["edges"])
    joined = (edges_after - edges_before).total()
    cut = (edges_before - edges_after).total()
    if before is None:
        summary = f"{_count_of(len(added), 'node')} and {_count_of(joined, 'connection')}."
    else:
        summary = _sentence(added, removed, changed, joined, cut)
    return Changes(
        nodes_added=len(added),
        nodes_removed=len(removed),
        nodes_changed=len(changed),
        edges_added=joined,
        edges_removed=cut,
        summary=summary,
    )


def _sentence(
    added: Sequence[str], removed: Sequence[str], changed: Sequence[str], joined: int, cut: int
) -> str:
    parts = [
        f"{verb} {_join_labels(labels)}"
        for verb, labels in (("added", added), ("removed", removed), ("changed", changed))
        if labels
    ]
    if joined:
        parts.append(f"{_count_of(joined, 'new connection')}")
    if cut:
        parts.append(f"{_count_of(cut, 'connection')} less")
    text = "; ".join(parts) or "the same content"
    return f"{text[0].upper()}{text[1:]}."


def _join_labels(labels: Sequence[str]) -> str:
    named = [quoted(label) for label in labels[:_MAX_NAMED]]
    more = len(labels) - len(named)
    return join_words([*named, f"{more} more"] if more else named)


def _count_of(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
