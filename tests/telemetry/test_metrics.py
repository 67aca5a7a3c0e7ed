"""Figures with labels that stay few, whatever users type, and that cost little."""

import re
import socket
import time
import urllib.request

import pytest

from schemas.errors import UnavailableError
from schemas.settings import Settings
from telemetry.metrics import Gauge, Metrics, metrics
from telemetry.prometheus import MAX_LABEL_VALUES, PrometheusMetrics
from telemetry.setup import start_metrics, stop_metrics


def series(text: str, name: str) -> set[str]:
    return set(re.findall(rf"^{name}\{{.*\}}", text, flags=re.MULTILINE))


def test_what_users_type_makes_no_endless_series() -> None:
    worker = PrometheusMetrics("worker")
    for number in range(1000):
        worker.provider_called(f"model-{number}", f"code-{number}", 0.1)
        worker.provider_tokens(f"model-{number}", 1, 2)
        worker.provider_waited(f"model-{number}", 0.1)
    text = worker.text()
    models = set(re.findall(r'model="([^"]*)"', text))
    assert len(models) == MAX_LABEL_VALUES + 1
    assert 'nodeloom_provider_tokens_total{direction="output",model="other"} 1900.0' in text
    assert len(series(text, "nodeloom_provider_call_seconds_count")) == MAX_LABEL_VALUES + 1


def test_requests_that_no_route_takes_are_one_series() -> None:
    api = PrometheusMetrics("api")
    for method in ("GET", "BREW", "PROPFIND"):
        api.request(method, "none", 404, 0.01)
    found = series(api.text(), "nodeloom_http_request_seconds_count")
    assert len(found) == 2
    assert any('method="other"' in each for each in found)


def test_a_look_that_fails_is_no_figure_and_harms_no_other() -> None:
    worker = PrometheusMetrics("worker")
    worker.register_gauge(Gauge.QUEUE_DEPTH, lambda: 1 / 0)
    worker.register_gauge(Gauge.ACTIVE, lambda: 3)
    assert "nodeloom_queue_runs NaN" in worker.text()
    assert "nodeloom_worker_runs 3.0" in worker.text()


def test_without_a_port_nothing_is_counted_or_served() -> None:
    assert type(start_metrics(Settings(), "api")) is Metrics


def test_they_are_served_on_loopback_only_and_until_stopped() -> None:
    settings = Settings().model_copy(update={"metrics_port": 0})
    started = start_metrics(settings, "api")
    try:
        assert isinstance(started, PrometheusMetrics)
        assert metrics() is started
        address = f"http://127.0.0.1:{started.port}/metrics"
        with urllib.request.urlopen(address, timeout=5) as answer:
            assert b"process_cpu_seconds_total" in answer.read()
        taken = settings.model_copy(update={"metrics_port": started.port})
        with pytest.raises(UnavailableError, match="NODELOOM_METRICS_PORT"):
            start_metrics(taken, "worker")
    finally:
        stop_metrics()
    assert type(metrics()) is Metrics
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", started.port), 2):
        pass


@pytest.mark.parametrize("counting", [False, True])
def test_counting_a_node_costs_next_to_nothing(counting: bool) -> None:
    worker = PrometheusMetrics("worker") if counting else Metrics()
    many = 2_000
    began = time.process_time()
    for _ in range(many):
        worker.node_ended("llm", "COMPLETED", 0.1, reused=False)
    each = (time.process_time() - began) / many
    assert each < 0.000_2  # seconds; about 0.000_005 on an idle machine
