"""Two of Prefect's servers on one database and one Redis, and two workers, each with its own server."""

import os
import shutil
import signal
from dataclasses import dataclass, field
from typing import Final

from chaos.stack.chaos_stack import ChaosStack
from local.machine.health import is_healthy
from local.machine.ports import find_free_port
from local.machine.process import ChildProcess, start_process
from local.prefect.server import start_prefect

REDIS: Final = shutil.which("redis-server") or shutil.which("valkey-server")


@dataclass
class ServerPair(ChaosStack):
    """`ChaosStack` with a second server of Prefect's; worker 0 talks to the first, worker 1 to the second."""

    count: int = 1
    services: tuple[bool, bool] = (True, True)
    """Which of the two servers records; one that does not only takes and shows."""
    servers: dict[int, ChildProcess] = field(default_factory=dict[int, ChildProcess])

    def start(self) -> None:
        """Start Redis, the first server and everything else, then the second server and its worker.

        The first makes the tables; two that make them at the same time would be in each other's way.
        """
        self._redis_port, self._second_port = find_free_port(), find_free_port()
        (self.home / "logs").mkdir(parents=True, exist_ok=True)
        self.redis = self.start_redis()
        super().start()
        self.servers[0] = self.prefect
        self.servers[1] = self.start_server(1)
        self.wait_for_server(1)
        url = self.server_url(1)
        second = self.start_program("recorder", self.log("recorder-1"), PREFECT_API_URL=url)
        self.recorders.append(second)
        worker = self.start_executor(1)
        self.executors.append(worker)
        self.wait_for(worker, lambda: "worker ready" in worker.output())

    def stop(self) -> None:
        """Stop everything."""
        super().stop()
        for part in [*self.servers.values(), self.redis]:
            part.stop()

    def start_redis(self) -> ChildProcess:
        """Start Redis, which writes each change to disk within a second."""
        assert REDIS is not None
        folder = self.home / "redis"
        folder.mkdir(exist_ok=True)
        command = [REDIS, "--port", str(self._redis_port), "--bind", "127.0.0.1", "--dir", folder]
        return start_process("redis", [*command, "--appendonly", "yes"], log=self.log("redis"))

    def start_prefect(self) -> ChildProcess:
        """Start the first server."""
        return self.start_server(0)

    def start_server(self, number: int) -> ChildProcess:
        """Start one of the servers; it is ready some seconds later."""
        redis = {"PREFECT_REDIS_MESSAGING_URL": f"redis://127.0.0.1:{self._redis_port}/0"}
        return start_prefect(
            self.home,
            self._port(number),
            self.postgres.url("prefect"),
            self.log(f"prefect-{number}"),
            os.environ | redis,
            services=self.services[number],
        )

    def restart_server(self, number: int) -> None:
        """Start a server that was killed, and wait until it answers."""
        self.servers[number] = self.start_server(number)
        self.wait_for_server(number)

    def kill_server(self, number: int) -> None:
        """Kill a server as the kernel would, without a chance to say goodbye."""
        self._kill(self.servers[number])

    def restart_redis(self) -> None:
        """Kill Redis and start it again."""
        self._kill(self.redis)
        self.redis = self.start_redis()

    def wait_for_server(self, number: int) -> None:
        """Wait until a server answers."""
        self.wait_for(self.servers[number], lambda: is_healthy(f"{self.server_url(number)}/health"))

    def server_url(self, number: int) -> str:
        """Give the address of a server's API."""
        return f"http://127.0.0.1:{self._port(number)}/api"

    def start_executor(self, number: int) -> ChildProcess:
        """Start a worker that talks to the server of its number."""
        log = self.log(f"worker-{number}")
        return self.start_program("worker", log, PREFECT_API_URL=self.server_url(number))

    def _port(self, number: int) -> int:
        return (self.prefect_port, self._second_port)[number]

    @staticmethod
    def _kill(part: ChildProcess) -> None:
        os.kill(part.pid, signal.SIGKILL)
        part.process.wait()
