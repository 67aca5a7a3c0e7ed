"""`make machines`: executors that share a database and a bucket, and nothing else.

Each has its own home folder with its own cache, as on a machine of its own. Printed are the runs a
second of one, two and three of them; then one of three is killed in the middle of many runs, and
none may be lost.
"""

import argparse
import hashlib
import io
import random
import sys
import time
from base64 import b64encode
from pathlib import Path
from typing import Any, Final

import psycopg
from PIL import Image

from chaos.stack.chaos_stack import ChaosStack
from chaos.stack.client import LoadClient
from chaos.stack.open_runs import count_open, wait_for_ends
from chaos.stack.provider import serve_provider
from chaos.stack.s3_server import S3Server, s3_server
from chaos.stack.work_folder import work_folder
from local.machine.home import prepare_home
from local.machine.process import ChildProcess, start_process, wait_until

_STATUS_COUNTS: Final = "select status, count(*) from workflow_runs group by status"
_ASSET_HASHES: Final = "select distinct sha256 from assets"
_COUNT_RECOVERED: Final = "select count(*) from workflow_runs where epoch > 1"
_WAIT_SECONDS: Final = 300.0
RUNS_OF_ONE: Final = 10
"""So many runs of each workflow: they make the same bytes at the same time on several machines."""


class Machines(ChaosStack):
    """Executors with a home folder each; `scale_to` says how many run."""

    def start_executor(self, number: int) -> ChildProcess:
        """Start an executor on a machine of its own."""
        home = self.home.parent / f"machine-{number}"
        prepare_home(home)
        environment = self._make_environment() | {"NODELOOM_HOME": str(home)}
        program = str(Path(sys.executable).with_name("nodeloom"))
        log = home / "logs" / "worker.log"
        log.parent.mkdir(exist_ok=True)
        return start_process("worker", [program, "worker"], log=log, env=environment, cwd=home)

    def scale_to(self, run_count: int) -> None:
        """Have so many executors."""
        for part in self.executors[run_count:]:
            part.stop()
        del self.executors[run_count:]
        while len(self.executors) < run_count:
            part = self.start_executor(len(self.executors))
            if not wait_until(lambda part=part: "worker ready" in part.output(), part, 120):
                raise RuntimeError(part.output()[-2000:])
            self.executors.append(part)


def graph() -> dict[str, Any]:
    """Give a picture of its own, cut in two, one half made smaller: three new pictures a run."""
    file = io.BytesIO()
    Image.frombytes("RGB", (160, 120), random.randbytes(160 * 120 * 3)).save(file, "PNG")
    source = {
        "kind": "base64",
        "mediaType": "image/png",
        "data": b64encode(file.getvalue()).decode(),
    }
    left = {"xPercent": 0, "yPercent": 0, "widthPercent": 50, "heightPercent": 100}
    nodes = {
        "photo": ("image", {"source": source}),
        "left": ("crop", left),
        "right": ("crop", left | {"xPercent": 50}),
        "small": ("resize", {"width": 40, "height": 40, "fit": "contain"}),
    }
    edges = [("photo", "left"), ("photo", "right"), ("left", "small")]
    return {
        "name": "Machines",
        "nodes": [
            {"id": id, "type": type, "position": {"x": 0, "y": 0}, "data": data}
            for id, (type, data) in nodes.items()
        ],
        "edges": [
            {
                "id": f"{source}-{target}",
                "source": source,
                "sourceHandle": "output",
                "target": target,
                "targetHandle": "image",
            }
            for source, target in edges
        ],
    }


def main() -> int:
    """Do it all; 1 when a run was lost or a picture is missing."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=200, help="while one is killed")
    options.add_argument("--each", type=int, default=60, help="for each figure")
    arguments = options.parse_args()
    with (
        work_folder("machines") as folder,
        serve_provider((0.1, 0.1)) as provider,
        s3_server(folder) as server,
    ):
        settings = {"NODELOOM_ASSETS": server.url, **server.environment}
        stack = Machines(folder / "home", provider.url, settings)
        try:
            stack.start()
            return _measure(stack, server, arguments.each, arguments.runs)
        finally:
            stack.stop()


def _measure(stack: Machines, server: S3Server, each: int, runs: int) -> int:
    client = LoadClient(stack.api_url)
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        for run_count in (1, 2, 3):
            stack.scale_to(run_count)
            seconds = _batch(client, connection, each)
            print(f"{run_count} executor(s): {each} runs of 4 nodes in {seconds:.1f} s,", end=" ")
            print(f"{each / seconds:.1f} runs/s", flush=True)
        workflows = [client.create_workflow(graph()) for _ in range(runs // RUNS_OF_ONE)]
        sent = [client.start_all(workflow, RUNS_OF_ONE, 0) for workflow in workflows]
        while len(client.acknowledged) < 3 * each + runs // 2:
            time.sleep(0.05)
        stack.executors[2].process.kill()
        print(f"killed one of 3 with {count_open(connection)} runs open", flush=True)
        for done in sent:
            done.result(120)
        _wait(connection)
        ended = dict(connection.execute(_STATUS_COUNTS).fetchall())
        hashes = [name for (name,) in connection.execute(_ASSET_HASHES)]
        (recovered,) = connection.execute(_COUNT_RECOVERED).fetchone() or (0,)
    damaged = [name for name in hashes if not _is_intact(server, name)]
    print(
        f"ended: {ended}; acknowledged {len(client.acknowledged)}; taken over {recovered};", end=" "
    )
    print(f"pictures {len(hashes)}, missing or damaged in the bucket {len(damaged)}")
    passed = (
        ended == {"COMPLETED": len(client.acknowledged)} and not damaged and not client.violations
    )
    print("no run was lost" if passed else "A RUN OR A PICTURE WAS LOST")
    return 0 if passed else 1


def _batch(client: LoadClient, connection: psycopg.Connection, run_count: int) -> float:
    workflows = [client.create_workflow(graph()) for _ in range(run_count)]
    started_at = time.monotonic()
    for done in [client.start_all(workflow, 1, 0) for workflow in workflows]:
        done.result(120)
    _wait(connection)
    return time.monotonic() - started_at


def _wait(connection: psycopg.Connection) -> None:
    if not wait_for_ends(connection, _WAIT_SECONDS):
        raise RuntimeError(f"runs are open after {_WAIT_SECONDS:.0f} s")


def _is_intact(server: S3Server, sha256: str) -> bool:
    file = server.objects / sha256[:2] / sha256
    return file.exists() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256


if __name__ == "__main__":
    sys.exit(main())
