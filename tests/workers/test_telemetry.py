"""What operators see of one run by a real API and a real worker: its trace, its figures, its log."""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from local.machine.ports import find_free_port
from support.product.backend import Backend, edge, eventually, graph, node
from support.servers.otlp_collector import Collector, Span, running_collector
from support.servers.scripted_model import ScriptedModel

PROMPT = "aubergine-under-the-moon"
SYSTEM = "speak-like-a-heron"
ANSWER = "the-answer-is-marzipan"
KEY = "the-key-of-the-provider"
REQUEST = "request-of-the-test-1"
TRACE = uuid.uuid4().hex
PARENT = "00f067aa0ba902b7"


@dataclass
class InstrumentedProduct:
    """A finished run, and everything that was said about it."""

    run: dict[str, Any]
    answer: httpx.Response
    collector: Collector
    api_metrics: str
    worker_metrics: str
    api_log: str
    worker_log: str

    @property
    def spans(self) -> list[Span]:
        return [span for span in self.collector.spans if span.trace == TRACE]

    def lines(self, log: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in log.splitlines() if line.startswith("{")]


def document() -> Any:
    return graph(
        [
            node("a", "text", text=PROMPT),
            node("b", "llm", systemPrompt=SYSTEM, userMessage=f"say {ANSWER}"),
            node("c", "llm", userMessage="say {{input}}", temperature=0),
            node("bad", "llm", model="gemini-bad", userMessage="refuse"),
            node("after", "llm", userMessage="say never"),
        ],
        [
            edge("a", "c", "userMessage"),
            edge("b", "c", "systemPrompt"),
            edge("bad", "after", "systemPrompt"),
        ],
    )


@pytest.fixture(scope="module")
def product(
    backend_without_worker: Backend, scripted_model: ScriptedModel
) -> Iterator[InstrumentedProduct]:
    """One run, started over HTTP with a trace of the client's own."""
    backend, ports = backend_without_worker, (find_free_port(), find_free_port())
    with running_collector() as collector:
        more = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "GEMINI_API_KEY": KEY,
            "NODELOOM_LOG_FORMAT": "json",
            "NODELOOM_DRAIN_SECONDS": "0",
        }
        worker = backend.start_worker(**more, NODELOOM_METRICS_PORT=str(ports[1]))
        api = backend.start_api(**more, NODELOOM_METRICS_PORT=str(ports[0]))
        with httpx.Client(base_url=backend.api_url, timeout=20) as http:
            stored = http.post("/api/workflows", json=document()).raise_for_status().json()
            answer = http.post(
                f"/api/workflows/{stored['id']}/runs",
                headers={"X-Request-Id": REQUEST, "traceparent": f"00-{TRACE}-{PARENT}-01"},
            ).raise_for_status()
            run_id = answer.json()["id"]
            backend.end(uuid.UUID(run_id))
            run = http.get(f"/api/runs/{run_id}").json()
        figures = [httpx.get(f"http://127.0.0.1:{port}/metrics").text for port in ports]
        api.stop()
        worker.stop()
        logs = [part.log.read_text() for part in (api, worker)]
        yield InstrumentedProduct(run, answer, collector, *figures, *logs)


def test_a_run_is_one_connected_trace_from_the_request_to_the_calls(
    product: InstrumentedProduct,
) -> None:
    spans = product.spans
    by_id = {span.id: span for span in spans}
    (root,) = [span for span in spans if span.parent not in by_id]
    assert root.parent == PARENT  # the client's own span
    assert (root.name, root.service) == ("POST", "nodeloom-api")
    assert root.attributes["http.route"] == "/api/workflows/{workflow_id}/runs"
    (run,) = product.collector.named("run")
    assert (run.parent, run.service) == (root.id, "nodeloom-worker")
    assert run.attributes["nodeloom.run.id"] == product.run["id"]
    nodes = {span.attributes["nodeloom.node.id"]: span for span in spans if "node" in span.name}
    assert set(nodes) == {"a", "b", "c", "bad"}  # what was skipped did nothing
    assert {span.parent for span in nodes.values()} == {run.id}
    calls = [span for span in spans if span.name == "generate_content"]
    assert {span.parent for span in calls} == {nodes[name].id for name in ("b", "c", "bad")}
    assert len(spans) == 1 + 1 + 4 + 3


def test_a_trace_says_what_failed_and_what_models_counted(product: InstrumentedProduct) -> None:
    assert product.run["status"] == "FAILED"
    failed = {span.name: span.attributes["error.type"] for span in product.spans if span.failed}
    assert failed == {"run": "FAILED", "node llm": "wrong_key", "generate_content": "wrong_key"}
    calls = product.collector.named("generate_content")
    told = [span.attributes for span in calls if not span.failed]
    assert all(each["gen_ai.usage.output_tokens"] > 0 for each in told)
    assert {span.attributes["gen_ai.request.model"] for span in calls if span.failed} == {
        "gemini-bad"
    }


def test_neither_traces_nor_logs_nor_figures_hold_what_users_wrote(
    product: InstrumentedProduct,
) -> None:
    everything = [
        *(body.decode("latin-1") for body in product.collector.bodies),
        product.api_log,
        product.worker_log,
        product.api_metrics,
        product.worker_metrics,
    ]
    for text in everything:
        for secret in (PROMPT, SYSTEM, ANSWER, KEY):
            assert secret not in text
    assert all(span.events == 0 for span in product.collector.spans)


def test_the_log_is_json_lines_that_say_whom_and_what_they_are_about(
    product: InstrumentedProduct,
) -> None:
    api = product.lines(product.api_log)
    worker = product.lines(product.worker_log)
    others = ("api ready", "worker ready")
    for log in (product.api_log, product.worker_log):
        plain = [line for line in log.splitlines() if not line.startswith("{")]
        assert [line for line in plain if not line.startswith(others)] == []
    (access,) = [line for line in api if line.get("request_id") == REQUEST and "status" in line]
    assert product.answer.headers["x-request-id"] == REQUEST
    assert (access["logger"], access["status"], access["user_id"]) == (
        "nodeloom.access",
        202,
        "local",
    )
    assert access["duration_ms"] > 0
    of_run = [line for line in worker if line.get("run_id") == product.run["id"]]
    assert {"run claimed", "run FAILED"} <= {line["message"] for line in of_run}
    assert all(line["epoch"] == 1 and line["user_id"] == "local" for line in of_run)
    (bad,) = [line for line in of_run if line["message"] == "node failed: wrong_key"]
    assert bad["node_id"] == "bad"


def value(text: str, name: str, **labels: str) -> float:
    wanted = ",".join(f'{key}="{label}"' for key, label in sorted(labels.items()))
    line = f"{name}{{{wanted}}}" if labels else name
    found = re.search(rf"^{re.escape(line)} (\S+)$", text, flags=re.MULTILINE)
    assert found, f"{line} is not in\n{text}"
    return float(found[1])


def test_figures_of_the_api(product: InstrumentedProduct) -> None:
    text = product.api_metrics
    route = "/api/workflows/{workflow_id}/runs"
    of_runs = {"method": "POST", "route": route, "status": "202"}
    assert value(text, "nodeloom_http_request_seconds_count", **of_runs) == 1
    assert value(text, "nodeloom_event_streams") == 0
    assert value(text, "nodeloom_asset_store_free_bytes") > 0
    assert value(text, "nodeloom_database_connections_kept") == 10
    assert value(text, "nodeloom_info", process="api") == 1


def test_figures_of_the_worker(product: InstrumentedProduct) -> None:
    text = product.worker_metrics
    assert value(text, "nodeloom_run_seconds_count", status="FAILED") == 1
    done = {"type": "llm", "status": "COMPLETED", "reused": "false"}
    assert value(text, "nodeloom_node_seconds_count", **done) == 2
    for status in ("FAILED", "SKIPPED"):
        labels = {"type": "llm", "status": status, "reused": "false"}
        assert value(text, "nodeloom_node_seconds_count", **labels) == 1
    calls = {"model": "gemini-bad", "outcome": "wrong_key"}
    assert value(text, "nodeloom_provider_call_seconds_count", **calls) == 1
    tokens = {"model": "gemini-3.8-flash", "direction": "output"}
    assert value(text, "nodeloom_provider_tokens_total", **tokens) > 0
    assert value(text, "nodeloom_queue_runs") == 0
    assert value(text, "nodeloom_queue_oldest_seconds") == 0
    assert value(text, "nodeloom_lease_renew_failures_total") == 0


def test_queue_gauges_without_a_worker(backend_without_worker: Backend) -> None:
    port = find_free_port()
    worker = backend_without_worker.start_worker(
        NODELOOM_METRICS_PORT=str(port), NODELOOM_CONCURRENT_RUNS="1", NODELOOM_DRAIN_SECONDS="0"
    )
    for _ in range(3):
        backend_without_worker.start(graph([node("n", "llm", userMessage="hang")]))

    def has_waiting_run() -> bool:
        text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        names = ("nodeloom_queue_runs", "nodeloom_runs_running", "nodeloom_worker_runs")
        old = value(text, "nodeloom_queue_oldest_seconds")
        return [value(text, name) for name in names] == [2, 1, 1] and old > 0.5

    eventually(has_waiting_run)
    worker.stop()
