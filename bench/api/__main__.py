"""`make bench-api`: the API on 100,000 workflows and 1,000,000 node executions."""

import argparse
import asyncio
import os
import random
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from bench.api.load import Call, HttpClient, Measured, measure, measure_interleaved
from bench.api.operations import Connection, Operation, operations
from bench.api.rows import NODES, OWNER, count_workflows, load
from chaos.stack.work_folder import work_folder
from db.postgres.engine import driver_url
from db.postgres.migrate import migrate
from db.postgres.roles import OWNER_SETTING, Role
from local.postgres.server import EmbeddedPostgres

COLUMNS = f"{'':17}|{'API, 1 client':^26}|{'psycopg, 1 client':^26}|{'8 clients, per s':^20}|"
HEADS = f"{'ms':17}|{'median':>8}{'p99':>8}{'per s':>9} |{'median':>8}{'p99':>8}{'per s':>9} |"


async def main() -> None:
    """Load the database, start the API, measure, print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--workflows", type=int, default=100_000)
    options.add_argument("--seconds", type=float, default=5, help="for each measurement")
    options.add_argument("--clients", type=int, default=8)
    options.add_argument("--home", type=Path, help="where to keep the database for another time")
    options.add_argument("--only", default="", help="operations with this in their name alone")
    chosen = options.parse_args()
    with work_folder("bench") as folder:
        home: Path = chosen.home or folder / "home"
        with EmbeddedPostgres(home) as server:
            url = server.url("nodeloom")
            prepare(url, chosen.workflows)
            async with serving(url, home) as address:
                await compare(url, address, chosen)


def prepare(url: str, workflows: int) -> None:
    """Fill the database, unless it was kept from another time."""
    migrate(url)
    if count_workflows(url) < workflows:
        print(f"Loading {workflows:,} workflows and {workflows * NODES:,} node executions …")
        load(url, workflows)


@asynccontextmanager
async def serving(url: str, home: Path) -> AsyncGenerator[str]:
    """Run `nodeloom api`, as in production; gives its address."""
    command = [str(Path(sys.executable).with_name("nodeloom")), "api", "--port", "0"]
    unlimited = {"NODELOOM_RATE_REQUESTS": "0", "NODELOOM_RATE_RUNS": "0"}
    environment = os.environ | unlimited | {"DATABASE_URL": url, "NODELOOM_HOME": str(home)}
    with (home / "api.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=log
        )
    assert process.stdout is not None
    try:
        async for line in process.stdout:
            if line.startswith(b"api ready "):
                yield line.split()[-1].decode()
                return
        raise RuntimeError("the API did not start")
    finally:
        process.terminate()
        await process.wait()


async def compare(url: str, address: str, chosen: argparse.Namespace) -> None:
    """Measure each operation both ways, one client at a time and several at once."""
    print(COLUMNS, HEADS + f"{'API':>8}{'psycopg':>10}  | median / median", sep="\n", flush=True)
    async with AsyncExitStack() as stack:
        address_parts = urlsplit(address)
        assert address_parts.hostname
        assert address_parts.port
        http_clients = [
            await stack.enter_async_context(HttpClient(address_parts.hostname, address_parts.port))
            for _ in range(chosen.clients)
        ]
        direct = [
            await stack.enter_async_context(await connect(url)) for _ in range(chosen.clients)
        ]
        for operation in operations(url):
            if chosen.only in operation.name:
                over_http = [
                    _http_call(operation, client, chosen.workflows) for client in http_clients
                ]
                direct_calls = [_direct_call(operation, each, chosen.workflows) for each in direct]
                await report(operation, over_http, direct_calls, chosen.seconds)


async def connect(url: str) -> Connection:
    """Connect as the API does: in its role, on behalf of one user."""
    options = f"-c role={Role.APP} -c {OWNER_SETTING}={OWNER}"
    return await psycopg.AsyncConnection.connect(driver_url(url), autocommit=True, options=options)


def _http_call(operation: Operation, client: HttpClient, workflows: int) -> Call:
    async def call() -> None:
        await client.make_request(operation.make_request(_random_workflow(workflows)))

    return call


def _direct_call(operation: Operation, connection: Connection, workflows: int) -> Call:
    async def call() -> None:
        await operation.direct(connection, _random_workflow(workflows))

    return call


def _random_workflow(workflows: int) -> int:
    """Give one of the owner's workflows: each fifth is theirs."""
    return 5 * random.randint(1, workflows // 5)


async def report(
    operation: Operation, over_http: list[Call], direct_calls: list[Call], seconds: float
) -> None:
    """Measure one operation and print its line."""
    api, direct = await measure_interleaved([over_http[0], direct_calls[0]], 2 * seconds)
    concurrent, concurrent_direct = (
        await measure(over_http, seconds),
        await measure(direct_calls, seconds),
    )
    print(
        f"{operation.name:17}|{_format(api)} |{_format(direct)} |"
        f"{concurrent.per_second:8.0f}{concurrent_direct.per_second:10.0f}  |{api.median / direct.median:8.2f}",
        flush=True,
    )


def _format(measured: Measured) -> str:
    return f"{measured.median:8.2f}{measured.p99:8.2f}{measured.per_second:9.0f}"


if __name__ == "__main__":
    asyncio.run(main())
