/** The history of runs: when, how it went, what it was about, how long, how many tokens. */

import "./runs.css";
import { Play } from "lucide-react";
import { useState } from "react";
import { isTerminal } from "../../api/events";
import type { RunSummary } from "../../api/runs";
import { useDocument } from "../../stores/document";
import { openInPanel } from "../../stores/view";
import { type RunView, useRuns } from "../../stores/runs";
import { startScope } from "../../sync/startRun";
import { Button } from "../../ui/Button";
import { Status } from "../../ui/StatusBadge";
import { ago, took } from "../../ui/format";
import { useNow } from "../../ui/useNow";
import { More } from "../PagedList";
import { useNames } from "./useNodeNames";
import { FILTERS, type Filter, live, useRunList } from "./useRunList";
import { clock, many, outcomeWords, reuseWords, scopeWords } from "./format";

export function RunsPanel({ workflowId }: { workflowId: number }) {
  const [filter, setFilter] = useState<Filter>("all");
  const { items, hasMore, failure, refresh, readMore } = useRunList(workflowId, filter);
  const views = useRuns((state) => state.runs);
  if (items?.length === 0 && filter === "all") return <NothingYet />;
  return (
    <>
      <div className="panel__bar">
        <select
          className="field"
          aria-label="Which runs"
          value={filter}
          onChange={(event) => setFilter(event.target.value as Filter)}
        >
          {Object.entries(FILTERS).map(([id, { title }]) => (
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
      {items?.length === 0 && <p className="muted panel__none">No run is in this state.</p>}
      <ol className="panel__list" aria-label="Runs">
        {items?.map((run) => (
          <li key={run.id}>
            <RunEntry run={run} view={views[run.id]} />
          </li>
        ))}
      </ol>
      <More of="runs" hasMore={hasMore} read={readMore} />
    </>
  );
}

function RunEntry({ run: listed, view }: { run: RunSummary; view: RunView | undefined }) {
  const run = live(listed, view);
  const shown = useRuns((state) => state.shownId === run.id);
  const nameOf = useNames(view?.nodes);
  const going = !isTerminal(run.status);
  const now = useNow(going);
  const { counts } = run;
  const done = counts.total - counts.pending - counts.running;
  return (
    <button
      type="button"
      className="run"
      data-run={run.id}
      aria-current={shown}
      onClick={() => openInPanel(run.id)}
    >
      <span className="run__line">
        <Status status={run.status} />
        <time dateTime={run.createdAt} title={clock(run.createdAt)}>
          {ago(run.createdAt)}
        </time>
        <span className="run__end">{going ? took(lasting(run, now)) : took(run.durationMs)}</span>
      </span>
      <span className="run__scope">
        {scopeWords(run.scope, nameOf)}
        {run.trigger === "schedule" && (
          <span className="muted">{run.late ? ", scheduled, late" : ", scheduled"}</span>
        )}
        <Reuse reuse={run.reuse} />
      </span>
      <span className="run__line muted">
        <span>{going ? `${done} of ${many(counts.total, "node")}` : outcomeWords(counts)}</span>
        {run.usage.totalTokens > 0 && (
          <span className="run__end">{many(run.usage.totalTokens, "token")}</span>
        )}
      </span>
    </button>
  );
}

function Reuse({ reuse }: Pick<RunSummary, "reuse">) {
  const words = reuseWords(reuse);
  return words && <span className="run__reuse muted">, {words}</span>;
}

/** How long a run goes on by now, in whole seconds as milliseconds. */
function lasting({ startedAt, createdAt }: RunSummary, now: number): number {
  return Math.max(0, Math.round((now - Date.parse(startedAt ?? createdAt)) / 1000)) * 1000;
}

function NothingYet() {
  const empty = useDocument((state) => state.graph.nodes.length === 0);
  return (
    <div className="panel__teach">
      <Play aria-hidden />
      <h3>Nothing has run yet</h3>
      <p className="muted">
        Each run is kept here with everything that went into its nodes and came out of them, so you
        can compare, take a picture from last week, or bring back the workflow that made it.
      </p>
      {!empty && (
        <Button look="primary" onClick={() => void startScope({ kind: "all" })}>
          <Play aria-hidden /> Run the workflow
        </Button>
      )}
    </div>
  );
}
