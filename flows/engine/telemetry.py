"""What operators see of a run: its part of the log, its figures, its spans. It decides nothing."""

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic

from db.queue.claims import ClaimedRun
from flows.engine.outcome import Outcome
from flows.planning.plan import Step
from schemas.wire.run import NodeStatus, RunStatus
from telemetry.context import node_context, run_context
from telemetry.metrics import metrics
from telemetry.traces import Span, fail_span, set_attributes, start_span

logger = logging.getLogger("nodeloom.runs")


class RunTrace:
    """A run that is being executed."""

    status: RunStatus = RunStatus.RUNNING


@contextmanager
def trace_run(claimed: ClaimedRun) -> Generator[RunTrace]:
    """Observe a run; its span goes on from the request that started it."""
    trace, began = RunTrace(), monotonic()
    with (
        run_context(str(claimed.id), claimed.epoch, claimed.owner_id),
        start_span("run", "CONSUMER", claimed.traceparent) as span,
    ):
        set_attributes(
            span,
            nodeloom__run__id=str(claimed.id),
            nodeloom__run__epoch=claimed.epoch,
            nodeloom__workflow__id=claimed.workflow_id,
            nodeloom__nodes=len(claimed.executions),
        )
        logger.info("run claimed", extra={"nodes": len(claimed.executions)})
        try:
            yield trace
        except Exception:
            trace.status = RunStatus.FAILED  # the caller ends it so
            raise
        finally:
            _end_run(trace, span, monotonic() - began)


def _end_run(trace: RunTrace, span: Span, seconds: float) -> None:
    if trace.status is RunStatus.RUNNING:
        set_attributes(span, nodeloom__run__status="LOST")
        logger.info("run given up or lost to another executor")
        return
    set_attributes(span, nodeloom__run__status=trace.status)
    if trace.status is RunStatus.FAILED:
        fail_span(span, trace.status)
    if trace.status.terminal:
        metrics().run_ended(trace.status, seconds)
    logger.info("run %s", trace.status, extra={"duration_ms": round(seconds * 1000)})


class NodeTrace:
    """A node that is being worked on."""

    outcome: Outcome | None = None
    attempts: int = 0


@contextmanager
def trace_node(step: Step, is_lost_or_paused: Callable[[], bool]) -> Generator[NodeTrace]:
    """Observe a node from the moment its inputs are ready, waiting included.

    One without an outcome was cancelled, unless its run was given up, where it has not ended at all.
    """
    trace, began = NodeTrace(), monotonic()
    with node_context(step.node_id), start_span(f"node {step.node_type}") as span:
        set_attributes(span, nodeloom__node__id=step.node_id, nodeloom__node__type=step.node_type)
        try:
            yield trace
        finally:
            if trace.outcome is not None or not is_lost_or_paused():
                _end_node(step, trace, span, monotonic() - began)


def _end_node(step: Step, trace: NodeTrace, span: Span, seconds: float) -> None:
    outcome = trace.outcome
    status = outcome.status if outcome else NodeStatus.CANCELLED
    reused = outcome is not None and outcome.reused_from is not None
    set_attributes(
        span,
        nodeloom__node__status=status,
        nodeloom__attempts=trace.attempts,
        nodeloom__reused=reused,
    )
    if outcome and outcome.error:
        fail_span(span, outcome.error.code)
        logger.info("node failed: %s", outcome.error.code, extra={"attempts": trace.attempts})
    metrics().node_ended(step.node_type, status, seconds, reused=reused)


def count_skipped(step: Step) -> None:
    """Count a node that did not run because something it needs is missing."""
    metrics().node_ended(step.node_type, NodeStatus.SKIPPED, 0.0, reused=False)
