"""Codes about histories, templates, and files that come and go."""

from typing import Final

from schemas.codes.code import Code

EDITOR_CODES: Final = (
    Code(
        "no_graph",
        "The file holds nothing that could be a graph.",
        "A workflow as a file is a JSON object with a list of `nodes`.",
        "Choose a file that an export has made, or a graph of React Flow.",
        422,
    ),
    Code(
        "run_node_not_found",
        "There is no such run for you, or no such node in it.",
        "The node was outside of the run's scope, an id is wrong, or the run is someone else's.",
        "`GET /api/runs/{id}` lists the nodes of a run.",
        404,
    ),
    Code(
        "result_not_found",
        "The workflow has no such result for you.",
        "The id is wrong, its run was deleted, or the workflow is another one or someone else's.",
        "`GET /api/workflows/{id}/results` lists the results of a workflow.",
        404,
    ),
    Code(
        "template_not_found",
        "There is no such template.",
        "The id is wrong.",
        "`GET /api/templates` lists those there are.",
        404,
    ),
    Code(
        "templates_missing",
        "The templates, or the files of one, are not installed.",
        "They are in the folder `examples` beside the program; the film in it is made by"
        " `make media`.",
        "Run `make media` in a checkout; else install Nodeloom again.",
        503,
    ),
    Code(
        "too_large_to_embed",
        "The pictures and videos of the workflow are too large to be put into its file.",
        "A file takes 24 MB of them.",
        "Export it without them (`assets=false`), and take them along yourself.",
        422,
    ),
    Code(
        "too_many_kept",
        "Too many versions of the workflow are pinned or named.",
        "They are never forgotten, so a workflow may have 100 of them.",
        "Release one of them first: `PATCH` it with `pinned: false` and `label: null`.",
        422,
    ),
)
