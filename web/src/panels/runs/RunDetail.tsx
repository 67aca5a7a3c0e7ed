/** One run: how it went, on a line of time, and node by node. */

import {
  ArrowLeft,
  ExternalLink,
  History,
  Link,
  RotateCcw,
  ScanEye,
  Square,
  Undo2,
} from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { isTerminal } from "../../api/events";
import type { RunSummary } from "../../api/runs";
import { useLook } from "../../stores/view";
import { type RunView, useRuns } from "../../stores/runs";
import { PREFECT_PASSWORD, useServer } from "../../stores/server";
import { notify } from "../../stores/session";
import { readAgain } from "../../sync/runs";
import { retry, stopRun } from "../../sync/startRun";
import { Button, IconButton } from "../../ui/Button";
import { Status } from "../../ui/StatusBadge";
import { ago, took } from "../../ui/format";
import { useNow } from "../../ui/useNow";
import {
  backToNow,
  closeRun,
  restoreRun,
  showRunAsItWas,
  showRunOnCanvas,
} from "../preview/actions";
import { NodeEntry } from "./NodeRunEntry";
import { TimelineView } from "./TimelineView";
import { useNames } from "./useNodeNames";
import {
  clock,
  countsOf,
  inOrder,
  many,
  outcomeWords,
  reuseWords,
  scopeWords,
  triggerWords,
} from "./format";

export function RunDetail({ runId }: { runId: string }) {
  const view = useRuns((state) => state.runs[runId]);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    void showRunOnCanvas(runId);
  }, [runId]);
  useLateLink(runId, view?.summary);
  return (
    <article className="detail" data-run={runId} aria-labelledby="run-title">
      <div className="panel__bar">
        <Button small look="quiet" onClick={closeRun}>
          <ArrowLeft aria-hidden /> All runs
        </Button>
        <span className="panel__end">
          <Tools view={view} runId={runId} />
        </span>
      </div>
      <h3 id="run-title" ref={heading} tabIndex={-1} className="detail__title">
        {view ? `Run of ${clock(view.summary.createdAt)}` : "Opening the run …"}
      </h3>
      {view && <Whole view={view} />}
    </article>
  );
}

/** Looks for the link to Prefect, which is told of a short run after its end, for two minutes. */
function useLateLink(runId: string, summary: RunSummary | undefined) {
  const shows = useServer((state) => Boolean(state.me?.prefectUrl));
  const lacks = shows && summary && isTerminal(summary.status) && !summary.prefectUrl;
  useEffect(() => {
    if (!lacks) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const look = async (seconds: number) => {
      await readAgain(runId, stop.signal);
      if (!stop.signal.aborted && seconds < 60) lookIn(2 * seconds);
    };
    const lookIn = (seconds: number) => {
      timer = setTimeout(() => void look(seconds), 1000 * seconds);
    };
    lookIn(1);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [runId, lacks]);
}

function Tools({ view, runId }: { view: RunView | undefined; runId: string }) {
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
          title={`Open this run in Prefect, for operators.${local ? ` ${PREFECT_PASSWORD}` : ""}`}
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

function Whole({ view }: { view: RunView }) {
  const { summary, nodes } = view;
  const going = !isTerminal(summary.status);
  const now = useNow(going);
  const ordered = inOrder(nodes);
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const toggle = (id: string, open: boolean) => setToggled(new Map(toggled).set(id, open));
  return (
    <>
      <Facts view={view} now={now} going={going} />
      {summary.error && <p className="reason reason--FAILED">{summary.error.message}</p>}
      <Deeds summary={summary} going={going} />
      <TimelineView
        nodes={ordered}
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
            <NodeEntry
              nodeId={id}
              node={node}
              open={toggled.get(id) ?? node.status === "FAILED"}
              setOpen={(open) => toggle(id, open)}
            />
          </li>
        ))}
      </ol>
    </>
  );
}

function Facts({ view, now, going }: { view: RunView; now: number; going: boolean }) {
  const { summary, nodes } = view;
  const nameOf = useNames(nodes);
  const began = Date.parse(summary.startedAt ?? summary.createdAt);
  const lasted = going ? Math.max(0, Math.round((now - began) / 1000) * 1000) : summary.durationMs;
  return (
    <dl className="facts">
      <Fact name="State">
        <Status status={summary.status} /> {ago(summary.createdAt)}
      </Fact>
      <Fact name="About">
        {[scopeWords(summary.scope, nameOf), reuseWords(summary.reuse)].filter(Boolean).join(", ")}
      </Fact>
      <Fact name="Outcome">{outcomeWords(countsOf(nodes))}</Fact>
      <Fact name="Duration">{took(lasted) || "–"}</Fact>
      <Fact name="Tokens">
        {summary.usage.totalTokens
          ? `${many(summary.usage.totalTokens, "token")}: ${summary.usage.inputTokens.toLocaleString("en")} in, ${summary.usage.outputTokens.toLocaleString("en")} out`
          : "None"}
      </Fact>
      {summary.trigger !== "api" && <Fact name="Started">{startedWords(summary)}</Fact>}
    </dl>
  );
}

function startedWords({ trigger, dueAt, late }: RunSummary): string {
  const due = dueAt ? `, due ${clock(dueAt)}${late ? ", late" : ""}` : "";
  return triggerWords(trigger) + due;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What can be done with a run. */
function Deeds({ summary, going }: { summary: RunSummary; going: boolean }) {
  const asItWas = useLook((state) => state.past?.runId === summary.id);
  const { id, status } = summary;
  const changed = useServer((state) => state.revision !== summary.revision);
  return (
    <div className="deeds">
      {going && (
        <Button small look="danger" onClick={() => void stopRun(id)}>
          <Square aria-hidden /> Stop this run
        </Button>
      )}
      {!going && status !== "COMPLETED" && (
        <Button small look="primary" onClick={() => void retry(id)}>
          <RotateCcw aria-hidden /> Retry what failed
        </Button>
      )}
      {asItWas ? (
        <Button small onClick={backToNow}>
          <History aria-hidden /> Back to now
        </Button>
      ) : (
        <Button small onClick={() => void showRunAsItWas(id)}>
          <ScanEye aria-hidden /> Show the canvas as it was
        </Button>
      )}
      {changed && (
        <Button small onClick={() => void restoreRun(id)}>
          <Undo2 aria-hidden /> Restore its workflow
        </Button>
      )}
    </div>
  );
}
