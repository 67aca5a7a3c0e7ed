"""Where flows meet the database: credentials in prefect-sqlalchemy's form, engine on psycopg 3.

The asynchronous connector of prefect-sqlalchemy refuses psycopg, and its cached cursors give
a row only once; so its components hold the credentials and the engine is made from them.
They are never saved in Prefect: a run must not need the Prefect server to reach the database.
"""

from prefect_sqlalchemy import ConnectionComponents
from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import make_engine, sqlalchemy_url
from flows.lease import LEASE_SECONDS
from schemas.errors import UnavailableError
from schemas.settings import Settings


def credentials(settings: Settings) -> ConnectionComponents:
    """Give the application database's credentials.

    Raises:
        UnavailableError: `DATABASE_URL` is not set.
    """
    url = make_url(sqlalchemy_url(required_database_url(settings)))
    return ConnectionComponents(
        driver=url.drivername,
        database=url.database,
        username=url.username,
        password=SecretStr(url.password) if url.password else None,
        host=url.host,
        port=url.port,
        query={key: str(value) for key, value in url.query.items()},
    )


def required_database_url(settings: Settings) -> str:
    """Give `DATABASE_URL`. Raises UnavailableError where it is not set."""
    if settings.database_url is None:
        raise UnavailableError(
            "database_not_configured",
            "DATABASE_URL is not set: set it to postgresql://user:password@host:port/name,"
            " or use `nodeloom up`, which brings its own PostgreSQL.",
        )
    return settings.database_url.get_secret_value()


def open_engine(settings: Settings) -> AsyncEngine:
    """Make the engine of an executor. Raises UnavailableError without `DATABASE_URL`."""
    url = credentials(settings).create_url()
    return make_engine(
        url.render_as_string(hide_password=False),
        application_name="nodeloom-worker",
        # An executor that is stopped inside a transaction must not keep the locks on its runs
        # for longer than the leases.
        idle_timeout=LEASE_SECONDS,
    )
