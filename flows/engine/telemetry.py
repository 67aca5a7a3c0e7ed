"""What operators see of a run: its part of the log, its figures, its spans. It decides nothing."""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic

from db.queue.claims import ClaimedRun
from flows.engine.outcome import Outcome
from flows.planning.plan import Step
from schemas.errors import NodeError
from schemas.wire.run import NodeStatus, RunStatus, Usage
from telemetry.context import node_facts, run_facts
from telemetry.metrics import metrics
from telemetry.traces import Span, tracer

logger = logging.getLogger("nodeloom.runs")


class SeenRun:
    """A run that is being executed."""

    status: RunStatus = RunStatus.RUNNING


@contextmanager
def see_run(claimed: ClaimedRun) -> Generator[SeenRun]:
    """Observe a run; its span goes on from the request that started it."""
    seen, began = SeenRun(), monotonic()
    with (
        run_facts(str(claimed.id), claimed.epoch, claimed.owner_id),
        tracer().span("run", "consumer", claimed.traceparent) as span,
    ):
        span.set(
            nodeloom__run__id=str(claimed.id),
            nodeloom__run__epoch=claimed.epoch,
            nodeloom__workflow__id=claimed.workflow_id,
            nodeloom__nodes=len(claimed.executions),
        )
        logger.info("run claimed", extra={"nodes": len(claimed.executions)})
        try:
            yield seen
        except Exception:
            seen.status = RunStatus.FAILED  # the caller ends it so
            raise
        finally:
            _end_run(seen, span, monotonic() - began)


def _end_run(seen: SeenRun, span: Span, seconds: float) -> None:
    if not seen.status.terminal:
        span.set(nodeloom__run__status="LOST")
        logger.info("run given up or lost to another executor")
        return
    span.set(nodeloom__run__status=seen.status)
    if seen.status is RunStatus.FAILED:
        span.fail(seen.status)
    metrics().run_ended(seen.status, seconds)
    logger.info("run %s", seen.status, extra={"duration_ms": round(seconds * 1000)})


class SeenNode:
    """A node that is being worked on."""

    outcome: Outcome | None = None
    attempts: int = 0


@contextmanager
def see_node(step: Step) -> Generator[SeenNode]:
    """Observe a node from the moment its inputs are ready, waiting included."""
    seen, began = SeenNode(), monotonic()
    with node_facts(step.node_id), tracer().span(f"node {step.node_type}") as span:
        span.set(nodeloom__node__id=step.node_id, nodeloom__node__type=step.node_type)
        try:
            yield seen
        finally:
            _end_node(step, seen, span, monotonic() - began)


def _end_node(step: Step, seen: SeenNode, span: Span, seconds: float) -> None:
    outcome = seen.outcome
    status = outcome.status if outcome else NodeStatus.CANCELLED
    reused = outcome is not None and outcome.from_run is not None
    span.set(
        nodeloom__node__status=status, nodeloom__attempts=seen.attempts, nodeloom__reused=reused
    )
    if outcome and outcome.error:
        span.fail(outcome.error.code)
        logger.info("node failed: %s", outcome.error.code, extra={"attempts": seen.attempts})
    metrics().node_ended(step.node_type, status, seconds, reused=reused)


def skipped(step: Step) -> None:
    """Count a node that did not run because something it needs is missing."""
    metrics().node_ended(step.node_type, NodeStatus.SKIPPED, 0.0, reused=False)


@contextmanager
def see_wait(model: str) -> Generator[None]:
    """Observe how long a call waits for its turn at a model."""
    began = monotonic()
    try:
        yield
    finally:
        metrics().provider_waited(model, monotonic() - began)


class SeenCall:
    """A call to a model."""

    usage: Usage | None = None


@contextmanager
def see_call(model: str) -> Generator[SeenCall]:
    """Observe a call to a model: its time, its tokens and the code of its error."""
    seen, began, outcome = SeenCall(), monotonic(), "cancelled"
    with tracer().span("generate_content", "client") as span:
        span.set(gen_ai__operation__name="generate_content", gen_ai__request__model=model)
        try:
            yield seen
            outcome = "ok"
        except NodeError as error:
            outcome = error.code
            raise
        except Exception:
            outcome = "internal_error"
            raise
        finally:
            metrics().provider_called(model, outcome, monotonic() - began)
            if usage := seen.usage:
                span.set(
                    gen_ai__usage__input_tokens=usage.input_tokens,
                    gen_ai__usage__output_tokens=usage.output_tokens,
                )
                metrics().provider_tokens(model, usage.input_tokens, usage.output_tokens)
