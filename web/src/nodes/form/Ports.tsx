/** Inputs that only edges can feed, and outputs by their names where there are several. */

import { type Port, type NodeTypeSpec } from "../../graph/node-types/catalogue";
import type { GraphEdge, GraphNode } from "../../graph/document";
import { OutputHandle, PortHandle } from "./PortHandle";
import { InputSources } from "./InputSources";

interface InputPortsProps {
  node: GraphNode;
  spec: NodeTypeSpec;
  incoming: readonly GraphEdge[];
}

export function InputPorts({ node, spec, incoming }: InputPortsProps) {
  const ports = spec.inputs.filter((port) => !port.param);
  return ports.map((port) => (
    <InputPort key={port.handle} node={node} port={port} incoming={incoming} />
  ));
}

function InputPort({
  node,
  port,
  incoming,
}: {
  node: GraphNode;
  port: Port;
  incoming: readonly GraphEdge[];
}) {
  const entering = incoming.filter((edge) => edge.targetHandle === port.handle);
  return (
    <div className="row row--port" title={port.description}>
      <PortHandle nodeId={node.id} port={port} />
      <span className="row__title">
        {port.title}
        {port.required && <span className="row__required"> (needed)</span>}
      </span>
      <InputSources edges={entering} many={port.many} />
    </div>
  );
}

/** A node's only output is in its head. */
export function OutputPorts({ nodeId, spec }: { nodeId: string; spec: NodeTypeSpec }) {
  if (spec.outputs.length < 2) return null;
  return spec.outputs.map((output) => (
    <div key={output.handle} className="row row--port row--output" title={output.description}>
      <span className="row__title">{output.title}</span>
      <OutputHandle nodeId={nodeId} output={output} named />
    </div>
  ));
}
