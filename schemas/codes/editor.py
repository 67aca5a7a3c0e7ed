"""Codes about histories, templates, and files that come and go."""

from typing import Final

from schemas.codes.code import Code

EDITOR_CODES: Final = (
    Code(
        "run_node_not_found",
        "There is no such run for you, or no such node in it.",
        "The node was outside of the run's scope, an id is wrong, or the run is someone else's.",
        "`GET /api/runs/{id}` lists the nodes of a run.",
        404,
    ),
    Code(
        "too_many_kept",
        "Too many versions of the workflow are pinned or named.",
        "They are never forgotten, so a workflow may have 100 of them.",
        "Release one of them first: `PATCH` it with `pinned: false` and `label: null`.",
        422,
    ),
)
