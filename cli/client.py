"""A client of our own HTTP API, for the commands that need a running Nodeloom."""

import json
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import httpx
from httpx_sse import connect_sse
from pydantic import JsonValue, SecretStr, TypeAdapter

from local.running import find_instance
from schemas.errors import AppError, InvalidGraphError, UnavailableError
from schemas.problem import Problem
from schemas.settings import Settings
from schemas.wire.run import NodeExecutionRead, NodeStatus, Reuse, RunRead, RunStatus
from schemas.wire.version import GraphRead
from schemas.wire.workflow import ImportRead

Json = dict[str, JsonValue]
_problems: Final = TypeAdapter(list[Problem])
_TIMEOUT: Final = httpx.Timeout(60, connect=5)
_MAX_RECONNECTIONS: Final = 20
_READ_TIMEOUT_SECONDS: Final = 40
"""A live stream says something every 15 s."""


def find_api_url(settings: Settings) -> str | None:
    """Give the address to talk to: as configured, else of what `up` runs; None: nothing runs."""
    if settings.api_url:
        return settings.api_url.rstrip("/")
    running = find_instance(settings.home_folder)
    return running["api"] if running else None


def require_api_url(settings: Settings) -> str:
    """Give the address to talk to. Raises UnavailableError `not_running`."""
    address = find_api_url(settings)
    if address is None:
        raise UnavailableError(
            "not_running",
            f"No Nodeloom is running in {settings.home_folder}: start it with `nodeloom up`, or"
            " give the address of another one with --api.",
        )
    return address


class ApiClient:
    """The API's calls; every refusal of the server's is raised as an AppError."""

    def __init__(self, address: str, key: SecretStr | None = None) -> None:
        """Take the address of the API, such as `http://127.0.0.1:8000`, and an API key."""
        self.address = address
        headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
        self._http = httpx.Client(
            base_url=address, timeout=_TIMEOUT, trust_env=False, headers=headers
        )

    def __enter__(self) -> Self:
        """Do nothing."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self._http.close()

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Make a call. Raises AppError where the server refuses or does not answer."""
        try:
            response = self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise self._unavailable(error) from error
        if response.is_error:
            raise _to_error(response)
        return response

    def upload(self, file: Path) -> str:
        """Upload a picture or video; give its asset id."""
        try:
            with file.open("rb") as stream:
                response = self.call("POST", "/api/assets", files={"file": (file.name, stream)})
        except AppError as error:
            raise type(error)(error.code, f"{file}: {error.message}") from error
        return response.json()["id"]

    def create_workflow(self, document: Json) -> int:
        """Store a new workflow; give its id."""
        return self.call("POST", "/api/workflows", **_json_body(document)).json()["id"]

    def import_workflow(self, document: Json) -> ImportRead:
        """Store a file's graph as a new workflow; give what was made of it."""
        response = self.call("POST", "/api/workflows/import", **_json_body(document))
        return ImportRead.model_validate(response.json())

    def export_workflow(self, id: int, *, assets: bool) -> str:
        """Give a workflow as the text of a file, with its pictures and videos if wanted."""
        answer = self.call(
            "GET", f"/api/workflows/{id}/export", params={"assets": str(assets).lower()}
        )
        return answer.text

    def read_workflow(self, id: int) -> Json:
        """Give a stored workflow."""
        return self.call("GET", f"/api/workflows/{id}").json()

    def read_version(self, workflow_id: int, revision: int) -> GraphRead:
        """Give the graph of a revision."""
        answer = self.call("GET", f"/api/workflows/{workflow_id}/versions/{revision}")
        return GraphRead.model_validate_json(answer.content)

    def start_run(
        self, workflow_id: int, key: str, reuse: Reuse, inputs: Mapping[str, JsonValue]
    ) -> RunRead:
        """Start a run of the whole graph; the same key again starts no second one."""
        response = self.call(
            "POST",
            f"/api/workflows/{workflow_id}/runs",
            json={"scope": {"kind": "all"}, "reuse": reuse, "inputs": dict(inputs)},
            headers={"Idempotency-Key": key},
        )
        return RunRead.model_validate(response.json())

    def read_run(self, id: str) -> RunRead:
        """Give a run with its nodes, and all that these gave, however long."""
        run = RunRead.model_validate(self.call("GET", f"/api/runs/{id}").json())
        nodes = [self._read_whole(run, node) for node in run.node_executions]
        return run.model_copy(update={"node_executions": nodes})

    def _read_whole(self, run: RunRead, node: NodeExecutionRead) -> NodeExecutionRead:
        """Read a node by itself whose output was too long to come with the run."""
        if node.status is not NodeStatus.COMPLETED or node.output or node.outputs:
            return node
        path = f"/api/runs/{run.id}/nodes/{quote(node.node_id, safe='')}"
        return NodeExecutionRead.model_validate(self.call("GET", path).json())

    def events(self, run_id: str) -> Iterator[tuple[str, Json]]:
        """Give (`run`, `node` or `token`, data) as things happen, until the run has ended.

        A connection that is lost is taken up again where it ended.
        """
        stream = _EventStream(self._http, run_id)
        while not stream.ended:
            try:
                yield from stream.read()
            except httpx.HTTPError as error:
                stream.failures += 1
                if stream.failures > _MAX_RECONNECTIONS:
                    raise self._unavailable(error) from error
                time.sleep(min(2.0, 0.1 * 2**stream.failures))

    def _unavailable(self, error: httpx.HTTPError) -> UnavailableError:
        reason = str(error) or type(error).__name__
        return UnavailableError(
            "api_unavailable",
            f"The Nodeloom at {self.address} does not answer ({reason}): see whether it still runs,"
            " or start it with `nodeloom up`.",
        )


class _EventStream:
    """The events of a run; `read` again after a broken connection goes on where it ended."""

    def __init__(self, http: httpx.Client, run_id: str) -> None:
        self._http = http
        self._path = f"/api/runs/{run_id}/events"
        self._last_event_id = ""
        self.ended = False
        self.failures = 0

    def read(self) -> Iterator[tuple[str, Json]]:
        headers = {"Last-Event-ID": self._last_event_id} if self._last_event_id else {}
        with connect_sse(
            self._http, "GET", self._path, headers=headers, timeout=_READ_TIMEOUT_SECONDS
        ) as source:
            if source.response.is_error:
                source.response.read()
                raise _to_error(source.response)
            self.ended = source.response.status_code == HTTPStatus.NO_CONTENT
            for event in () if self.ended else source.iter_sse():
                if not event.data:  # how long to wait before coming back
                    continue
                self._last_event_id, self.failures = event.id or self._last_event_id, 0
                data: Json = event.json()
                self.ended = event.event == "run" and RunStatus(str(data["status"])).terminal
                yield event.event, data
        if not self.ended:  # the server is stopping: another will take over
            raise httpx.RemoteProtocolError("the stream ended before the run did")


def _json_body(document: Json) -> dict[str, Any]:
    """Write a document that may hold what is no JSON, such as NaN: the server says where."""
    body = json.dumps(document).encode()
    return {"content": body, "headers": {"Content-Type": "application/json"}}


def _to_error(response: httpx.Response) -> AppError:
    try:
        body = response.json()
        code, detail = str(body["code"]), str(body["detail"])
        problems = _problems.validate_python(body.get("problems") or [])
    except (ValueError, KeyError, TypeError, AttributeError):
        return AppError(
            "unexpected_answer",
            f"{response.url} answered {response.status_code}, and not as Nodeloom does: is the"
            " address right?",
        )
    return InvalidGraphError(problems, detail, code) if problems else AppError(code, detail)
