"""Codes about histories, templates, and files that come and go."""

from typing import Final

from schemas.codes.code import Code

EDITOR_CODES: Final = (
    Code(
        "too_many_kept",
        "Too many versions of the workflow are pinned or named.",
        "They are never forgotten, so a workflow may have 100 of them.",
        "Release one of them first: `PATCH` it with `pinned: false` and `label: null`.",
        422,
    ),
)
