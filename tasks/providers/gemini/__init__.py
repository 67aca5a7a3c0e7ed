"""Google's Gemini, through its own SDK; the built-in demo model speaks its protocol, too."""

from typing import Final

from schemas.settings import Settings
from tasks.providers.base import ProviderType, RequestLimits
from tasks.providers.errors import ProviderErrors
from tasks.providers.gemini.client import Gemini
from tasks.providers.gemini.models import MODELS

ERRORS: Final = ProviderErrors("Gemini", "GEMINI_API_KEY", "GEMINI_BASE_URL")


def _open(settings: Settings) -> Gemini:
    return Gemini(settings.gemini, ERRORS, demo=settings.demo_model)


PROVIDER: Final = ProviderType(
    id="google",
    title="Gemini",
    access=lambda settings: settings.gemini,
    errors=ERRORS,
    models=MODELS,
    tokens_per_image=1_120,
    # It takes 20 MB, and base64 adds a third.
    limits=RequestLimits(max_images=64, max_image_bytes=15_000_000),
    open=_open,
)
