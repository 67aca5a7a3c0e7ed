/** One node of a run: what went in, what came out, how long it took, what went wrong. */

import { portOf } from "../../graph/node-types/catalogue";
import { outputsOf } from "../../nodes/result/outputs";
import { nodesById, useDocument } from "../../stores/document";
import { openRunInPanel } from "../../stores/view";
import { useReadable } from "../../stores/names";
import { type NodeRun, useLiveOutput } from "../../stores/runs";
import { useCatalogue } from "../../stores/server";
import { StatusBadge } from "../../ui/StatusBadge";
import { formatDuration } from "../../ui/format";
import { EntrySection, type EntryState, NodeEntry } from "./NodeEntry";
import { ValueView } from "./ValueView";
import { formatTime, formatCount } from "./format";

interface NodeRunEntryProps extends EntryState {
  nodeId: string;
  node: NodeRun;
}

export function NodeRunEntry({ nodeId, node, ...entry }: NodeRunEntryProps) {
  const there = useDocument((state) => nodesById(state.graph).has(nodeId));
  return (
    <NodeEntry
      {...entry}
      nodeId={nodeId}
      nodeType={node.nodeType}
      facts={
        <>
          <span className="entry__duration">
            {node.reused ? "" : formatDuration(node.durationMs)}
          </span>
          <StatusBadge {...node} />
        </>
      }
      there={there}
    >
      <EntryBody nodeId={nodeId} node={node} name={entry.name} />
    </NodeEntry>
  );
}

interface EntryBodyProps {
  nodeId: string;
  node: NodeRun;
  /** What people call it. */
  name: string;
}

function EntryBody({ nodeId, node, name }: EntryBodyProps) {
  const { byId } = useCatalogue();
  const spec = byId.get(node.nodeType);
  const inputs = Object.entries(node.input);
  return (
    <div className="entry__inside">
      {node.error && <Failure node={node} />}
      {node.reusedFrom && <ReusedFrom runId={node.reusedFrom} />}
      <Times node={node} />
      {inputs.map(([handle, value]) => (
        <EntrySection key={handle} title={`In: ${portOf(spec, handle)?.title ?? handle}`}>
          {(Array.isArray(value) ? value : [value]).map((each, index) => (
            <ValueView
              key={index}
              value={each}
              name={`${name} ${portOf(spec, handle)?.title ?? handle}`}
            />
          ))}
        </EntrySection>
      ))}
      {outputsOf(node, spec).map(({ handle, title, value }) => (
        <EntrySection key={handle} title={outTitle(node, title)}>
          <ValueView value={value} name={name} large={{ nodeId, handle, item: 0 }} />
        </EntrySection>
      ))}
      <LiveOutput nodeId={nodeId} node={node} name={name} />
    </div>
  );
}

/** Of a node that failed, what came of its work goes nowhere. */
function outTitle({ status }: NodeRun, title: string | null): string {
  if (status === "FAILED") return "What came of it";
  return title ? `Out: ${title}` : "Out";
}

function Failure({ node: { status, error } }: { node: NodeRun }) {
  const text = useReadable(error?.message ?? "");
  return (
    <div className={`reason reason--${status}`}>
      {text}
      <details className="reason__details">
        <summary>Details</summary>
        <code className="reason__code">{error?.code}</code>
      </details>
    </div>
  );
}

function ReusedFrom({ runId }: { runId: string }) {
  return (
    <p className="entry__reused">
      Nothing that goes in had changed, so the result was taken over, and cost nothing, from{" "}
      <button type="button" className="link-button" onClick={() => openRunInPanel(runId)}>
        an earlier run
      </button>
      .
    </p>
  );
}

function Times({ node }: { node: NodeRun }) {
  const { startedAt, durationMs, attempt, usage, reused } = node;
  const facts = [
    startedAt && !reused && `Began ${formatTime(startedAt)}`,
    durationMs !== null && !reused && `took ${formatDuration(durationMs)}`,
    attempt > 1 && formatCount(attempt, "attempt"),
    usage?.model,
    usage &&
      `${formatCount(usage.inputTokens, "token")} in, ${usage.outputTokens.toLocaleString("en")} out`,
    usage?.finishReason && `ended by ${usage.finishReason}`,
    usage?.repairs && "asked once more, as the answer did not fit the response schema",
  ].filter(Boolean);
  return facts.length ? <p className="muted entry__times">{facts.join(" · ")}</p> : null;
}

/** What a model has said so far, or what the output may become. */
function LiveOutput({ nodeId, node, name }: EntryBodyProps) {
  const live = useLiveOutput(nodeId);
  if (node.status !== "RUNNING" || live?.attempt !== node.attempt) return null;
  if (!live.text && !live.preview) return null;
  return (
    <EntrySection title="Out, so far">
      {live.preview && <ValueView value={live.preview} name={name} />}
      {live.text && (
        <p className="text text--plain" aria-busy="true">
          {live.text}
        </p>
      )}
    </EntrySection>
  );
}
