"""A raw connection, for what PostgreSQL itself must refuse whoever asks."""

from collections.abc import Callable, Iterator

import psycopg
import pytest

Refused = Callable[..., str | None]


@pytest.fixture
def raw(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def refused(raw: psycopg.Connection) -> Refused:
    """Tries statements in one transaction and gives the SQLSTATE, None if all were taken."""

    def attempt(*statements: str, **values: object) -> str | None:
        try:
            with raw.transaction():
                for statement in statements:
                    raw.execute(statement.encode(), values)
                raw.execute("set constraints all immediate")
        except psycopg.Error as error:
            return error.sqlstate
        return None

    return attempt
