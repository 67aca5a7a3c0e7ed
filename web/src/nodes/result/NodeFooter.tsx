/** The foot of a node: how it is, whether its result still fits it, what can be done with that. */

import { Copy, Maximize2 } from "lucide-react";
import type { GraphEdge, GraphNode } from "../../graph/document";
import type { NodeTypeSpec } from "../../graph/node-types/catalogue";
import type { NodeRun } from "../../stores/runs";
import { showLarge } from "../../stores/view";
import { IconButton } from "../../ui/Button";
import { copyText } from "../../ui/copy";
import { formatDuration } from "../../ui/format";
import { OutOfDateBadge, StatusBadge } from "../../ui/StatusBadge";
import { Offered } from "../offered";
import { formShowsResult, OutOfDateReason } from "./NodeResult";
import { outputsOf } from "./outputs";

interface NodeFooterProps {
  node: GraphNode;
  spec: NodeTypeSpec | undefined;
  run: NodeRun | undefined;
  incoming: readonly GraphEdge[];
  /** Why its result is out of date. */
  outOfDate: string | null;
}

export function NodeFooter({ node, spec, run, incoming, outOfDate }: NodeFooterProps) {
  const done = run?.status === "COMPLETED";
  return (
    <footer className="node__foot">
      {!run && <span className="muted">Not run yet</span>}
      {run && !(outOfDate && done) && <StatusBadge {...run} />}
      {outOfDate && <OutOfDateBadge />}
      {outOfDate && spec && formShowsResult(node, spec, incoming) && (
        <OutOfDateReason text={outOfDate} />
      )}
      {!outOfDate && <Duration run={run} />}
      {done && (
        <Offered>
          <ResultTools nodeId={node.id} spec={spec} run={run} />
        </Offered>
      )}
    </footer>
  );
}

function Duration({ run }: Pick<NodeFooterProps, "run">) {
  const text = run && !run.reused ? formatDuration(run.durationMs) : "";
  return <span className="node__duration">{text}</span>;
}

interface ResultToolsProps {
  nodeId: string;
  spec: NodeTypeSpec | undefined;
  run: NodeRun;
}

function ResultTools({ nodeId, spec, run }: ResultToolsProps) {
  const [first] = outputsOf(run, spec);
  if (!first) return null;
  const { handle, value } = first;
  return (
    <span className="node__result-tools nodrag">
      {value.kind === "text" && (
        <IconButton small label="Copy the text" onClick={() => void copyText(value.text)}>
          <Copy aria-hidden />
        </IconButton>
      )}
      <IconButton
        small
        label="Show it large"
        onClick={() => showLarge({ nodeId, handle, item: 0 })}
      >
        <Maximize2 aria-hidden />
      </IconButton>
    </span>
  );
}
