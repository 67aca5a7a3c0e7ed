"""OpenAI, and every service that speaks its chat API: Ollama, LM Studio, vLLM, OpenRouter and others."""

from typing import Final

from schemas.settings import Settings
from tasks.providers.base import ProviderType, RequestLimits
from tasks.providers.openai.client import OpenaiClient
from tasks.providers.openai.errors import ERRORS
from tasks.providers.openai.models import MODELS
from tasks.providers.openai.services import find_services


def _open(settings: Settings) -> OpenaiClient:
    return OpenaiClient(settings.openai, ERRORS)


PROVIDER: Final = ProviderType(
    id="openai",
    title="OpenAI",
    access=lambda settings: settings.openai,
    errors=ERRORS,
    models=MODELS,
    tokens_per_image=1_100,
    # It takes far more; a server of one's own holds each request whole, with a third more for base64.
    limits=RequestLimits(max_images=64, max_image_bytes=30_000_000),
    open=_open,
    needs_key=False,  # those on this machine ask for none
    find_services=find_services,
)
