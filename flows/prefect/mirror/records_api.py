"""The route of our Prefect server that takes records of runs; see `flows.prefect.server`."""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.exceptions import PrefectHTTPStatusError

from flows.prefect.records.snapshot import (
    ARTIFACTS_PATH,
    RECORDS_PATH,
    ArtifactBatch,
    ArtifactRecord,
    RecordResults,
    Result,
    RunRecord,
)

BATCH_BYTES: Final = 4_000_000
BATCH_RECORDS: Final = 100
SUPPORT_TTL_SECONDS: Final = 60.0
"""So long it is believed that a server has the route, or has not."""
_PATH: Final[Any] = RECORDS_PATH  # Prefect's client names the routes that it knows
_ARTIFACTS_PATH: Final[Any] = ARTIFACTS_PATH
_JSON: Final = {"Content-Type": "application/json"}
_NOT_THERE: Final = (404, 405)
_REFUSED: Final = (400, 413, 422, 500)


class RecordRefusedError(Exception):
    """The server does not take a batch, whatever of it is wrong."""


class RecordsApi:
    """Prefect's server as the recorder needs it."""

    def __init__(self, client: PrefectClient) -> None:
        """Call this server."""
        self.client = client
        self._supported = False
        self._asked_at = float("-inf")

    async def is_supported(self) -> bool:
        """Whether the server takes records; another one than ours does not.

        Raises:
            Exception: it does not answer.
        """
        if time.monotonic() - self._asked_at > SUPPORT_TTL_SECONDS:
            try:
                await self.client.request("POST", _PATH, content=b"")
            except PrefectHTTPStatusError as error:
                status = error.response.status_code
                if status not in (*_NOT_THERE, *_REFUSED):
                    raise
                self._supported = status in _REFUSED
            self._asked_at = time.monotonic()
        return self._supported

    async def write(self, records: Sequence[RunRecord]) -> dict[UUID, Result]:
        """Have records written, in as few calls as may be; give what became of each.

        Raises:
            RecordRefusedError: a batch was not taken.
            Exception: the server does not answer.
        """
        found: dict[UUID, Result] = {}
        for batch in _batches(each.model_dump_json() for each in records):
            body = f'{{"runs":[{",".join(batch)}]}}'.encode()
            try:
                response = await self.client.request("POST", _PATH, content=body, headers=_JSON)
            except PrefectHTTPStatusError as error:
                if error.response.status_code in _REFUSED:
                    raise RecordRefusedError(error.response.text[:1_000]) from error
                raise
            found |= RecordResults.model_validate_json(response.content).results
        return found

    async def write_artifacts(self, flow_run_id: UUID, artifacts: list[ArtifactRecord]) -> bool:
        """Have the artifacts of a flow run written in one call; False: the server has no route for it.

        Raises:
            Exception: the server does not answer, or refuses them.
        """
        if not await self.is_supported():
            return False
        batch = ArtifactBatch(flow_run_id=flow_run_id, artifacts=artifacts)
        await self.client.request(
            "POST", _ARTIFACTS_PATH, content=batch.model_dump_json(), headers=_JSON
        )
        return True


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (size + len(text) > BATCH_BYTES or len(batch) == BATCH_RECORDS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch
