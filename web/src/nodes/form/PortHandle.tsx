/** The drawing of a port: in the colour of its kind, shut while nothing from there can enter. */

import { Handle, Position } from "@xyflow/react";
import { OUTPUT_HANDLE } from "../../graph/document";
import {
  accepts,
  formatKinds,
  outputOf,
  type OutputPort,
  type Port,
  portOf,
  specOf,
} from "../../graph/node-types/catalogue";
import { currentGraph, nodesById } from "../../stores/document";
import { currentCatalogue, useCatalogue } from "../../stores/server";
import { type ConnectionDrag, useSession } from "../../stores/session";
import { kindStyle } from "../kindStyle";

export function PortHandle({ nodeId, port }: { nodeId: string; port: Port }) {
  const catalogue = useCatalogue();
  const incompatible = useSession(({ connectionDrag }) =>
    isIncompatible(connectionDrag, nodeId, port),
  );
  const compatible = useSession(({ connectionDrag }) => connectionDrag !== null) && !incompatible;
  const accepted = formatKinds(catalogue, port.kinds);
  return (
    <Handle
      type="target"
      position={Position.Left}
      id={port.handle}
      className={["port", incompatible && "port--incompatible", compatible && "port--compatible"]
        .filter(Boolean)
        .join(" ")}
      style={kindStyle(catalogue, port.kinds[0])}
      role="img"
      data-kinds={port.kinds.join(" ")}
      data-many={port.many}
      aria-label={`Input ${port.title}: ${accepted}${port.many ? ", several" : ""}`}
      title={`${port.title}: ${accepted}${port.many ? ", several" : ""}`}
    />
  );
}

/** By kind and by circle; what else may refuse is told when the line is over the port. */
function isIncompatible(connecting: ConnectionDrag | null, nodeId: string, port: Port): boolean {
  if (!connecting) return false;
  if (connecting.type === "target") return true;
  const source = nodesById(currentGraph()).get(connecting.nodeId);
  const output = source && outputOf(specOf(currentCatalogue(), source), connecting.handle);
  return connecting.unreachable.has(nodeId) || !accepts(currentCatalogue(), port, output);
}

interface OutputHandleProps {
  nodeId: string;
  /** Undefined: nothing is known of the node's type. */
  output: OutputPort | undefined;
  /** Whether it is one of several, which are told apart by their names. */
  named?: boolean;
}

export function OutputHandle({ nodeId, output, named = false }: OutputHandleProps) {
  const { kinds } = useCatalogue();
  const incompatible = useSession(({ connectionDrag }) => {
    if (!connectionDrag || connectionDrag.nodeId === nodeId) return false;
    if (connectionDrag.type === "source") return true;
    const catalogue = currentCatalogue();
    const target = nodesById(currentGraph()).get(connectionDrag.nodeId);
    const port = target && portOf(specOf(catalogue, target), connectionDrag.handle);
    return connectionDrag.unreachable.has(nodeId) || !port || !accepts(catalogue, port, output);
  });
  const kind = ((output && kinds.get(output.kind)?.title) ?? "output").toLowerCase();
  const name = named && output ? `Output ${output.title}` : "Output";
  const label = `${name}: ${kind}${output?.isList ? ", several" : ""}`;
  return (
    <Handle
      type="source"
      position={Position.Right}
      id={output?.handle ?? OUTPUT_HANDLE}
      className={incompatible ? "port port--incompatible" : "port"}
      style={kindStyle({ kinds }, output?.kind)}
      role="img"
      data-kinds={output?.kind}
      aria-label={label}
      title={label}
    />
  );
}
