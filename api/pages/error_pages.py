"""The page of each error code: the `type` of a problem leads there, without any outside address."""

from html import escape
from typing import Any, Final

from litestar import Request, Response, Router, get
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from schemas.codes import CODES, PAGES, Code
from schemas.problem import BLOCKS_SAVING, ProblemCode

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "public, max-age=3600",
    "Vary": "Accept",
}
STYLE: Final = (
    ":root { color-scheme: light dark; }"
    " body { max-width: 70ch; margin: 48px auto; padding: 0 20px; font: 16px/1.6 system-ui, sans-serif; }"
    " li { margin: 4px 0; }"
)
INTRODUCTION: Final = (
    "Every error has a stable code. Programs decide by the code; the sentence beside it is for"
    " people and may change."
)
_PROBLEMS: Final = frozenset(ProblemCode)


def describe_occurrences(code: Code) -> str:
    """Say in a sentence where a code is met."""
    found: list[str] = []
    if code.status is not None:
        found.append(f"as the answer to a request, with status {code.status}")
    if code.id in _PROBLEMS:
        refuses = "refused even as drafts" if code.id in BLOCKS_SAVING else "which drafts may have"
        found.append(f"among the `problems` of a graph, {refuses}")
    if not found:
        found.append("in `error` of a run or node, or from the command line")
    return f"Met {', and '.join(found)}."


def error_markdown(code: Code) -> str:
    """Give the page of a code in docs/errors."""
    return (
        f"# {code.title}\n\n`{code.id}`: {code.meaning}\n\n{describe_occurrences(code)}\n\n"
        f"**Cause.** {code.cause}\n\n**What to do.** {code.action}\n"
    )


def error_index_markdown() -> str:
    """Give the list of all codes in docs/errors."""
    rows = [
        f"| [{code.id}]({code.id}.md) | {code.status or ''} | {code.meaning} |"
        for code in CODES.values()
    ]
    head = [
        "# Errors",
        "",
        "Made from `schemas/codes` by `make docs`; do not edit.",
        "",
        INTRODUCTION,
    ]
    return "\n".join([*head, "", "| code | status | |", "|---|---|---|", *rows]) + "\n"


def _html(title: str, *parts: str) -> Response[str]:
    body = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)} · Nodeloom</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="/icon.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/errors/style.css"></head><body>'
        f"<h1>{escape(title)}</h1>{''.join(parts)}</body></html>\n"
    )
    return Response(body, media_type=MediaType.HTML, headers=HEADERS)


def _paragraph(text: str, lead: str = "") -> str:
    """Set a sentence as HTML; what stands between backticks is code."""
    pieces = escape(text).split("`")
    marked = "".join(
        f"<code>{piece}</code>" if index % 2 else piece for index, piece in enumerate(pieces)
    )
    return f"<p>{f'<strong>{lead}</strong> ' if lead else ''}{marked}</p>"


def _plain(request: Request[Any, Any, Any], text: str, facts: Any) -> Response[Any] | None:
    """Give JSON or text to whoever did not ask for a page, as browsers do."""
    accepted = request.headers.get("accept", "")
    if "text/html" in accepted:
        return None
    if "json" in accepted:
        return Response(facts, media_type=MediaType.JSON, headers=HEADERS)
    return Response(text, media_type="text/plain", headers=HEADERS)


def _facts(code: Code) -> dict[str, Any]:
    return {
        "code": code.id,
        "title": code.title,
        "status": code.status,
        "meaning": code.meaning,
        "cause": code.cause,
        "action": code.action,
    }


@get("/", sync_to_thread=False)
def error_index(request: Request[Any, Any, Any]) -> Response[Any]:
    """Serve the list of codes."""
    lines = [f"{code.id}: {code.meaning}" for code in CODES.values()]
    plain = _plain(request, "\n".join(lines) + "\n", [_facts(code) for code in CODES.values()])
    if plain is not None:
        return plain
    rows = "".join(
        f'<li><a href="{code.page}">{code.id}</a>: {escape(code.meaning)}</li>'
        for code in CODES.values()
    )
    return _html("Errors", _paragraph(INTRODUCTION), f"<ul>{rows}</ul>")


@get("/style.css", sync_to_thread=False)
def error_style() -> Response[str]:
    """Serve how the pages look."""
    return Response(STYLE, media_type=MediaType.CSS, headers=HEADERS)


@get("/{code:str}", sync_to_thread=False)
def error_page(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[Any]:
    """Serve the page of a code."""
    found = CODES.get(code)
    if found is None:
        raise NotFoundException
    return _plain(request, error_markdown(found), _facts(found)) or _html(
        found.title,
        _paragraph(f"`{found.id}`: {found.meaning}"),
        _paragraph(describe_occurrences(found)),
        _paragraph(found.cause, "Cause."),
        _paragraph(found.action, "What to do."),
        f'<p><a href="{PAGES}">All errors</a></p>',
    )


error_pages = Router(
    PAGES.rstrip("/"),
    route_handlers=[error_index, error_style, error_page],
    include_in_schema=False,
)
