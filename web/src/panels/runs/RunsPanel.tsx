/** The history of runs: when, how it went, what it was about, how long, how many tokens. */

import "./list.css";
import "./runs.css";
import { Play } from "lucide-react";
import { useState } from "react";
import { isActive, isTerminal } from "../../api/status";
import { thumbnailUrl } from "../../api/assets";
import type { RunSummary } from "../../generated/api";
import { useDocument } from "../../stores/document";
import { openRunInPanel } from "../../stores/view";
import { type RunBase, type RunView, useRuns } from "../../stores/runs";
import { Button } from "../../ui/Button";
import { StatusBadge } from "../../ui/StatusBadge";
import { formatRelativeTime, formatDuration } from "../../ui/format";
import { useNow } from "../../ui/useNow";
import { LoadMore } from "../../ui/lists/PagedList";
import { useNodeNames } from "./useNodeNames";
import { RUN_FILTERS, type RunFilter, withLiveState, useRunList } from "./useRunList";
import {
  firstWords,
  formatTime,
  formatCount,
  formatOutcome,
  formatReuse,
  formatScope,
  formatStarter,
} from "./format";
import { editor } from "../../sync/editor";

export function RunsPanel({ workflowId }: { workflowId: number }) {
  const [filter, setFilter] = useState<RunFilter>("all");
  const { items, hasMore, failure, refresh, loadMore } = useRunList(workflowId, filter);
  const views = useRuns((state) => state.runs);
  if (items?.length === 0 && filter === "all") return <NoRuns />;
  return (
    <>
      <div className="panel__bar">
        <select
          className="field"
          aria-label="Which runs"
          value={filter}
          onChange={(event) => setFilter(event.target.value as RunFilter)}
        >
          {Object.entries(RUN_FILTERS).map(([id, { title }]) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </div>
      {failure && (
        <div className="panel__failure" role="alert">
          <p>{failure}</p>
          <Button small onClick={() => void refresh()}>
            Try again
          </Button>
        </div>
      )}
      {items?.length === 0 && <p className="muted panel__empty">No run is in this state.</p>}
      <ol className="panel__list" aria-label="Runs">
        {items?.map((run) => (
          <li key={run.id}>
            <RunEntry run={run} view={views[run.id]} />
          </li>
        ))}
      </ol>
      <LoadMore of="runs" hasMore={hasMore} load={loadMore} />
    </>
  );
}

function RunEntry({ run: listed, view }: { run: RunSummary; view: RunView | undefined }) {
  const run = withLiveState(listed, view);
  const isShown = useRuns((state) => state.shownId === run.id);
  const nameOf = useNodeNames(view?.nodes);
  const active = isActive(run.status);
  const now = useNow(active);
  const { counts } = run;
  const done = counts.total - counts.pending - counts.running;
  const words = firstWords(run.lastText);
  return (
    <button
      type="button"
      className="run"
      data-run={run.id}
      aria-current={isShown}
      onClick={() => openRunInPanel(run.id)}
    >
      <span className="run__line">
        <StatusBadge status={run.status} pauseRequestedAt={run.pauseRequestedAt} />
        <time dateTime={run.createdAt} title={formatTime(run.createdAt)}>
          {formatRelativeTime(run.createdAt)}
        </time>
        <span className="run__end">
          {active ? formatDuration(elapsedMs(run, now)) : formatDuration(run.durationMs)}
        </span>
      </span>
      <span className="run__scope">
        {formatScope(run.scope, nameOf)}
        <Starter run={run} />
        <Reuse reuse={run.reuse} />
      </span>
      <span className="run__line muted">
        <span>
          {isTerminal(run.status)
            ? formatOutcome(counts)
            : `${done} of ${formatCount(counts.total, "node")}`}
        </span>
        {run.usage.totalTokens > 0 && (
          <span className="run__end">{formatCount(run.usage.totalTokens, "token")}</span>
        )}
      </span>
      {words && <span className="run__words">{words}</span>}
      {run.lastImage && (
        <img
          className="run__image"
          src={thumbnailUrl(run.lastImage.url, 72)}
          alt="The last image of this run"
          loading="lazy"
          draggable={false}
        />
      )}
    </button>
  );
}

function Starter({ run }: { run: RunBase }) {
  const text = formatStarter(run);
  return text && <span className="run__reuse muted">{`, ${text}${run.late ? ", late" : ""}`}</span>;
}

function Reuse({ reuse }: Pick<RunBase, "reuse">) {
  const text = formatReuse(reuse);
  return text && <span className="run__reuse muted">, {text}</span>;
}

/** How long a run goes on by now, in whole seconds as milliseconds. */
function elapsedMs({ startedAt, createdAt }: RunBase, now: number): number {
  return Math.max(0, Math.round((now - Date.parse(startedAt ?? createdAt)) / 1000)) * 1000;
}

function NoRuns() {
  const empty = useDocument((state) => state.graph.nodes.length === 0);
  return (
    <div className="panel__intro">
      <Play aria-hidden />
      <h3>Nothing has run yet</h3>
      <p className="muted">
        Each run is kept here with everything that went into its nodes and came out of them, so you
        can compare, take a picture from last week, or bring back the workflow that made it.
      </p>
      {!empty && (
        <Button variant="primary" onClick={() => void editor.starter.start({ kind: "all" })}>
          <Play aria-hidden /> Run the workflow
        </Button>
      )}
    </div>
  );
}
