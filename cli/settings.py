"""The settings of a command: the environment, and over it what was given as options."""

from pathlib import Path

from pydantic import ValidationError

from schemas.errors import InvalidInputError
from schemas.settings import Settings


def read_settings(
    *,
    home: Path | None = None,
    host: str | None = None,
    port: int | None = None,
    api: str | None = None,
) -> Settings:
    """Read the environment; options that were given win.

    Raises:
        InvalidInputError: a variable has a value that cannot be right.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        raise InvalidInputError("invalid_settings", _describe_errors(error)) from error
    if port is not None and not 0 <= port <= 65_535:
        raise InvalidInputError("invalid_settings", f"--port {port}: a port is from 0 to 65535.")
    given = {"home": home, "host": host, "port": port, "api_url": api}
    changes = {name: value for name, value in given.items() if value is not None}
    return settings.model_copy(update=changes)


def _describe_errors(error: ValidationError) -> str:
    from api.http.request_errors import describe_error  # where an environment is wrong only

    messages = (
        f"{'.'.join(str(step) for step in each['loc'])} {describe_error(each)}"
        for each in error.errors(include_url=False, include_input=False)
    )
    return f"An environment variable cannot be used. {'; '.join(messages)}."
