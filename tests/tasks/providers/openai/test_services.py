"""Which models a service has, and whether one answers on this machine."""

import asyncio
import time

import pytest
from pydantic import SecretStr

from schemas.settings import ProviderAccess, Settings
from support.servers import openai_server as provider
from support.servers.openai_server import OpenaiServer
from support.servers.web_server import Respond, answer, hang
from tasks.providers.openai import services
from tasks.providers.openai.services import MAX_MODELS, find_services
from tasks.providers.registry import is_configured, offered_models, provider_types


def settings(**access: object) -> Settings:
    openai = ProviderAccess(**access)  # pyright: ignore[reportArgumentType]
    changes = {"openai": openai, "gemini": ProviderAccess(), "llm_models": None, "auth": "local"}
    return Settings().model_copy(update=changes)


async def test_a_service_at_a_set_address_is_asked_with_the_key(server: OpenaiServer) -> None:
    server.respond = provider.model_list("llama3.2:3b", "qwen/qwen3-8b@q4", "llama3.2:3b")
    set_here = settings(base_url=server.url, api_key=SecretStr("k"))
    (found,) = await find_services(set_here)
    assert found.models == ("llama3.2:3b", "qwen/qwen3-8b@q4")
    assert server.asked[0].path == "/v1/models"
    assert server.asked[0].headers["authorization"] == "Bearer k"
    offered = [model for model in offered_models(set_here) if model.provider == "openai"]
    assert offered == []  # OpenAI's own are not there


async def test_one_on_this_machine_is_found_only_where_nothing_is_set(
    server: OpenaiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = ("LM Studio", "http://127.0.0.1:9/v1")
    monkeypatch.setattr(services, "LOCAL_SERVICES", (("Ollama", server.url), nobody))
    server.respond = provider.model_list("llama3.2:3b")
    found = await find_services(settings())
    assert [(each.title, each.models) for each in found] == [("Ollama", ("llama3.2:3b",))]
    assert "authorization" not in server.asked[0].headers

    assert await find_services(settings(api_key=SecretStr("k"))) == ()
    many_users = settings().model_copy(update={"auth": "clerk"})
    assert await find_services(many_users) == ()
    assert len(server.asked) == 1


def test_an_address_alone_is_enough() -> None:
    openai = provider_types()["openai"]
    assert not is_configured(openai, settings())
    assert is_configured(openai, settings(base_url="http://127.0.0.1:11434"))
    assert is_configured(openai, settings(api_key=SecretStr("k")))
    assert "gpt-6.2-sol" in [each.name for each in offered_models(settings(api_key=SecretStr("k")))]


@pytest.mark.parametrize(
    "respond",
    [
        answer(500),
        answer(302, b"", {"location": "http://127.0.0.1:9/"}),
        answer(200, b"<html>It works!</html>"),
        answer(200, b"[]"),
        answer(200, b'{"data": [{"name": "no id"}]}'),
        answer(200, b'{"data": 5}'),
        answer(200, b"\xff\xfe"),
        answer(200, b'{"data": [' + b" " * 5_000_000 + b"]}"),
    ],
    ids=["broken", "elsewhere", "a page", "a list", "no ids", "a number", "no text", "too long"],
)
async def test_who_answers_otherwise_is_no_service(server: OpenaiServer, respond: Respond) -> None:
    server.respond = respond
    assert await find_services(settings(base_url=server.url)) == ()


async def test_names_that_no_node_can_have_are_left_out_and_the_list_has_an_end(
    server: OpenaiServer,
) -> None:
    names = ["a b", "", "x" * 121, "<script>", *(f"m{i}" for i in range(MAX_MODELS + 5))]
    server.respond = provider.model_list(*names)
    (found,) = await find_services(settings(base_url=server.url))
    assert (found.models[0], len(found.models)) == ("m0", MAX_MODELS)


async def test_a_service_without_models_is_one(server: OpenaiServer) -> None:
    """Ollama before the first model was fetched."""
    server.respond = answer(200, b'{"object": "list", "data": null}')
    (found,) = await find_services(settings(base_url=server.url))
    assert found.models == ()


async def test_a_silent_service_is_not_waited_for(
    server: OpenaiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "OWN_SECONDS", 0.2)
    server.respond = hang
    began = time.monotonic()
    assert await asyncio.wait_for(find_services(settings(base_url=server.url)), 60) == ()
    assert time.monotonic() - began >= 0.15
