"""The database as a Prefect deployment sees it: credentials in prefect-sqlalchemy's form.

A flow run on somebody else's work pool takes the address from `DATABASE_URL` or, where that is
not set, from the SQLAlchemy block named `nodeloom` that an operator may have saved in Prefect.
The asynchronous connector of prefect-sqlalchemy refuses psycopg, and its cached cursors give a
row only once; so its components hold the credentials and the engine is made from them.
"""

from typing import Final

from prefect_sqlalchemy import ConnectionComponents, SqlAlchemyConnector
from pydantic import SecretStr
from sqlalchemy.engine import URL, make_url

from db.postgres.engine import sqlalchemy_url
from schemas.errors import UnavailableError
from schemas.settings import Settings

DATABASE_BLOCK: Final = "nodeloom"


async def database_url(settings: Settings) -> str:
    """Give the address of the database.

    Raises:
        UnavailableError: neither `DATABASE_URL` nor the block is there.
    """
    if settings.database_url is not None:
        return _render_url(to_components(settings.required_database_url).create_url())
    try:
        block = await SqlAlchemyConnector.aload(DATABASE_BLOCK)
    except ValueError as error:
        raise UnavailableError(
            "database_not_configured",
            f"DATABASE_URL is not set, and Prefect has no SQLAlchemy block named {DATABASE_BLOCK}: set the"
            " one or save the other.",
        ) from error
    info = block.connection_info
    return info if isinstance(info, str) else _render_url(info.create_url())


def to_components(url: str) -> ConnectionComponents:
    """Give an address in prefect-sqlalchemy's form, with psycopg 3 as its driver."""
    parts = make_url(sqlalchemy_url(url))
    return ConnectionComponents(
        driver=parts.drivername,
        database=parts.database,
        username=parts.username,
        password=SecretStr(parts.password) if parts.password else None,
        host=parts.host,
        port=parts.port,
        query={key: str(value) for key, value in parts.query.items()},
    )


def _render_url(url: URL) -> str:
    return url.render_as_string(hide_password=False)
