"""Addresses of Prefect's pages, for people."""

from schemas.settings import Settings


def prefect_ui_url(settings: Settings) -> str | None:
    """Give the address where people open Prefect, without a slash at its end.

    Prefect shows every user's runs: where several sign in, only an operator who sets
    PREFECT_UI_URL has links to it shown.
    """
    if settings.prefect_ui_url:
        return settings.prefect_ui_url.rstrip("/")
    if settings.prefect_api_url and settings.auth == "local":
        return settings.prefect_api_url.rstrip("/").removesuffix("/api")
    return None
