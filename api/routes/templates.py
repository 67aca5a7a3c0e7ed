"""Templates: the examples, each made into a workflow of the user's with one request."""

import asyncio
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
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
from schemas.settings import Settings
from schemas.values import MediaValue
from schemas.wire.template import TemplatePage, TemplateRead
from schemas.wire.workflow import ImportRead
from tasks.providers.base import Price
from tasks.providers.registry import ModelName, default_model, known_model, split_model
from tasks.registry import node_types

FOLDER: Final = Path(api.__file__).parents[1] / "examples"
"""Beside the packages, in a checkout as where the product is installed."""

QUESTION_TOKENS: Final = 2_000
ANSWER_TOKENS: Final = 1_000
"""Of each call of a model, where what it costs is estimated; a picture has about 1,100."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Template:
    """An example: its graph, whose files are in `FOLDER`."""

    id: str
    purpose: str
    description: str
    document: Json


@dataclass(frozen=True)
class TemplateCosts:
    """Says what runs of templates cost where these settings are."""

    settings: Settings
    today: date

    @property
    def note(self) -> str:
        """By what costs are estimated."""
        day = known_model(split_model(default_model())).prices_as_of
        if self.settings.demo_model or day is None:
            return ""
        return (
            f"Costs are estimates for {QUESTION_TOKENS:,} tokens of question and {ANSWER_TOKENS:,} of"
            f" answer in each call, at the prices of {day.day} {day:%B %Y}."
        )

    def describe(self, document: Json) -> str:
        """Count the calls of models in a graph, and say about what they cost."""
        types = node_types()
        asking = [node for node in document["nodes"] if types[node["type"]].demand is not None]
        if not asking:
            return "Costs nothing: no model is asked"
        calls = "1 model call" if len(asking) == 1 else f"{len(asking)} model calls"
        if self.settings.demo_model:
            return f"{calls}, answered by the demo model at no cost"
        prices = [self._price(split_model(node["data"]["model"])) for node in asking]
        known = [price for price in prices if price is not None]
        if len(known) < len(prices):
            return f"{calls}, whose price is not known here"
        dollars = sum(
            price.input * QUESTION_TOKENS + price.output * ANSWER_TOKENS for price in known
        ) / Decimal(1_000_000)
        return f"{calls}, about ${max(dollars, Decimal('0.01')):.2f}"

    def _price(self, model: ModelName) -> Price | None:
        """Give the price of today, if it is known."""
        begun = [
            price
            for price in known_model(model).prices
            if price.since is None or price.since <= self.today
        ]
        return begun[-1] if begun else None


@cache
def templates() -> dict[str, Template]:
    """Give all templates by id, in the order in which they are offered.

    Raises:
        UnavailableError: `templates_missing`: they were not installed.
    """
    try:
        listed = tomllib.loads((FOLDER / "templates.toml").read_text(encoding="utf-8"))
        found = [
            Template(
                id=Path(each["file"]).stem,
                purpose=each["purpose"],
                description=each["description"],
                document=_read(each["file"]),
            )
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
    async def list_templates(self, app_state: NamedDependency[AppState]) -> TemplatePage:
        """List the templates by purpose, each with a small drawing; the first one is the one to try first."""
        costs = TemplateCosts(app_state.settings, datetime.now(UTC).date())
        items = [_present(template, costs) for template in templates().values()]
        return TemplatePage(items=items, cost_note=costs.note)

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


def _present(template: Template, costs: TemplateCosts) -> TemplateRead:
    document = template.document
    thumbnail = layout_thumbnail(document)
    return TemplateRead(
        id=template.id,
        name=document["name"],
        description=template.description,
        purpose=template.purpose,
        inputs=[each["title"] for each in document["inputs"]],
        outputs=[each["title"] for each in document["outputs"]],
        cost=costs.describe(document),
        node_count=thumbnail["count"],
        layout=draw_layout(thumbnail, {}),
    )
