/** A node on the canvas. The only component for nodes: what it shows comes from the catalogue. */

import "./nodes.css";
import { type NodeProps, useStoreApi, useUpdateNodeInternals } from "@xyflow/react";
import { type KeyboardEvent, memo, useLayoutEffect } from "react";
import type { CanvasNode } from "../editing/flowElements";
import { formOf } from "../graph/node-types/form";
import { useOutOfDate } from "../stores/outOfDate";
import { useNodeRun } from "../stores/runs";
import { displayStatus } from "../stores/status";
import { useCatalogue } from "../stores/server";
import { useSession } from "../stores/session";
import { useNodeChange } from "../stores/view";
import { useDetailed } from "./detail";
import { NodeForm } from "./form/NodeForm";
import { NodeHeader } from "./NodeHeader";
import { InputPorts, OutputPorts } from "./form/Ports";
import { kindStyle } from "./kindStyle";
import { NodeProblems } from "./NodeProblems";
import { NodeViewFar } from "./NodeViewFar";
import { countRender } from "./renderCount";
import { NodeFooter } from "./result/NodeFooter";
import { NodeResult } from "./result/NodeResult";

export const NodeView = memo(function StepView(props: NodeProps<CanvasNode>) {
  return useDetailed(props.height) ? <DetailedNode {...props} /> : <NodeViewFar {...props} />;
});

function DetailedNode({ id, data, selected }: NodeProps<CanvasNode>) {
  const { node, incoming } = data;
  const catalogue = useCatalogue();
  const spec = catalogue.byId.get(node.type);
  const run = useNodeRun(id);
  const outOfDate = useOutOfDate(id, run);
  countRender(id);
  useMeasured(id);
  const status = run ? displayStatus(run) : "NONE";
  const classes = ["node", `node--${status}`, selected && "node--selected"];
  return (
    <article
      className={classes.filter(Boolean).join(" ")}
      style={kindStyle(catalogue, spec?.output)}
      data-type={node.type}
      data-status={status}
      data-out-of-date={outOfDate !== null}
      data-change={useNodeChange(id)}
      onKeyDown={leaveField}
    >
      <NodeHeader node={node} spec={spec} />
      {spec ? (
        <>
          <OutputPorts nodeId={id} spec={spec} />
          <InputPorts node={node} spec={spec} incoming={incoming} />
          <NodeForm node={node} spec={spec} groups={formOf(spec)} incoming={incoming} />
          <NodeResult {...{ node, spec, run, incoming, outOfDate }} />
        </>
      ) : (
        <p className="node__note">This Nodeloom has no node type “{node.type}”.</p>
      )}
      <NodeFooter {...{ node, spec, run, incoming, outOfDate }} />
      <NodeProblems nodeId={id} />
    </article>
  );
}

/** Has a node measured whose ports were only estimated, even if its size was estimated well. */
function useMeasured(id: string): void {
  const store = useStoreApi();
  const measure = useUpdateNodeInternals();
  useLayoutEffect(() => {
    const known = store.getState().nodeLookup.get(id);
    if (!known?.internals.userNode.handles) return;
    const { sizes } = useSession.getState();
    const size = { width: known.measured.width ?? 0, height: known.measured.height ?? 0 };
    useSession.setState({ sizes: new Map(sizes).set(id, size) });
    measure(id);
  }, [id, store, measure]);
}

/** Escape gives the keyboard from a field back to the node. */
function leaveField(event: KeyboardEvent<HTMLElement>): void {
  const { target, currentTarget } = event;
  if (event.key !== "Escape" || !(target as Element).matches("input, textarea, select")) return;
  event.stopPropagation();
  currentTarget.closest<HTMLElement>(".react-flow__node")?.focus();
}
