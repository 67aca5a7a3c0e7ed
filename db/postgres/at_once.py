"""One statement for one user, in one trip to the server, with little work on this side of it.

For what is asked all the time: a session takes four trips, and SQLAlchemy's and psycopg's own
ways of a statement take more of the processor than PostgreSQL does. So this speaks to psycopg's
libpq itself: statements are prepared when a connection first meets them, whatever has to be said
leaves in one piece, and what comes back is read in one wait.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, Final, LiteralString, NamedTuple

import psycopg
from psycopg import generators, pq
from psycopg.abc import Buffer, PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy.ext.asyncio import AsyncEngine

from db.postgres.errors import translate
from db.postgres.lent import lender
from db.postgres.roles import OWNER_SETTING

Rows = list[tuple[Any, ...]]
_Key = tuple[bytes, tuple[int, ...]]
_Known = dict[_Key, bytes]
"""The names of the statements that a connection knows, by their text and the types of their values."""
_PREPARED: Final = "nodeloom_prepared"
"""Where a connection of the pool notes the names of the statements that it knows."""
_NUMBERS: Final = count()
_NAME: Final = re.compile(r"%\((\w+)\)s")
_SET_OWNER: Final = f"select set_config('{OWNER_SETTING}', $1, true)".encode()


async def run_at_once(
    engine: AsyncEngine, owner_id: str, statement: LiteralString, values: Mapping[str, Any]
) -> Rows:
    """Run one statement for a user, in one trip to the server; give its rows.

    The statement and the owner it is about reach the server together and are a transaction of
    their own: it begins with the first of them and ends, committed or not, with the last, and
    so does what it knows of the owner.

    Raises:
        AppError: as `db.postgres.errors` translates what PostgreSQL says.
    """
    try:
        lending = lender(engine.sync_engine)
        lent = await lending.take(engine.sync_engine)
        try:
            known: _Known = lent.info.setdefault(_PREPARED, {})
            asked = (lent.driver, known, owner_id, statement, values)
            try:
                return await _ask(*asked)
            except InvalidSqlStatementName:
                # psycopg forgets everything that is prepared when a transaction is rolled back.
                known.clear()
                return await _ask(*asked)
        finally:
            await lending.put(lent)
    except (psycopg.Error, UnicodeEncodeError) as error:
        raise translate(error) or error from error


async def _ask(
    driver: psycopg.AsyncConnection[Any],
    known: _Known,
    owner_id: str,
    statement: LiteralString,
    values: Mapping[str, Any],
) -> Rows:
    query, names = _numbered(statement)
    adapt = Transformer(driver)
    sent = adapt.dump_sequence(
        [owner_id, *(values[name] for name in names)], [PyFormat.AUTO] * (1 + len(names))
    )
    types, formats = adapt.types or (), adapt.formats or ()
    asked = [
        _Prepared(_SET_OWNER, types[:1], sent[:1], formats[:1]),
        _Prepared(query, types[1:], sent[1:], formats[1:]),
    ]
    answers = await driver.wait(_exchange(driver.pgconn, asked, known))
    adapt.set_pgresult(answers[-1])
    return adapt.load_rows(0, answers[-1].ntuples, tuple)


class _Prepared(NamedTuple):
    """A statement whose plan PostgreSQL keeps, and the values it is run with."""

    query: bytes
    types: Sequence[int]
    values: Sequence[Buffer | None]
    formats: Sequence[pq.Format]


def _exchange(link: PGconn, asked: Sequence[_Prepared], known: _Known) -> PQGen[list[PGresult]]:
    """Send everything in one piece, and collect the result of each statement."""
    link.enter_pipeline_mode()
    made: list[tuple[_Key, bytes] | None] = []
    for each in asked:
        key = (each.query, tuple(each.types))
        name = known.get(key)
        if name is None:
            name = f"nodeloom_{next(_NUMBERS)}".encode()
            link.send_prepare(name, each.query, each.types)
            made.append((key, name))
        link.send_query_prepared(name, each.values, each.formats)
        made.append(None)
    link.pipeline_sync()
    yield from generators.send(link)
    answers: list[PGresult] = []
    while answer := (yield from generators.fetch_many(link)):
        answers += answer
        if answer[0].status == pq.ExecStatus.PIPELINE_SYNC:
            break
    link.exit_pipeline_mode()
    # What is prepared stays prepared, also where the transaction has failed.
    known.update(
        new
        for new, answer in zip(made, answers, strict=False)
        if new and answer.status == pq.ExecStatus.COMMAND_OK
    )
    for answer in answers:
        if answer.status == pq.ExecStatus.FATAL_ERROR:
            raise error_from_result(answer, encoding="utf-8")
    return [answer for new, answer in zip(made, answers, strict=False) if new is None]


@lru_cache
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """Give a statement as the server wants it, and the names of its values in their order."""
    names = tuple(dict.fromkeys(_NAME.findall(statement)))
    numbers = {name: f"${number}" for number, name in enumerate(names, 1)}
    return _NAME.sub(lambda found: numbers[found[1]], statement).encode(), names
