"""The tag by which the flow runs of this installation are told from those of others on the same Prefect."""

from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncEngine

from db.schedule_ticks import installation_id
from flows.engine.runtime import Runtime
from flows.prefect.names import installation_tag

_known: Final = WeakKeyDictionary[AsyncEngine, str]()


async def get_installation_tag(runtime: Runtime) -> str:
    """Give the tag; it is read once, as it never changes.

    Raises:
        OUTAGE_ERRORS: the database does not answer.
    """
    if runtime.engine not in _known:
        id = await runtime.run_in_transaction(installation_id)
        _known[runtime.engine] = installation_tag(id)
    return _known[runtime.engine]
