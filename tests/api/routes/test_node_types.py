"""The catalogue and the models to choose from, as an editor reads them."""

from datetime import date
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from pydantic import SecretStr

from api.app import create_app
from api.routes.node_types import model_prices
from chaos.stack.in_thread import run_in_thread
from schemas.settings import ProviderAccess, Settings
from support.api.client import ORIGIN, Api
from support.servers.openai_server import OpenaiServer, model_list
from tasks.providers.openai import services
from tasks.providers.registry import default_model, known_model, split_model


async def test_the_params_come_in_the_order_of_the_form_with_hints(api: Api):
    items = {item["id"]: item for item in (await api.get("/api/node-types")).json()["items"]}
    assert list(items["llm"]["params"]["properties"])[:3] == [
        "model",
        "systemPrompt",
        "userMessage",
    ]
    assert items["llm"]["params"]["properties"]["userMessage"]["x-widget"] == "text"
    assert items["crop"]["params"]["x-groups"] == [
        {
            "title": "Rectangle, in percent",
            "widget": "rectangle",
            "over": "image",
            "params": ["xPercent", "yPercent", "widthPercent", "heightPercent"],
        }
    ]


async def test_kinds_and_categories_come_with_the_catalogue(api: Api):
    page = (await api.get("/api/node-types")).json()
    assert {kind["id"] for kind in page["kinds"]} >= {item["output"] for item in page["items"]}
    assert {each["id"] for each in page["categories"]} == {
        item["category"] for item in page["items"]
    }


async def test_every_list_of_choices_is_there(api: Api):
    for item in (await api.get("/api/node-types")).json()["items"]:
        for param in item["params"]["properties"].values():
            if "x-choices" in param:
                choices = (await api.get(param["x-choices"])).json()["items"]
                assert param["default"] in {choice["id"] for choice in choices}


@pytest.mark.parametrize(
    ("configured", "demo", "available", "says"),
    [
        ({"demo_model": True, "gemini": ProviderAccess()}, True, True, "demo model"),
        ({"demo_model": False, "gemini": ProviderAccess(api_key=SecretStr("k"))}, False, True, ""),
        ({"demo_model": False, "gemini": ProviderAccess()}, False, False, "GEMINI_API_KEY"),
    ],
    ids=["demo", "key", "neither"],
)
async def test_a_model_says_who_answers(
    settings: Settings, configured: dict[str, Any], demo: bool, available: bool, says: str
):
    app = create_app(settings.model_copy(update=configured))
    async with AsyncTestClient(app, base_url=ORIGIN) as api:
        first = (await api.get("/api/models")).json()["items"][0]
    assert (first["id"], first["title"]) == (default_model(), "Gemini 3.8 Flash")
    assert (first["demo"], first["available"]) == (demo, available)
    assert says in first["description"]


async def test_the_models_that_are_offered_can_be_set(settings: Settings):
    app = create_app(settings.model_copy(update={"llm_models": " a-1, b/c ,, a-1 "}))
    async with AsyncTestClient(app, base_url=ORIGIN) as api:
        items = (await api.get("/api/models")).json()["items"]
    offered = [(item["id"], item["title"]) for item in items if item["offered"]]
    assert offered == [("a-1", "A 1"), ("b/c", "C")]
    assert [item["offered"] for item in items[:3]] == [True, True, False]
    assert (items[0]["sees"], items[0]["price"]) == ([], None)  # nothing is known of it


async def test_models_say_what_they_take_cost_and_what_became_of_them(settings: Settings):
    key = {"gemini": ProviderAccess(api_key=SecretStr("k")), "demo_model": False}
    for configured, sees in ((key, ["text", "image"]), ({"demo_model": True}, ["text"])):
        app = create_app(settings.model_copy(update=configured))
        async with AsyncTestClient(app, base_url=ORIGIN) as api:
            items = {each["id"]: each for each in (await api.get("/api/models")).json()["items"]}
        lite, gone = items["gemini-3.5-flash-lite"], items["gemini-2.0-flash"]
        assert (lite["sees"], lite["makes"], lite["contextTokens"]) == (sees, ["text"], 1_048_576)
        assert lite["price"]["input"] < lite["price"]["output"]
        assert (lite["price"]["currency"], lite["price"]["until"]) == ("USD", None)
        assert (gone["offered"], gone["retiresAt"]) == (False, "2026-06-01")
        assert gone["replacement"] in items


async def listed(settings: Settings, **changes: object) -> dict[str, Any]:
    """Give the models by their ids, with these settings."""
    nothing = {"demo_model": False, "llm_models": None, "gemini": ProviderAccess()}
    app = create_app(settings.model_copy(update={**nothing, **changes}))
    async with AsyncTestClient(app, base_url=ORIGIN) as api:
        return {each["id"]: each for each in (await api.get("/api/models")).json()["items"]}


async def test_models_of_openai_are_listed_with_its_key(settings: Settings):
    items = await listed(settings, openai=ProviderAccess(api_key=SecretStr("k")))
    sol, old = items["openai/gpt-6.2-sol"], items["openai/gpt-4o"]
    assert (sol["title"], sol["offered"], sol["available"]) == ("GPT 6.2 Sol", True, True)
    assert sol["sees"] == ["text", "image"]
    assert (sol["price"]["input"], sol["price"]["output"]) == (2, 10)
    assert sol["description"] == "Questions of more than 272,000 tokens cost more."
    assert (old["offered"], old["retiresAt"]) == (False, "2027-01-14")
    assert old["replacement"] in items
    assert not any(
        id.startswith("openai/") for id in await listed(settings, openai=ProviderAccess())
    )


async def test_a_service_of_ones_own_has_the_models_that_it_lists(settings: Settings):
    with run_in_thread(OpenaiServer(respond=model_list("llama3.2:3b", "qwen/qwen3@q4"))) as server:
        own = ProviderAccess(base_url=server.url)
        items = await listed(settings, openai=own)
        chosen = await listed(settings, openai=own, llm_models="openai/qwen/qwen3@q4")
    served = [each for id, each in items.items() if id.startswith("openai/")]
    assert [each["id"] for each in served] == ["openai/llama3.2:3b", "openai/qwen/qwen3@q4"]
    assert {(each["offered"], each["available"], each["price"]) for each in served} == {
        (True, True, None)
    }
    assert "not known here" in served[0]["description"]
    assert str(server.port) not in served[0]["description"]  # its address is for the operator
    offered = [id for id, each in chosen.items() if each["offered"]]
    assert offered == ["openai/qwen/qwen3@q4"]
    assert "openai/llama3.2:3b" in chosen


async def test_a_service_on_this_machine_is_offered_with_what_to_set(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    with run_in_thread(OpenaiServer(respond=model_list("llama3.2:3b"))) as server:
        monkeypatch.setattr(services, "LOCAL_SERVICES", (("Ollama", server.url),))
        items = await listed(settings, openai=ProviderAccess())
    llama = items["openai/llama3.2:3b"]
    assert (llama["offered"], llama["available"]) == (True, False)
    assert "Ollama answers on this machine" in llama["description"]
    assert f"OPENAI_BASE_URL to {server.url}" in llama["description"]


@pytest.mark.parametrize(
    ("today", "inputs", "until"),
    [
        (date(2026, 11, 30), [2, 4], date(2026, 11, 30)),
        (date(2026, 12, 1), [4], None),
    ],
)
def test_the_price_of_a_day_is_shown_with_the_one_that_follows(
    today: date, inputs: list[float], until: date | None
):
    prices = model_prices(known_model(split_model("gemini-4-argon")), today)
    assert [price.input for price in prices] == inputs
    assert prices[0].until == until
