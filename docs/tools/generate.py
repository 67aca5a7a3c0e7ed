"""Makes the pages that are drawn from the code: `make docs`; a test checks that they are current.

docs/node-types.md    every node type, its params and ports
docs/settings.md      every environment variable
docs/openapi.json     the HTTP interface
docs/errors           a page for every error code
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from api.openapi.document import openapi_document
from api.pages.error_pages import error_index_markdown, error_markdown
from schemas.codes import CODES
from schemas.node_type import NodeTypeSpec, Port
from schemas.settings import Settings, environment_variables
from tasks.registry import catalogue

FOLDER = Path(__file__).parents[1]
_PORTS_NOTE = (
    "Every param is also an input port of the same name: a connected value wins over the typed"
    " one. Where a port takes many, texts are joined with a blank line and pictures keep their"
    " order."
)
_HINTS_NOTE = """
How params are edited is said in their JSON Schema (`GET /api/node-types`), in keys that change nothing about what is
valid. The order of the params is that of the form; title, description, limits, default and `enum` are JSON Schema's own.

| key of a param | means |
|---|---|
| `x-widget` | `text`: several lines. `media`: a file, uploaded or by its address. `timestamp`: a moment in a video. `json`: a JSON object. `color`: a colour, `#rrggbb` or `#rrggbbaa`. None: one line, a number or a choice, as its type says |
| `x-over` | the input that brings the picture or video that the widget is about |
| `x-accept` | media types that can be uploaded; a file dropped on the canvas becomes a node of the type that accepts it |
| `x-placeholder` | shown in the empty field |
| `x-choices` | address of a list `{items: [{id, title, description}]}` of values to offer; others may be typed |
| `x-advanced` | true: shown when asked for |

`x-groups`, beside `properties`, lists params that belong together: `{title, params, widget, over}`. The widget is `row`
(side by side) or `rectangle` (left, top, width and height in percent of the picture that the input `over` brings).

An output fits an input whose `kinds` name its kind; the list's `kinds` give each a title and a colour.
""".strip()


def node_types_page() -> str:
    """Give the page on node types."""
    lines = [
        "# Node types",
        "",
        "Made from the code by `make docs`; do not edit.",
        "",
        _PORTS_NOTE,
        "",
        _HINTS_NOTE,
    ]
    for spec in catalogue():
        lines += ["", *_node_type(spec)]
    return "\n".join(lines) + "\n"


def _node_type(spec: NodeTypeSpec) -> list[str]:
    defaults = spec.defaults
    retries = f"{defaults.retries} retries, {defaults.timeout_seconds:g} s for each attempt"
    return [
        f"## {spec.title} (`{spec.id}`, version {spec.version})",
        "",
        spec.description,
        "",
        "| input | takes | required | |",
        "|---|---|---|---|",
        *(_port(port) for port in spec.inputs),
        "",
        f"{_outputs(spec)} Unless set in the node's settings: {retries}.",
        "",
        f"Example: {spec.example.title}",
        "",
        "```json",
        json.dumps(spec.example.data, ensure_ascii=False, indent=2),
        "```",
    ]


def _outputs(spec: NodeTypeSpec) -> str:
    named = [
        f"`{port.handle}` ({'a list of ' if port.is_list else ''}{port.kind}: {port.title})"
        for port in spec.outputs
    ]
    return f"Outputs: {', '.join(named)}." if named[1:] else f"Output: {spec.output}."


def _port(port: Port) -> str:
    takes = " or ".join(port.kinds) + (", many" if port.many else "")
    required = "yes" if port.required else ""
    title = port.description or port.title
    return f"| `{port.handle}` | {takes} | {required} | {_cell(title)} |"


def settings_page() -> str:
    """Give the page on environment variables."""
    lines = [
        "# Settings",
        "",
        "Made from `schemas/settings.py` by `make docs`; do not edit.",
        "",
        "All of them are environment variables; none is needed for `make run`.",
        "",
        "| variable | default | |",
        "|---|---|---|",
    ]
    for name, field in environment_variables().items():
        default = "" if field.default is None else f"`{field.default}`"
        lines.append(f"| `{name}` | {default} | {_cell(field.description or '')} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def openapi_page() -> str:
    """Give the OpenAPI document."""
    return (
        json.dumps(openapi_document(Settings()), ensure_ascii=False, indent=1, sort_keys=True)
        + "\n"
    )


PAGES: dict[str, Callable[[], str]] = {
    "node-types.md": node_types_page,
    "settings.md": settings_page,
    "openapi.json": openapi_page,
    "errors/README.md": error_index_markdown,
    **{f"errors/{code.id}.md": partial(error_markdown, code) for code in CODES.values()},
}


def main() -> int:
    """Write the pages, or with `--check` say which are out of date."""
    check = "--check" in sys.argv[1:]
    stale = [
        name for name, make in PAGES.items() if _update_page(FOLDER / name, make(), check=check)
    ]
    stale += [path.name for path in _obsolete_pages() if _remove_page(path, check=check)]
    if check and stale:
        print(f"Out of date: {', '.join(stale)}; run `make docs`.")
    return int(check and bool(stale))


def _update_page(path: Path, text: str, *, check: bool) -> bool:
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    if not check:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return True


def _obsolete_pages() -> list[Path]:
    """Give the pages of codes that there are no more."""
    return [path for path in (FOLDER / "errors").glob("*") if f"errors/{path.name}" not in PAGES]


def _remove_page(path: Path, *, check: bool) -> bool:
    if not check:
        path.unlink()
    return True


if __name__ == "__main__":
    sys.exit(main())
