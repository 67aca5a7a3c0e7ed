"""Codes about what is shared of functions, and what is told of their runs."""

from typing import Final

from schemas.codes.code import Code

FUNCTION_CODES: Final = (
    Code(
        "link_expired",
        "The time of a share link is over.",
        "Whoever made it said until when it can be used.",
        "Ask for another one; runs that were started in time can still be seen on their page.",
        410,
    ),
    Code(
        "link_not_found",
        "There is no such share link.",
        "A part of its address was lost, its function was taken back, or it was over for a month.",
        "Copy the whole address, also what comes after `#`; else ask for another one.",
        404,
    ),
    Code(
        "link_revoked",
        "A share link was taken back.",
        "Whoever made it has revoked it.",
        "Ask for another one.",
        410,
    ),
    Code(
        "link_too_long",
        "A share link cannot last that long.",
        "`expiresAt` is more than a year away.",
        "Give an earlier time; another link can be made when this one is over.",
        422,
    ),
    Code(
        "link_uploads_exceeded",
        "Too much was uploaded through a share link in a day.",
        "How many files, and bytes, come from people who are not known is limited.",
        "Try again some hours later, or ask for another link.",
        429,
    ),
    Code(
        "link_used_up",
        "A share link has no run left.",
        "Each start of a run counts, however it ends, and whoever made it said how many there are.",
        "Ask for another one; runs that were started can still be seen.",
        410,
    ),
    Code(
        "too_many_links",
        "A function has as many share links as it may have.",
        "Each of them lets people who are not known start runs.",
        "Revoke one that is not used: `DELETE /api/functions/{name}/links/{id}`.",
        409,
    ),
)
