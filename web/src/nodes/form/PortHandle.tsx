/** The drawing of a port: in the colour of its kind, shut while nothing from there can enter. */

import { Handle, Position } from "@xyflow/react";
import { kindNames, type Port } from "../../graph/node-types/catalogue";
import { graphNow, nodesById } from "../../stores/document";
import { catalogueNow, useCatalogue } from "../../stores/server";
import { type Connecting, useSession } from "../../stores/session";
import { kindStyle } from "../kindStyle";

export function PortHandle({ nodeId, port }: { nodeId: string; port: Port }) {
  const catalogue = useCatalogue();
  const shut = useSession(({ connecting }) => isShut(connecting, nodeId, port));
  const open = useSession(({ connecting }) => connecting !== null) && !shut;
  const takes = kindNames(catalogue, port.kinds);
  return (
    <Handle
      type="target"
      position={Position.Left}
      id={port.handle}
      className={["port", shut && "port--shut", open && "port--open"].filter(Boolean).join(" ")}
      style={kindStyle(catalogue, port.kinds[0])}
      role="img"
      data-kinds={port.kinds.join(" ")}
      data-many={port.many}
      aria-label={`Input ${port.title}: ${takes}${port.many ? ", several" : ""}`}
      title={`${port.title}: ${takes}${port.many ? ", several" : ""}`}
    />
  );
}

/** By kind and by circle; what else may refuse is told when the line is over the port. */
function isShut(connecting: Connecting | null, nodeId: string, port: Port): boolean {
  if (!connecting) return false;
  if (connecting.type === "target") return true;
  const source = nodesById(graphNow()).get(connecting.nodeId);
  const output = source && catalogueNow().byId.get(source.type)?.output;
  return connecting.closed.has(nodeId) || !output || !port.kinds.includes(output);
}

export function OutputHandle({ nodeId, type }: { nodeId: string; type: string }) {
  const catalogue = useCatalogue();
  const kind = catalogue.byId.get(type)?.output;
  const shut = useSession(({ connecting }) => {
    if (!connecting || connecting.nodeId === nodeId) return false;
    if (connecting.type === "source") return true;
    const target = nodesById(graphNow()).get(connecting.nodeId);
    const spec = target && catalogueNow().byId.get(target.type);
    const port = spec?.inputs.find((each) => each.handle === connecting.handle);
    return connecting.closed.has(nodeId) || !kind || !port?.kinds.includes(kind);
  });
  const title = (kind && catalogue.kinds.get(kind)?.title) ?? "Output";
  return (
    <Handle
      type="source"
      position={Position.Right}
      id="output"
      className={shut ? "port port--shut" : "port"}
      style={kindStyle(catalogue, kind)}
      role="img"
      data-kinds={kind}
      aria-label={`Output: ${title.toLowerCase()}`}
      title={`Output: ${title.toLowerCase()}`}
    />
  );
}
