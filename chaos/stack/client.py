"""A client as it should be: names each request with a key and repeats it until it is answered."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

import httpx

RETRY_SECONDS: Final = 0.5
TIMEOUT_SECONDS: Final = 120.0


@dataclass
class LoadClient:
    """Starts runs at a steady pace and keeps what was acknowledged."""

    api: str
    acknowledged: dict[str, UUID] = field(default_factory=dict[str, UUID])
    """Run ids by idempotency key, of the answers 202."""
    retried: int = 0
    """Requests that had no answer, or 503, and were sent again."""
    violations: list[str] = field(default_factory=list[str])
    """Answers that must not be: another status, another run for the same key, none at all."""

    def create_workflow(self, graph: dict[str, Any]) -> int:
        """Store a workflow and give its id."""
        answer = httpx.post(f"{self.api}/api/workflows", json=graph, timeout=30)
        return answer.raise_for_status().json()["id"]

    def start_all(self, workflow_id: int, runs: int, interval_seconds: float) -> Future[None]:
        """Start runs from threads; the future is done when all are acknowledged."""
        done: Future[None] = Future()

        def work() -> None:
            with ThreadPoolExecutor(32) as threads:
                for _ in range(runs):
                    threads.submit(self._start, workflow_id)
                    time.sleep(interval_seconds)
            done.set_result(None)

        threading.Thread(target=work, daemon=True).start()
        return done

    def _start(self, workflow_id: int) -> None:
        key = str(uuid4())
        run_id = self._post(workflow_id, key)
        if run_id is None:
            self.violations.append(f"no answer in {TIMEOUT_SECONDS:.0f} s")
            return
        self.acknowledged[key] = run_id
        if len(self.acknowledged) % 10 == 0 and self._post(workflow_id, key) != run_id:
            self.violations.append("another run for the same key")

    def _post(self, workflow_id: int, key: str) -> UUID | None:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = httpx.post(
                    f"{self.api}/api/workflows/{workflow_id}/runs",
                    json={"reuse": "never"},
                    headers={"Idempotency-Key": key},
                    timeout=15,
                )
            except httpx.HTTPError:
                pass  # refused, cut off, too late: nothing is known, so ask again
            else:
                if answer.status_code == 202:
                    return UUID(answer.json()["id"])
                if answer.status_code != 503:
                    self.violations.append(f"status {answer.status_code}: {answer.text[:200]}")
            self.retried += 1
            time.sleep(RETRY_SECONDS)
        return None
