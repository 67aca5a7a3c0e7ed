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
    Code(
        "delivery_not_found",
        "There is no such delivery of this webhook.",
        "It is older than 30 days, or its webhook was deleted.",
        "List them with `GET /api/webhooks/{id}/deliveries`.",
        404,
    ),
    Code(
        "delivery_pending",
        "A delivery has not ended yet.",
        "It waits for its first or next attempt, or is being sent.",
        "Wait: `nextAttemptAt` says when it is tried again.",
        409,
    ),
    Code(
        "too_many_webhooks",
        "A user has as many webhooks as there may be.",
        "Each is asked for with the end of every run.",
        "Delete one that is not needed: `DELETE /api/webhooks/{id}`.",
        409,
    ),
    Code(
        "webhook_disabled",
        "The webhook is disabled: nothing is sent to it.",
        "You disabled it, it answered 410, or nothing came through for three days.",
        'See to its receiver, then enable it: `PATCH /api/webhooks/{id}` with `{"enabled": true}`.',
        409,
    ),
    Code(
        "webhook_not_found",
        "There is no such webhook.",
        "It was deleted, or it is somebody else's.",
        "List yours with `GET /api/webhooks`.",
        404,
    ),
    Code(
        "webhook_url_not_allowed",
        "Nothing can be sent to this address.",
        "It is no public http or https address: it leads to a private network, has another port than 80 and 443, or a user name in it.",
        "Use a public address. Whoever runs the server can allow private ones: `NODELOOM_WEBHOOKS_PRIVATE`.",
        422,
    ),
)
