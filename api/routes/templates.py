"""Templates: the examples, each made into a workflow of the user's with one request."""

import asyncio
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

import api
from api.auth.identity import Identity
from api.http.responses import ETAG, LOCATION, error_responses
from api.routes.transfer import imported_response, store_imported
from api.state.app_state import AppState
from api.views.graph import parse_graph
from api.views.layout import draw_layout
from flows.portable.graph_files import read_graph_file, with_assets
from schemas.errors import AppError, NotFoundError, UnavailableError
from schemas.graph_summary import layout_thumbnail
from schemas.values import MediaValue
from schemas.wire.template import TemplatePage, TemplateRead
from schemas.wire.workflow import ImportRead

FOLDER: Final = Path(api.__file__).parents[1] / "examples"
"""Beside the packages, in a checkout as where the product is installed."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Template:
    """An example: its graph, whose files are in `FOLDER`."""

    id: str
    description: str
    document: Json


@cache
def templates() -> dict[str, Template]:
    """Give all templates by id, in the order in which they are offered.

    Raises:
        UnavailableError: `templates_missing`: they were not installed.
    """
    try:
        listed = tomllib.loads((FOLDER / "templates.toml").read_text(encoding="utf-8"))
        found = [
            Template(Path(each["file"]).stem, each["description"], _read(each["file"]))
            for each in listed["template"]
        ]
    except (OSError, AppError) as error:
        raise UnavailableError(
            "templates_missing", f"The templates cannot be read; install Nodeloom again: {error}"
        ) from error
    return {template.id: template for template in found}


def _read(file: str) -> Json:
    return read_graph_file(FOLDER / file)


class TemplateController(Controller):
    """Workflows to begin with."""

    path = "/api/templates"
    tags = ("Templates",)

    @get(operation_id="listTemplates", summary="Workflows to begin with")
    async def list_templates(self) -> TemplatePage:
        """List the templates, each with a small drawing; the first one is the one to try first."""
        return TemplatePage(items=[_present(template) for template in templates().values()])

    @post(
        "/{template_id:str}",
        operation_id="useTemplate",
        summary="Make a workflow from a template",
        responses=error_responses(404, 507),
        response_headers=[ETAG, LOCATION],
    )
    async def use_template(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        template_id: FromPath[str],
    ) -> Response[ImportRead]:
        """Store the template as a workflow of yours, its pictures and videos as your assets."""
        template = templates().get(template_id)
        if template is None:
            known = ", ".join(templates())
            raise NotFoundError("template_not_found", f"There is no such template: use {known}.")
        files = await _store_files(app_state, user.id, template)
        ids = {path: str(asset.asset_id) for path, asset in files.items()}
        graph = parse_graph(with_assets(template.document, FOLDER, ids.__getitem__))
        kept = list(files.values())
        read = await app_state.database.run(
            store_imported, user.id, graph, kept, origin="template", notes=[]
        )
        return imported_response(read)


async def _store_files(
    app_state: AppState, owner_id: str, template: Template
) -> dict[Path, MediaValue]:
    """Store the files that a template names, as if its user had uploaded them."""
    paths: list[Path] = []
    try:
        with_assets(template.document, FOLDER, lambda path: paths.append(path) or "")
        read = {path: await asyncio.to_thread(path.read_bytes) for path in paths}
    except (OSError, AppError) as error:
        raise UnavailableError(
            "templates_missing",
            f"A file of the template is missing: run `make media`, or install again: {error}",
        ) from error
    return {path: await app_state.uploads.save(owner_id, data) for path, data in read.items()}


def _present(template: Template) -> TemplateRead:
    thumbnail = layout_thumbnail(template.document)
    return TemplateRead(
        id=template.id,
        name=template.document["name"],
        description=template.description,
        node_count=thumbnail["count"],
        layout=draw_layout(thumbnail, {}),
    )
