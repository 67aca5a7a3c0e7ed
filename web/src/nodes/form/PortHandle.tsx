/** The drawing of a port: in the colour of its kind, shut while nothing from there can enter. */

import { Handle, Position } from "@xyflow/react";
import { accepts, formatKinds, type Port } from "../../graph/node-types/catalogue";
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
      className={["port", incompatible && "port--shut", compatible && "port--open"]
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
  const output = source && currentCatalogue().byId.get(source.type)?.output;
  return connecting.unreachable.has(nodeId) || !accepts(currentCatalogue(), port, output);
}

export function OutputHandle({ nodeId, type }: { nodeId: string; type: string }) {
  const catalogue = useCatalogue();
  const kind = catalogue.byId.get(type)?.output;
  const incompatible = useSession(({ connectionDrag }) => {
    if (!connectionDrag || connectionDrag.nodeId === nodeId) return false;
    if (connectionDrag.type === "source") return true;
    const target = nodesById(currentGraph()).get(connectionDrag.nodeId);
    const spec = target && currentCatalogue().byId.get(target.type);
    const port = spec?.inputs.find((each) => each.handle === connectionDrag.handle);
    return (
      connectionDrag.unreachable.has(nodeId) || !port || !accepts(currentCatalogue(), port, kind)
    );
  });
  const title = (kind && catalogue.kinds.get(kind)?.title) ?? "Output";
  return (
    <Handle
      type="source"
      position={Position.Right}
      id="output"
      className={incompatible ? "port port--shut" : "port"}
      style={kindStyle(catalogue, kind)}
      role="img"
      data-kinds={kind}
      aria-label={`Output: ${title.toLowerCase()}`}
      title={`Output: ${title.toLowerCase()}`}
    />
  );
}
