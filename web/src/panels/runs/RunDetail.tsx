/** One run: how it went, on a line of time, and node by node. */

import {
  ArrowLeft,
  ExternalLink,
  GitCompareArrows,
  History,
  Link,
  RotateCcw,
  ScanEye,
  Square,
  Undo2,
} from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { isActive, isTerminal } from "../../api/status";
import { useView } from "../../stores/view";
import { useOutOfDateCount } from "../../stores/outOfDate";
import { type RunBase, type RunView, useRuns } from "../../stores/runs";
import { PREFECT_PASSWORD_HINT, useServer } from "../../stores/server";
import { notify } from "../../stores/session";
import { Button, IconButton } from "../../ui/Button";
import { DescriptionItem } from "../../ui/DescriptionItem";
import { StatusBadge } from "../../ui/StatusBadge";
import { formatRelativeTime, formatDuration } from "../../ui/format";
import { useNow } from "../../ui/useNow";
import {
  closePreview,
  closeRun,
  compareRun,
  restoreRunGraph,
  showRunGraph,
  showRunOnCanvas,
} from "../preview/actions";
import { NodeRunEntry } from "./NodeRunEntry";
import { PauseButton } from "./PauseButton";
import { RunValues } from "./RunValues";
import { TimelineView } from "./TimelineView";
import { useNodeNames } from "./useNodeNames";
import {
  formatTime,
  countNodes,
  inExecutionOrder,
  formatCount,
  formatOutcome,
  formatReuse,
  formatScope,
  formatStarter,
} from "./format";
import { editor } from "../../sync/editor";

export function RunDetail({ runId }: { runId: string }) {
  const view = useRuns((state) => state.runs[runId]);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    void showRunOnCanvas(runId);
  }, [runId]);
  usePrefectLink(runId, view?.summary);
  return (
    <article className="detail" data-run={runId} aria-labelledby="run-title">
      <div className="panel__bar">
        <Button small variant="quiet" onClick={closeRun}>
          <ArrowLeft aria-hidden /> All runs
        </Button>
        <span className="panel__end">
          <RunToolbar view={view} runId={runId} />
        </span>
      </div>
      <h3 id="run-title" ref={heading} tabIndex={-1} className="detail__title">
        {view ? `Run of ${formatTime(view.summary.createdAt)}` : "Opening the run …"}
      </h3>
      {view && <RunBody view={view} />}
    </article>
  );
}

/** Looks for the link to Prefect, which is told of a short run after its end, for two minutes. */
function usePrefectLink(runId: string, summary: RunBase | undefined) {
  const hasPrefect = useServer((state) => Boolean(state.me?.prefectUrl));
  const missing = hasPrefect && summary && isTerminal(summary.status) && !summary.prefectUrl;
  useEffect(() => {
    if (!missing) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const poll = async (seconds: number) => {
      await editor.runs.refresh(runId, stop.signal);
      if (!stop.signal.aborted && seconds < 60) pollIn(2 * seconds);
    };
    const pollIn = (seconds: number) => {
      timer = setTimeout(() => void poll(seconds), 1000 * seconds);
    };
    pollIn(1);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [runId, missing]);
}

function RunToolbar({ view, runId }: { view: RunView | undefined; runId: string }) {
  const prefectUrl = view?.summary.prefectUrl;
  const local = useServer((state) => state.me?.auth === "local");
  return (
    <>
      {prefectUrl && (
        <a
          className="button button--quiet button--small"
          href={prefectUrl}
          target="_blank"
          rel="noopener"
          title={`Open this run in Prefect, for operators.${local ? ` ${PREFECT_PASSWORD_HINT}` : ""}`}
        >
          Prefect <ExternalLink aria-hidden />
        </a>
      )}
      <IconButton
        small
        label="Copy a link to this run"
        onClick={() => void copyLink(runId, view?.summary.workflowId)}
      >
        <Link aria-hidden />
      </IconButton>
    </>
  );
}

async function copyLink(runId: string, workflowId: number | undefined): Promise<void> {
  const address = `${location.origin}/workflows/${workflowId}/runs/${runId}`;
  await navigator.clipboard.writeText(address).then(
    () => notify("The link is copied.", "success"),
    () => notify(`This browser does not let pages copy. The link: ${address}`),
  );
}

function RunBody({ view }: { view: RunView }) {
  const { summary, nodes } = view;
  const active = isActive(summary.status);
  const now = useNow(active);
  const ordered = inExecutionOrder(nodes);
  const nameOf = useNodeNames(nodes);
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const toggle = (id: string, open: boolean) => setToggled(new Map(toggled).set(id, open));
  return (
    <>
      <RunFacts view={view} now={now} active={active} />
      {summary.error && <p className="reason reason--FAILED">{summary.error.message}</p>}
      <RunActions summary={summary} />
      <RunValues inputs={view.inputs} outputs={view.outputs} />
      <TimelineView
        nodes={ordered}
        nameOf={nameOf}
        now={now}
        choose={(id) => {
          toggle(id, true);
          document.getElementById(`run-node-${id}`)?.scrollIntoView({ block: "nearest" });
        }}
      />
      <h4 className="detail__heading">Nodes, as they ran</h4>
      <ol className="panel__list" aria-label="Nodes of the run">
        {ordered.map(([id, node]) => (
          <li key={id} id={`run-node-${id}`}>
            <NodeRunEntry
              nodeId={id}
              node={node}
              name={nameOf(id)}
              open={toggled.get(id) ?? node.status === "FAILED"}
              setOpen={(open) => toggle(id, open)}
            />
          </li>
        ))}
      </ol>
    </>
  );
}

function RunFacts({ view, now, active }: { view: RunView; now: number; active: boolean }) {
  const { summary, nodes } = view;
  const nameOf = useNodeNames(nodes);
  const startMs = Date.parse(summary.startedAt ?? summary.createdAt);
  const elapsed = active
    ? Math.max(0, Math.round((now - startMs) / 1000) * 1000)
    : summary.durationMs;
  return (
    <dl className="facts">
      <DescriptionItem name="State">
        <StatusBadge status={summary.status} pauseRequestedAt={summary.pauseRequestedAt} />{" "}
        {formatRelativeTime(summary.createdAt)}
      </DescriptionItem>
      <DescriptionItem name="About">
        {[formatScope(summary.scope, nameOf), formatReuse(summary.reuse)]
          .filter(Boolean)
          .join(", ")}
      </DescriptionItem>
      <DescriptionItem name="Outcome">{formatOutcome(countNodes(nodes))}</DescriptionItem>
      <DescriptionItem name="Duration">{formatDuration(elapsed) || "–"}</DescriptionItem>
      <DescriptionItem name="Tokens">
        {summary.usage.totalTokens
          ? `${formatCount(summary.usage.totalTokens, "token")}: ${summary.usage.inputTokens.toLocaleString("en")} in, ${summary.usage.outputTokens.toLocaleString("en")} out`
          : "None"}
      </DescriptionItem>
      {formatStarter(summary) && (
        <DescriptionItem name="Started">{formatStart(summary)}</DescriptionItem>
      )}
    </dl>
  );
}

function formatStart(summary: RunBase): string {
  const { dueAt, late } = summary;
  const due = dueAt ? `, due ${formatTime(dueAt)}${late ? ", late" : ""}` : "";
  const by = formatStarter(summary) ?? "";
  return by.slice(0, 1).toUpperCase() + by.slice(1) + due;
}

/** Once something was mended, that is run; with the old inputs only by a button of its own. */
function RetryButtons({ runId }: { runId: string }) {
  const changed = useOutOfDateCount() > 0;
  return (
    <>
      <Button small variant="primary" onClick={() => void editor.starter.retry(runId)}>
        <RotateCcw aria-hidden /> {changed ? "Run what changed" : "Retry what failed"}
      </Button>
      {changed && (
        <Button small onClick={() => void editor.starter.repeat(runId)}>
          Retry with its old inputs
        </Button>
      )}
    </>
  );
}

/** What can be done with a run. */
function RunActions({ summary }: { summary: RunBase }) {
  const previewed = useView((state) => state.versionPreview?.runId === summary.id);
  const { id, status } = summary;
  const open = !isTerminal(status);
  const changed = useServer((state) => state.revision !== summary.revision);
  return (
    <div className="actions">
      {open && (
        <>
          <PauseButton summary={summary} small />
          <Button small variant="danger" onClick={() => void editor.starter.cancel(id)}>
            <Square aria-hidden /> Stop this run
          </Button>
        </>
      )}
      {!open && status !== "COMPLETED" && <RetryButtons runId={id} />}
      {previewed ? (
        <Button small onClick={closePreview}>
          <History aria-hidden /> Back to now
        </Button>
      ) : (
        <Button small onClick={() => void showRunGraph(id)}>
          <ScanEye aria-hidden /> Show the canvas as it was
        </Button>
      )}
      <Button small onClick={() => void compareRun(summary)}>
        <GitCompareArrows aria-hidden /> Compare
      </Button>
      {changed && (
        <Button small onClick={() => void restoreRunGraph(id)}>
          <Undo2 aria-hidden /> Restore its workflow
        </Button>
      )}
    </div>
  );
}
